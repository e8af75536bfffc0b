"""Segments of sound: heard with their context, written without it, by the analyzers of their stream alone."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from aima.analyzers import registry
from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.domain.observation import VOICE_ACTIVITY_COLUMNS, VOICE_VECTOR_COLUMNS, WINDOW_COLUMNS
from aima.media.gate import inspect
from aima.media.segments import plan_segments
from aima.pipeline.plan import fused, make_plan, request_of, split
from aima.pipeline.sound import needed
from aima.pipeline.task import Failure, Finished, SegmentTask, outcomes, task_row
from aima.pipeline.worker import StageWorker
from aima.pipeline.write import read_observations
from aima.services.sample import portraits
from aima.storage.archive import Archive
from tests.media.sounds import add_sound, noise, write_sound, write_wave
from tests.media_made import two_person_clip
from tests.pipeline.test_worker import Told

SECOND = 1_000_000
WAVEFORM = {"waveform": {}}


@pytest.fixture
def own(settings, tmp_path):
    return settings.model_copy(update={"archive": tmp_path / "archive"})


@pytest.fixture
def hired(own):
    with ExitStack() as at_end:
        yield lambda stage=0, *reporter: at_end.enter_context(closing(StageWorker(stage, own, *reporter)))


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """70 seconds, with a pause around 58 s."""
    samples = noise(70, 16_000)
    samples[:, 57 * 16_000 : 59 * 16_000] *= 1e-4
    return write_wave(tmp_path_factory.mktemp("sound") / "talk.wav", samples, 16_000)


def tasks(settings, path, wanted, places, names=None):
    """Of every segment of the file; names: only these analyzers are still to be run."""
    plan = make_plan(wanted, {}, settings.media, places)
    info, reading = inspect(path, settings.media), request_of(plan, settings.media)["reading"]
    found = []
    for segment in plan_segments("c" * 64, info):
        due = tuple(s.analyzer for s in plan.steps if s.stream == segment.stream and (not names or s.analyzer in names))
        found.append(SegmentTask(str(path), info, segment, due, plan=plan, reading=reading))
    return found


def through(worker, task):
    return [outcome for table in worker(task_row(task)) for outcome in outcomes(table)]


def rows(settings, finished: Finished, name: str) -> list[dict]:
    (receipt,) = [r for r in finished.receipts if r.key.analyzer == name]
    return read_observations(Archive(settings.archive_dir), receipt.path).to_pylist()


def test_neighbours_write_each_moment_once(hired, own, talk):
    worker = hired()
    finished = [through(worker, task)[0] for task in tasks(own, talk, WAVEFORM, fused(1))]
    starts = [row["pts_us"] for each in finished for row in rows(own, each, "waveform")]
    assert starts == list(range(0, 70 * SECOND, 100_000))
    border = rows(own, finished[1], "waveform")[0]["pts_us"]
    assert 57 * SECOND <= border <= 59 * SECOND, "in the pause"
    assert all(each.decode_cpu_s > 0 and each.receipts[0].cpu_s > 0 for each in finished)
    assert [row["segment_no"] for each in finished for row in rows(own, each, "waveform")].count(1) == len(
        starts
    ) - border // 100_000


def test_who_waits_hears_how_far_it_is(hired, own, talk):
    heard = Told()
    task = tasks(own, talk, WAVEFORM, fused(1))[1]
    through(hired(0, heard), task)
    assert heard.told == ["arrive", "begin 0", 0, 10 * SECOND, "end"]


def test_a_film_is_seen_and_heard_by_one_worker_each_stream_by_its_own_analyzers(hired, own, tmp_path, settings):
    clip = two_person_clip(tmp_path / "clip.mp4", portraits(settings), 2.0)
    loud = add_sound(clip, tmp_path / "loud.mkv", noise(2, 16_000), 16_000)
    worker = hired()
    wanted = {"waveform": {}, "shot_cuts": {}}
    sight, sound = (through(worker, task)[0] for task in tasks(own, loud, wanted, fused(1)))
    assert [[r.key.analyzer for r in each.receipts] for each in (sight, sound)] == [["shot_cuts"], ["waveform"]]
    assert (sight.segment.stream, sound.segment.stream) == ("sight", "sound")


def test_in_a_split_plan_sound_passes_the_decoding_stage_and_is_decoded_where_it_is_heard(hired, own, talk):
    task = tasks(own, talk, WAVEFORM, split(1, 1))[0]
    (sent,) = hired(0)(task_row(task))
    assert list(outcomes(sent)) == []
    assert sent["frames"].null_count == sent["columns"].null_count == 1
    (table,) = hired(1)(sent)
    (finished,) = outcomes(table)
    (whole,) = through(hired(0), tasks(own, talk, WAVEFORM, fused(1))[0])
    assert {r.key: r.sha256 for r in finished.receipts} == {r.key: r.sha256 for r in whole.receipts}
    assert finished.decode_cpu_s > 0


def test_what_cannot_be_decoded_is_noted_once_with_the_segment(hired, own, tmp_path):
    parts = [(0.0, noise(2, 16_000)), (4.0, noise(2, 16_000))]
    path = write_sound(tmp_path / "gap.mka", [parts], 16_000, "pcm_s16le")
    (finished,) = through(hired(), tasks(own, path, WAVEFORM, fused(1))[0])
    (receipt,) = finished.receipts
    assert [(p.code, p.source) for p in receipt.problems] == [("sound_missing", "media")]


def test_a_file_that_is_gone_fails_its_segments_in_words(hired, own, talk):
    task = tasks(own, talk, WAVEFORM, fused(1))[0]
    (failure,) = through(hired(), replace(task, path="/nowhere/gone.wav"))
    assert isinstance(failure, Failure)
    assert (failure.code, failure.segment.stream) == ("media_missing", "sound")


class NoOptions(Options):
    """None."""


class Hears(Analyzer[NoOptions, SoundBatch]):
    """Speech wherever it is loud, a row each half second."""

    name, version, task, stream, scope = "voice_activity", "1", None, "sound", "segment"
    reads, adds, options_type = ("samples",), VOICE_ACTIVITY_COLUMNS, NoOptions
    runs = 0

    def analyze(self, batch, options):
        Hears.runs += 1
        starts = np.arange(batch.start_us, batch.end_us, SECOND // 2)
        chances = [float(np.abs(batch.samples[i * 8000 : i * 8000 + 8000]).mean() > 0.01) for i in range(starts.size)]
        return self.table(starts, {"end_us": starts + SECOND // 2, "speech_chance": chances})


class Windows(Analyzer[NoOptions, SoundBatch]):
    """One row per window of speech."""

    name, version, task, stream, scope = "speaker_turns", "1", None, "sound", "segment"
    reads, adds, options_type = ("samples", "speech_chance"), WINDOW_COLUMNS, NoOptions

    def analyze(self, batch, options):
        given = batch.tables["speech_chance"]
        self.covers = given["pts_us"].to_pylist()[0], given["end_us"].to_pylist()[-1]
        if not any(given["speech_chance"].to_pylist()):
            raise ValueError("nobody speaks")
        spoken = given.filter(pc.greater(given["speech_chance"], 0.5))
        starts = spoken["pts_us"].to_numpy()
        columns = {
            "end_us": spoken["end_us"],
            "activities": [[[True]]] * len(starts),
            "activity_step_us": [5e5] * len(starts),
        }
        return self.table(starts, columns)


class Vectors(Analyzer[NoOptions, SoundBatch]):
    """Nothing of each window."""

    name, version, task, stream, scope = "speaker_embedder", "1", None, "sound", "segment"
    reads, adds, options_type = ("samples", "activities"), VOICE_VECTOR_COLUMNS, NoOptions

    def analyze(self, batch, options):
        given = batch.tables["activities"]
        empty = [[None]] * given.num_rows
        columns = {"end_us": given["end_us"], "voice_vectors": empty, "voice_seconds": [[0.0]] * given.num_rows}
        return self.table(given["pts_us"].to_numpy(), columns)


@pytest.fixture
def ears(monkeypatch):
    """Analyzers of sound without models, under names that are known."""
    made = {each.name: each for each in (Hears, Windows, Vectors)}
    get = registry.get
    monkeypatch.setattr(registry, "get", lambda name: made.get(name) or get(name))
    Hears.runs = 0
    return {name: {} for name in made}


def test_analyzers_read_what_earlier_ones_heard_with_its_context(hired, own, talk, ears):
    first, last = (through(hired(), task)[0] for task in tasks(own, talk, ears, fused(1)))
    assert {r.key.analyzer for r in first.receipts} == set(ears)
    spans = [(row["pts_us"], row["end_us"]) for each in (first, last) for row in rows(own, each, "speaker_turns")]
    assert len(spans) == len(set(spans)) > 100
    assert spans == sorted(spans)
    assert not [s for s in spans if 57.5 * SECOND < s[0] < 58.5 * SECOND]


def test_what_others_need_runs_again_in_memory_and_is_not_written_again(hired, own, talk, ears):
    worker = hired()
    (whole,) = through(worker, tasks(own, talk, ears, fused(1))[1])
    again = tasks(own, talk, ears, fused(1), names=("speaker_embedder",))[1]
    (finished,) = through(worker, again)
    assert Hears.runs == 2
    assert [r.key.analyzer for r in finished.receipts] == ["speaker_embedder"]
    assert finished.receipts[0].sha256 in {r.sha256 for r in whole.receipts}
    (alone,) = through(worker, tasks(own, talk, ears | WAVEFORM, fused(1), names=("waveform",))[1])
    assert (Hears.runs, [r.key.analyzer for r in alone.receipts]) == (2, ["waveform"]), "nobody needs it"


def test_an_analyzer_that_fails_takes_those_that_need_it_along_and_no_others(hired, own, tmp_path, ears):
    path = write_wave(tmp_path / "silent.wav", np.zeros((1, 2 * SOUND_RATE), np.float32), SOUND_RATE)
    *failures, finished = through(hired(), tasks(own, path, ears | WAVEFORM, fused(1))[0])
    assert {(f.analyzer, f.code) for f in failures} == {
        ("speaker_turns", "analyzer_failed"), ("speaker_embedder", "column_missing")
    }  # fmt: skip
    assert {r.key.analyzer for r in finished.receipts} == {"voice_activity", "waveform"}


def test_only_what_is_needed_is_run(settings, ears):
    steps = make_plan(ears | WAVEFORM, {}, settings.media, fused(1)).steps
    assert [s.analyzer for s in needed(steps, ("speaker_turns",))] == ["voice_activity", "speaker_turns"]
    assert [s.analyzer for s in needed(steps, ("waveform",))] == ["waveform"]
    assert needed(steps, ()) == []
