"""The worker of a stage: segments of any plan, one after the other, and what is wrong with one harms no other."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from aima.pipeline.plan import Plan, fused, split
from aima.pipeline.reporting import Unheard
from aima.pipeline.task import Failure, Finished, outcomes, task_row
from aima.pipeline.worker import StageWorker
from aima.pipeline.write import read_observations
from aima.services.sample import portraits
from aima.settings import Settings
from aima.storage.archive import Archive
from tests.media_made import two_person_clip
from tests.pipeline.tasks_made import numbered, task_of

CUTS = {"shot_cuts": {}}
FACES = {"shot_cuts": {}, "face_detector": {}}


class Told(Unheard):
    """Remembers what the worker did."""

    def __init__(self) -> None:
        self.told = []

    def arrive(self) -> None:
        self.told.append("arrive")

    def begin(self, ticket: int) -> bool:
        self.told.append(f"begin {ticket}")
        return ticket != 13

    def reach(self, done_us: int | None) -> None:
        self.told.append(done_us)

    def end(self) -> None:
        self.told.append("end")


@pytest.fixture(scope="module")
def clip(tmp_path_factory, settings):
    return two_person_clip(tmp_path_factory.mktemp("worker") / "two.mp4", portraits(settings), 2.0)


@pytest.fixture
def own(settings, tmp_path) -> Settings:
    return settings.model_copy(update={"archive": tmp_path})


@pytest.fixture
def hired(own):
    """Hires workers of a stage, and sends them home."""
    with ExitStack() as at_end:
        yield lambda stage, *reporter: at_end.enter_context(closing(StageWorker(stage, own, *reporter)))


def through(worker, task, ticket=0):
    return [outcome for table in worker(task_row(task, ticket)) for outcome in outcomes(table)]


def test_one_worker_serves_plans_with_other_analyzers_options_and_readings(hired, own, clip):
    worker = hired(0)
    tasks = [
        task_of(own, clip, CUTS, fused(1)),
        task_of(own, clip, FACES, fused(1), sample_fps=2.0),
        task_of(own, clip, {**FACES, "face_detector": {"min_score": 0.999}}, fused(1), sample_fps=2.0),
        task_of(own, clip, CUTS, fused(1), strip_long_side=64),
    ]
    receipts = {}
    for number, task in enumerate(tasks):
        (finished,) = through(worker, task)
        assert finished.decode_cpu_s > 0
        receipts |= {(number, receipt.key.analyzer): receipt for receipt in finished.receipts}
    assert [key for key in receipts if key[1] == "shot_cuts"] == [(n, "shot_cuts") for n in range(4)]
    few, fewer = receipts[1, "face_detector"], receipts[2, "face_detector"]
    assert few.rows == 4, "two seconds, two frames each"
    faces = [
        sum(map(len, read_observations(Archive(own.archive_dir), r.path)["faces"].to_pylist())) for r in (few, fewer)
    ]
    assert faces[1] < faces[0]
    assert len({receipt.path for receipt in receipts.values()}) == len(receipts) - 1, "cuts of one reading are the same"
    (again,) = through(worker, tasks[0])
    assert [r.sha256 for r in again.receipts] == [receipts[0, "shot_cuts"].sha256]


def test_who_waits_hears_the_beginning_the_first_frames_and_the_end(hired, own, clip):
    heard = Told()
    worker = hired(0, heard)
    task = task_of(own, clip, CUTS, fused(1))
    through(worker, task, 4)
    assert heard.told == ["arrive", "begin 4", 1_400_000, 1_800_000, "end"]
    assert through(worker, task, 13) == [], "refused"
    assert heard.told[-1] == "begin 13"


def test_the_stages_of_a_split_plan_end_in_one_outcome_with_what_both_did(hired, own, clip):
    places = (replace(split(1, 1)[0], analyzers=("shot_cuts",)), split(1, 1)[1])
    task = task_of(own, clip, FACES, places)
    (sent,) = hired(0)(task_row(task, 5))
    assert list(outcomes(sent)) == []
    (table,) = hired(1)(sent)
    (finished,) = outcomes(table)
    assert {receipt.key.analyzer for receipt in finished.receipts} == set(FACES)
    assert finished.decode_cpu_s > 0
    assert table["ticket"].to_pylist() == [5]
    (whole,) = through(hired(0), task_of(own, clip, FACES, fused(1)))
    assert {r.key: r.sha256 for r in finished.receipts} == {r.key: r.sha256 for r in whole.receipts}


def test_a_model_of_another_version_fails_the_segment_with_words_and_the_next_is_done(hired, own, clip):
    worker = hired(0)
    task = task_of(own, clip, FACES, fused(1))
    (stage,) = task.plan.stages
    other = Plan((replace(stage, steps=tuple(replace(step, model_version="other@1+1") for step in stage.steps)),))
    (failure,) = through(worker, replace(task, plan=other))
    assert (failure.code, failure.analyzer) == ("model_missing", None)
    assert "other@1+1" in failure.detail
    (finished,) = through(worker, task)
    assert isinstance(finished, Finished)


def test_a_task_of_another_version_of_the_code_and_a_file_that_is_gone_are_failures(hired, own, clip):
    worker = hired(0)
    task = numbered(task_of(own, clip, CUTS, fused(1)), 3)
    row = task_row(task)
    strange = row.set_column(
        row.column_names.index("task"), "task", [[row["task"][0].as_py().replace('"shot_cuts"', '"telepathy"')]]
    )
    (failure,) = [o for table in worker(strange) for o in outcomes(table)]
    assert (failure.segment, failure.code) == (task.segment, "plan_invalid")
    (failure,) = through(worker, replace(task, path="/nowhere/gone.mp4"))
    assert isinstance(failure, Failure)
    assert failure.code == "media_missing"
