from __future__ import annotations

import uuid

import pytest

from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND
from tests.stores.postgres.queue.made import LONG_S, key, submit


@pytest.fixture
def queue(stores):
    return stores.queue


def test_progress_counts_segments_and_media_time(stores, queue):
    job = submit(stores, "a.mp4", 6, done=[("sight", 5)])
    queue.lease("one", 4, LONG_S)
    queue.finish(key(job, 0), [], 1.5)
    queue.finish(key(job, 1), [], 0.25)
    queue.fail(key(job, 2), "decoder_died", "why", None)
    queue.keep("one", LONG_S, {key(job, 3): 12 * SECOND})
    (progress,) = queue.progress()
    assert (progress.segments, progress.done, progress.leased, progress.waiting) == (6, 3, 1, 1)
    assert (progress.done_us, progress.total_us) == ((3 * 30 + 12) * SECOND, 180 * SECOND)
    assert progress.decode_cpu_s == 1.75
    assert (progress.filename, progress.state) == ("a.mp4", "running")
    assert [(f.segment_no, f.code) for f in progress.failures] == [(2, "decoder_died")]


def test_a_running_segment_never_counts_for_more_than_it_is_long(stores, queue):
    job = submit(stores, "a.mp4", 1)
    queue.lease("one", 1, LONG_S)
    queue.keep("one", LONG_S, {key(job, 0): 99 * SECOND})
    assert [(p.done_us, p.total_us) for p in queue.progress()] == [(30 * SECOND, 30 * SECOND)]


def test_open_jobs_are_shown_oldest_first_and_ended_ones_when_asked_for(stores, queue):
    jobs = [submit(stores, f"{name}.mp4", 1) for name in "abc"]
    queue.pause([jobs[0].job_id])
    stores.jobs.set_state(jobs[1].job_id, "failed", code="corrupt")
    assert [p.job.job_id for p in queue.progress()] == [jobs[0].job_id, jobs[2].job_id]
    asked = queue.progress([jobs[1].job_id, jobs[0].job_id, str(uuid.uuid4())])
    assert [(p.job.job_id, p.state, p.job.code) for p in asked] == [
        (jobs[0].job_id, "paused", None),
        (jobs[1].job_id, "failed", "corrupt"),
    ]
    assert queue.progress([]) == []


def test_a_job_wants_to_be_ended_until_it_is(stores, queue, database):
    job, other = submit(stores, "a.mp4", 2), submit(stores, "b.mp4", 1)
    queue.lease("one", 9, LONG_S)
    queue.finish(key(job, 0), [], 0.0)
    assert queue.finished_jobs() == []
    queue.fail(key(job, 1), "decoder_died", "", None)
    assert [p.job.job_id for p in queue.finished_jobs()] == [job.job_id]
    assert queue.finished_jobs([other.job_id]) == []
    stores.close()
    with PostgresStores.open(database) as again:  # who should have ended it was killed
        assert [p.job.job_id for p in again.queue.finished_jobs([job.job_id])] == [job.job_id]
        again.jobs.set_state(job.job_id, "done")
        assert again.queue.finished_jobs() == []


def test_names_that_are_no_text_come_back(stores, queue):
    name = b"caf\xe9.mp4".decode("utf-8", "surrogateescape")
    submit(stores, "a.mp4")
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE media_files SET raw_filename = %s", (b"caf\xe9.mp4",))
    assert [p.filename for p in queue.progress()] == [name]
