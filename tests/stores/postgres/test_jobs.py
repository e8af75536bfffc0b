from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from aima.domain.job import Job
from aima.errors import StoreError
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium


@pytest.fixture
def medium(stores):
    return add_medium(stores, "a.mp4")


def new_job(medium) -> Job:
    return Job(str(uuid.uuid4()), medium.media_id, {"face_detector": {"long_side": 640}})


def times(stores, job):
    query = "SELECT started_at IS NOT NULL, completed_at IS NOT NULL FROM analysis_jobs WHERE job_id = %s"
    with stores.engine.connect() as connection:
        return tuple(connection.exec_driver_sql(query, (job.job_id,)).one())


def test_a_job_moves_from_queued_to_done(stores, medium):
    job = new_job(medium)
    stores.jobs.add(job)
    assert stores.jobs.of_medium(medium.media_id) == [job]
    assert times(stores, job) == (False, False)
    stores.jobs.set_state(job.job_id, "running")
    assert times(stores, job) == (True, False)
    stores.jobs.set_state(job.job_id, "done")
    assert times(stores, job) == (True, True)


def test_a_job_that_is_paused_has_neither_begun_nor_ended(stores, medium):
    job = new_job(medium)
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "paused")
    assert times(stores, job) == (False, False)


def test_jobs_are_found_by_their_ids_oldest_first_and_whole(stores, medium):
    jobs = [replace(new_job(medium), request={"models": {"face_detector": "faces"}}) for _ in range(3)]
    for job in jobs:
        stores.jobs.add(job)
    assert stores.jobs.all() == jobs
    assert stores.jobs.of([jobs[2].job_id, str(uuid.uuid4()), jobs[0].job_id]) == [jobs[0], jobs[2]]
    assert stores.jobs.of([]) == []


def test_why_a_job_failed_is_kept_whatever_it_says(stores, medium):
    job = new_job(medium)
    stores.jobs.add(job)
    problems = [{"code": "bad", "detail": "NUL \0 and \udcff"}]
    stores.jobs.set_state(job.job_id, "failed", code="corrupt", detail="a\0b", problems=problems)
    (failed,) = stores.jobs.of_medium(medium.media_id)
    assert (failed.state, failed.code, failed.detail) == ("failed", "corrupt", "a\\x00b")
    assert failed.problems == ({"code": "bad", "detail": "NUL \\x00 and \\xff"},)


def test_moving_an_unknown_job_is_an_error(stores):
    with pytest.raises(StoreError, match="there is no job"):
        stores.jobs.set_state(str(uuid.uuid4()), "done")


def test_newest_job_comes_first_and_ended_ones_oldest_first(stores, medium):
    jobs = [new_job(medium) for _ in range(3)]
    for job in jobs:
        stores.jobs.add(job)
    for job in (jobs[2], jobs[0]):
        stores.jobs.set_state(job.job_id, "done")
    assert [j.job_id for j in stores.jobs.of_medium(medium.media_id)] == [j.job_id for j in jobs[::-1]]
    assert [j.job_id for j in stores.jobs.ended()] == [jobs[2].job_id, jobs[0].job_id]


def test_a_running_job_is_found_again_after_a_restart(stores, medium, database):
    job = new_job(medium)
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "running")
    stores.close()
    with PostgresStores.open(database) as again:
        assert [j.state for j in again.jobs.of_medium(medium.media_id)] == ["running"]


def test_the_job_that_ended_last_is_found_by_its_medium(stores, medium):
    other = add_medium(stores, "b.mp4")
    first, last, running = (new_job(medium) for _ in range(3))
    for job in (last, first, running):
        stores.jobs.add(job)
    for job, state in ((first, "done"), (last, "failed"), (running, "running")):
        stores.jobs.set_state(job.job_id, state)
    found = stores.jobs.newest_ended()
    assert set(found) == {medium.media_id}
    ended = found[medium.media_id]
    assert (ended.job.job_id, ended.job.state, ended.content_id) == (last.job_id, "failed", medium.content_id)
    assert ended.completed_at.tzinfo is not None
    assert stores.jobs.newest_ended([medium.media_id, other.media_id]) == found
    assert stores.jobs.newest_ended([other.media_id]) == stores.jobs.newest_ended([]) == {}
