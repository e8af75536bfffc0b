"""Waking up: nothing that may be taken is slept over, and nothing else wakes for long."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stores.postgres.queue.made import LONG_S, expire, key, submit


@pytest.fixture
def queue(stores):
    return stores.queue


def woken_by(queue, do) -> bool:
    """Whether somebody who sleeps in the queue wakes at once when this is done."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(queue.wait, 20.0)
        time.sleep(0.25)
        assert not waiting.done()
        begins = time.monotonic()
        do()
        return waiting.result(timeout=25) and time.monotonic() - begins < 5


def test_an_empty_queue_is_never_due(stores, queue):
    assert queue.next_due_s() is None
    job = submit(stores, "a.mp4", 1)
    assert queue.next_due_s() == 0.0
    queue.pause([job.job_id])
    assert queue.next_due_s() is None
    queue.cancel([job.job_id])
    assert queue.next_due_s() is None


def test_what_is_leased_is_due_when_its_lease_runs_out(stores, queue):
    submit(stores, "a.mp4", 1)
    queue.lease("one", 9, LONG_S)
    assert 55 < queue.next_due_s() <= LONG_S
    expire(stores)
    assert queue.next_due_s() == 0.0


def test_what_another_job_wants_of_the_same_content_is_due_with_it(stores, queue):
    mine = submit(stores, "a.mp4", 1)
    submit(stores, "a.mp4", 1, owner="anna")
    queue.lease("one", 9, LONG_S)
    assert 55 < queue.next_due_s() <= LONG_S
    queue.finish(key(mine, 0), [], 0.0)
    assert queue.next_due_s() == 0.0


def test_the_time_is_over_and_nothing_has_come(stores, queue):
    submit(stores, "a.mp4", 1)
    queue.lease("one", 9, LONG_S)
    begins = time.monotonic()
    assert not queue.wait(0.3)
    assert 0.3 <= time.monotonic() - begins < 5


def test_what_may_be_taken_already_is_not_slept_over(stores, queue):
    submit(stores, "a.mp4", 1)
    begins = time.monotonic()
    assert queue.wait(20.0)
    assert time.monotonic() - begins < 5


def test_what_becomes_takeable_by_time_wakes(stores, queue):
    submit(stores, "a.mp4", 1)
    queue.lease("one", 9, 0.5)
    begins = time.monotonic()
    assert queue.wait(20.0)
    assert 0.2 < time.monotonic() - begins < 5
    assert len(queue.lease("two", 9, LONG_S)) == 1


def test_everything_that_makes_something_takeable_wakes(stores, queue):
    first = submit(stores, "a.mp4", 2)
    twin = submit(stores, "a.mp4", 2, owner="anna")
    queue.lease("one", 2, LONG_S)
    assert woken_by(queue, lambda: queue.finish(key(first, 0), [], 0.0))
    queue.lease("two", 9, LONG_S)
    assert woken_by(queue, lambda: queue.fail(key(first, 1), "decoder_died", "", 0.0))
    queue.lease("two", 9, LONG_S)
    assert woken_by(queue, lambda: queue.give_back("two", is_loss=True))
    queue.pause([first.job_id, twin.job_id])
    assert woken_by(queue, lambda: queue.resume([twin.job_id]))
    queue.lease("three", 9, LONG_S)
    assert woken_by(queue, lambda: submit(stores, "b.mp4", 1, done=[("sight", 0)]))
    assert woken_by(queue, lambda: queue.prioritise([first.job_id], 3))


def test_waiting_leaves_no_ears_behind(stores, queue):
    submit(stores, "a.mp4", 1)
    queue.wait(0.1)
    with stores.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM pg_listening_channels()").all() == []
