"""Jobs are listed, found by what a user says, and steered."""

from __future__ import annotations

import pytest

from aima.errors import JobError, JobUnknown
from aima.services.jobs import JobService
from tests.persons_made import add_medium
from tests.stores.postgres.queue.made import submit


@pytest.fixture
def jobs(stores) -> JobService:
    return JobService(stores)


def ids(progress) -> list[str]:
    return [one.job.job_id for one in progress]


def test_open_jobs_are_listed_and_ended_ones_when_asked_for(stores, jobs):
    first, second = submit(stores, "a.mp4"), submit(stores, "b.mp4")
    stores.jobs.set_state(first.job_id, "done")
    assert ids(jobs.list()) == [second.job_id]
    assert ids(jobs.list(everything=True)) == [first.job_id, second.job_id]


def test_a_job_is_found_by_its_id_the_beginning_of_it_and_its_medium(stores, jobs):
    job = submit(stores, "a.mp4")
    submit(stores, "b.mp4")
    for which in (job.job_id, job.job_id[:8], job.job_id[:8].upper(), "a.mp4", job.media_id):
        assert jobs.show(which).job.job_id == job.job_id


def test_of_a_medium_the_newest_job_is_shown(stores, jobs):
    submit(stores, "a.mp4")
    newest = submit(stores, "a.mp4")
    assert jobs.show("a.mp4").job.job_id == newest.job_id


def test_what_is_not_there_is_told(stores, jobs):
    add_medium(stores, "never.mp4")
    for which in ("beef", "nowhere.mp4", "0f3c2a1b-0000-4000-8000-000000000000"):
        with pytest.raises(JobUnknown, match=which):
            jobs.show(which)
    with pytest.raises(JobUnknown, match="never analyzed"):
        jobs.show("never.mp4")


def test_a_name_of_two_media_is_refused(stores, jobs):
    submit(stores, "a.mp4", owner="local")
    submit(stores, "a.mp4", owner="somebody")
    with pytest.raises(JobError, match="means 2 media"):
        jobs.cancel(["a.mp4"])


def test_jobs_are_paused_resumed_prioritised_and_cancelled(stores, jobs):
    first, second = submit(stores, "a.mp4"), submit(stores, "b.mp4")
    assert {job.state for job in jobs.pause(["a.mp4", second.job_id])} == {"paused"}
    assert jobs.pause(["a.mp4"]) == []
    assert [job.state for job in jobs.resume(["a.mp4"])] == ["queued"]
    assert [job.priority for job in jobs.prioritise([first.job_id[:8]], 7)] == [7]
    assert [job.state for job in jobs.cancel(["b.mp4"])] == ["cancelled"]
    assert ids(jobs.list()) == [first.job_id]


def test_nothing_is_changed_if_one_of_them_cannot_be(stores, jobs):
    first, second = submit(stores, "a.mp4"), submit(stores, "b.mp4")
    stores.jobs.set_state(second.job_id, "done")
    with pytest.raises(JobError, match="has ended: done"):
        jobs.cancel(["a.mp4", "b.mp4"])
    with pytest.raises(JobUnknown):
        jobs.cancel(["a.mp4", "nowhere"])
    assert jobs.show(first.job_id).state == "queued"
