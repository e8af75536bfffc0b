"""Processes of a running engine are killed one after the other: the job is done, and its result is the undisturbed one.

A film of half-minute segments is analysed by the worker of a real stack. Each kill waits until its share of the
segments is done. The gate kills five processes, one of each kind; `make test-long` twenty, and the task that reads
from the queue twenty times.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from aima import local
from aima.bootstrap import Services, open_services
from aima.pipeline.write import read_observations
from aima.services.sample import portraits
from aima.settings import Settings
from aima.stores.postgres import PostgresStores
from tests.conftest import SMALL_RAY
from tests.databases import connect
from tests.faults.conftest import LONG, aima, fleet
from tests.faults.films import make_film
from tests.faults.killing import VICTIMS, Hunt, Victim
from tests.media_made import write_picture

pytestmark = pytest.mark.faults

WANTED = {name: {} for name in ("face_detector", "face_embedder", "shot_cuts")}
READING = {"sample_fps": 2.0}
KILLS = 20 if LONG else 5
DEADLY = 1
WORKERS = 2
BLIND: frozenset[Victim] = frozenset({"driver", "raylet"})
"""With them ends who knows what was begun: the segment that waits in the feed counts as lost, too."""
LONG_S = 3600.0 if LONG else 1800.0


@pytest.fixture(scope="module")
def faces(settings: Settings) -> dict[str, Path]:
    return portraits(settings)


def test_kills_of_every_kind_change_nothing(
    faces: dict[str, Path], tmp_path: Path, beside: Callable[[Settings], Settings]
) -> None:
    film = make_film(tmp_path / "film.mp4", faces, KILLS + 1)
    with fleet(media=READING, ray={**SMALL_RAY, "workers": WORKERS}) as running:
        kill_and_compare(running, film, [VICTIMS[number % len(VICTIMS)] for number in range(KILLS)], beside(running))


@pytest.mark.long
def test_the_task_that_reads_is_killed_again_and_again(
    faces: dict[str, Path], tmp_path: Path, beside: Callable[[Settings], Settings]
) -> None:
    film = make_film(tmp_path / "film.mp4", faces, KILLS + 1, seed=6)
    with fleet(media=READING, ray={**SMALL_RAY, "workers": WORKERS}) as running:
        kill_and_compare(running, film, ["read task"] * KILLS, beside(running))


def test_a_deadly_segment_is_tried_twice_and_the_rest_goes_on(faces: dict[str, Path], tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", faces, 3)
    picture = write_picture(tmp_path / "one.jpg", faces["astronaut"])
    poison = f"{hashlib.sha256(film.read_bytes()).hexdigest()}/{DEADLY}"
    with fleet({"AIMA_FAILPOINTS_POISON": poison}, media=READING) as running, open_services(running) as services:
        deadly, other = submit(services, film, picture)
        ended = Hunt(running, deadly, ()).run(LONG_S)
        assert (ended.state, ended.code, ended.segments, ended.done) == ("failed", "worker_died", 3, 2)
        assert Hunt(running, other, ()).run(LONG_S).state == "done"
        (progress,) = services.stores.queue.progress([deadly])
        assert [(failure.segment_no, failure.code) for failure in progress.failures] == [(DEADLY, "worker_died")]
        assert attempts(running, deadly) == [0, 2, 0]
        receipts = services.stores.observations.receipts(content_of(services, film))
        assert {(r.key.analyzer, r.segment_no) for r in receipts} == {(name, no) for name in WANTED for no in (0, 2)}


def kill_and_compare(running: Settings, film: Path, victims: list[Victim], apart: Settings) -> None:
    """The job is done, its result is that of an analysis that nothing disturbs, and little was done twice."""
    with open_services(running) as services:
        (job_id,) = submit(services, film)
        hunt = Hunt(running, job_id, victims)
        ended = hunt.run(LONG_S)
    print(hunt.report(), f"{ended.again} segments were taken again", sep="\n", flush=True)
    assert (ended.state, ended.code) == ("done", None), ended.detail
    assert ended.again <= sum(WORKERS + (victim in BLIND) for victim in victims)
    assert_whole(running, film)
    assert digest_of(running) == undisturbed(apart, film)


def submit(services: Services, *media: Path) -> list[str]:
    """Queue media for the worker of the stack; the ids of their jobs."""
    services.analyses.analyze(media, WANTED, wait=False)
    jobs = services.stores.queue.progress()
    return [next(one.job.job_id for one in jobs if one.filename == path.name) for path in media]


def attempts(running: Settings, job_id: str) -> list[int]:
    """How often each segment of a job failed or killed."""
    with connect(local.postgres_url(running)) as connection:
        rows = connection.execute(
            "SELECT attempts FROM job_segments WHERE job_id = %s ORDER BY segment_no", [job_id]
        ).fetchall()
    return [count for (count,) in rows]


def content_of(services: Services, path: Path) -> str:
    return next(m.content_id for m in services.stores.media.all() if m.filename == path.name)


def assert_whole(running: Settings, film: Path) -> None:
    """Every observation is there as it was written, and what follows the truth says the same."""
    with open_services(running) as services:
        content_id = content_of(services, film)
        receipts = services.stores.observations.receipts(content_id)
        segments = services.stores.media.segments(content_id)
        assert {(r.key.analyzer, r.segment_no) for r in receipts} == {(n, s.no) for n in WANTED for s in segments}
        for receipt in receipts:
            assert read_observations(services.archive, receipt.path, receipt.sha256).num_rows == receipt.rows
        assert services.projections.catch_up(LONG_S).complete
        assert services.projections.verify(deep=True).found == ()


def undisturbed(apart: Settings, film: Path) -> str:
    """The digest of an analysis in another archive, which its own process does."""
    done = aima(apart, "analyze", str(film), "--only", ",".join(WANTED))
    out, err = done.communicate(timeout=LONG_S)
    assert done.returncode == 0, out + err
    return digest_of(apart)


def digest_of(settings: Settings) -> str:
    with PostgresStores.open(local.postgres_url(settings)) as stores:
        run = stores.persons.run()
        assert run is not None
        return run.digest
