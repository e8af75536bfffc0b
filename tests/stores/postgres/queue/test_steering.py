from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from aima.domain.job import Job
from aima.domain.media import Segment
from aima.domain.queue import Node
from aima.errors import StoreError
from tests.persons_made import SECOND, add_medium
from tests.stores.postgres.queue.made import LONG_S, key, submit


@pytest.fixture
def queue(stores):
    return stores.queue


def states(stores, *jobs):
    return [job.state for job in stores.jobs.of([job.job_id for job in jobs])]


def test_a_submitted_job_waits_with_what_is_done_already(stores, queue):
    job = submit(stores, "a.mp4", 3, done=[("sight", 1)], request={"reading": {"fps": 5}}, priority=2)
    assert stores.jobs.of([job.job_id]) == [job]
    (progress,) = queue.progress()
    assert (progress.segments, progress.done, progress.waiting) == (3, 1, 2)
    assert [lease.key for lease in queue.lease("one", 9, LONG_S)] == [key(job, 0), key(job, 2)]


def test_a_known_job_stays_as_it_is(stores, queue):
    job = submit(stores, "a.mp4", 2)
    queue.lease("one", 1, LONG_S)
    before = queue.progress()
    segments = stores.media.segments(stores.media.get(job.media_id).content_id)
    queue.submit(replace(job, priority=9), segments)
    assert queue.progress() == before


def test_a_job_without_anything_to_do_wants_to_be_ended(stores, queue):
    whole, empty = submit(stores, "a.mp4", 1, done=[("sight", 0)]), submit(stores, "b.mp4", 0)
    assert [each.job for each in queue.finished_jobs()] == [whole, empty]
    assert queue.lease("one", 9, LONG_S) == []


def test_segments_of_another_content_are_refused_and_nothing_is_written(stores, queue):
    medium, other = add_medium(stores, "a.mp4"), add_medium(stores, "b.mp4")
    job = Job(str(uuid.uuid4()), medium.media_id, {})
    good = stores.media.segments(medium.content_id)
    for bad in (stores.media.segments(other.content_id), [Segment(medium.content_id, 7, "sight", 0, SECOND)]):
        with pytest.raises(StoreError, match="has not all segments"):
            queue.submit(job, [*good, *bad])
    assert stores.jobs.all() == []
    queue.submit(job, good)
    assert stores.jobs.all() == [job]


def test_a_cancelled_job_ends_now_and_nothing_of_it_is_taken(stores, queue):
    job, other = submit(stores, "a.mp4"), submit(stores, "b.mp4", 1)
    queue.lease("one", 1, LONG_S)
    queue.assign(job.job_id, Node("here"))
    (cancelled,) = queue.cancel([job.job_id])
    assert (cancelled.job_id, cancelled.state) == (job.job_id, "cancelled")
    assert [lease.key for lease in queue.lease("one", 9, LONG_S)] == [key(other, 0)]
    (progress,) = queue.progress([job.job_id])
    assert progress.completed_at is not None
    assert [(a.status, a.completed_at is None) for a in queue.assignments(job.job_id)] == [("cancelled", False)]
    assert queue.cancel([job.job_id]) == []


def test_what_has_ended_is_not_steered(stores, queue):
    job = submit(stores, "a.mp4")
    stores.jobs.set_state(job.job_id, "done")
    for steer in (queue.cancel, queue.pause, queue.resume):
        assert steer([job.job_id, str(uuid.uuid4())]) == []
    assert queue.prioritise([job.job_id], 5) == []
    assert states(stores, job) == ["done"]


def test_a_paused_job_rests_until_it_is_resumed(stores, queue):
    begun, waiting = submit(stores, "a.mp4", 2), submit(stores, "b.mp4", 1)
    queue.lease("one", 1, LONG_S)
    paused = queue.pause([waiting.job_id, begun.job_id])
    assert [(job.job_id, job.state) for job in paused] == [(begun.job_id, "paused"), (waiting.job_id, "paused")]
    assert queue.lease("one", 9, LONG_S) == []
    assert queue.pause([begun.job_id]) == []
    resumed = queue.resume([begun.job_id, waiting.job_id])
    assert [job.state for job in resumed] == ["running", "queued"]
    assert [lease.key for lease in queue.lease("one", 9, LONG_S)] == [key(begun, 1), key(waiting, 0)]


def test_a_segment_of_a_paused_job_finishes_and_the_job_is_not_ended(stores, queue):
    job = submit(stores, "a.mp4", 1)
    queue.lease("one", 1, LONG_S)
    queue.pause([job.job_id])
    queue.finish(key(job, 0), [], 0.0)
    assert queue.finished_jobs() == []
    assert [each.state for each in queue.progress()] == ["paused"]
    queue.resume([job.job_id])
    assert [each.job.job_id for each in queue.finished_jobs()] == [job.job_id]


def test_a_paused_job_can_be_cancelled(stores, queue):
    job = submit(stores, "a.mp4")
    queue.pause([job.job_id])
    queue.cancel([job.job_id])
    assert states(stores, job) == ["cancelled"]
    assert queue.resume([job.job_id]) == []


def test_a_job_that_got_another_priority_overtakes(stores, queue):
    first, second = submit(stores, "a.mp4", 2), submit(stores, "b.mp4", 1)
    queue.lease("one", 1, LONG_S)
    (changed,) = queue.prioritise([second.job_id], 1)
    assert changed.priority == 1
    assert [lease.key for lease in queue.lease("one", 9, LONG_S)] == [key(second, 0), key(first, 1)]
    assert queue.prioritise([second.job_id], 1) == []


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_who_worked_on_a_job_is_done_with_it_when_it_ends(stores, queue, end):
    job = submit(stores, "a.mp4")
    queue.assign(job.job_id, Node("here"))
    stores.jobs.set_state(job.job_id, "running")
    assert [a.status for a in queue.assignments(job.job_id)] == ["running"]
    stores.jobs.set_state(job.job_id, end)
    (assignment,) = queue.assignments(job.job_id)
    assert assignment.status == end
    assert assignment.completed_at >= assignment.assigned_at
