from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from aima.domain.observation import Crop
from aima.stores.postgres import PostgresStores
from tests.stores.postgres.queue.made import LONG_S, expire, key, receipt, segment_row, submit


@pytest.fixture
def queue(stores):
    return stores.queue


def lease(queue, limit=1, fleet="one", seconds=LONG_S, job_ids=None):
    return queue.lease(fleet, limit, seconds, job_ids)


def names(leases):
    return [each.key for each in leases]


def test_the_oldest_job_comes_first_with_all_that_a_fleet_needs(stores, queue):
    first, second = submit(stores, "a.mp4", request={"models": {"face_detector": "faces"}}), submit(stores, "b.mp4")
    taken = lease(queue, 4)
    assert names(taken) == [key(first, 0), key(first, 1), key(first, 2), key(second, 0)]
    assert taken[1].job == replace(first, state="running")
    assert taken[1].medium == stores.media.get(first.media_id)
    assert taken[1].segment == stores.media.segments(taken[1].medium.content_id)[1]
    assert (taken[1].attempt, taken[1].losses) == (1, 0)


def test_a_higher_priority_overtakes(stores, queue):
    usual, urgent = submit(stores, "a.mp4"), submit(stores, "b.mp4", priority=5)
    assert names(lease(queue, 4)) == [key(urgent, no) for no in range(3)] + [key(usual, 0)]


def test_a_job_runs_from_its_first_lease_and_others_stay_queued(stores, queue):
    begun, other = submit(stores, "a.mp4"), submit(stores, "b.mp4")
    lease(queue)
    (running, queued) = queue.progress()
    assert (running.job.job_id, running.state, queued.job.job_id, queued.state) == (
        begun.job_id, "running", other.job_id, "queued",
    )  # fmt: skip
    assert running.started_at is not None
    assert queued.started_at is None


def test_only_the_named_jobs_are_served(stores, queue):
    submit(stores, "a.mp4")
    wanted = submit(stores, "b.mp4")
    assert names(lease(queue, 9, job_ids=[wanted.job_id])) == [key(wanted, no) for no in range(3)]
    assert lease(queue, 9, job_ids=[]) == []


def test_a_segment_of_a_content_is_worked_on_for_one_job_at_a_time(stores, queue):
    mine, theirs = submit(stores, "a.mp4", 2), submit(stores, "a.mp4", 2, owner="anna")
    taken = lease(queue, 9)
    assert names(taken) == [key(mine, 0), key(mine, 1)]
    assert lease(queue, 9, fleet="two") == []
    queue.finish(key(mine, 1), [], 0.0)
    assert names(lease(queue, 9, fleet="two")) == [key(theirs, 1)]


def test_many_who_take_at_once_never_get_the_same(stores, database):
    jobs = [submit(stores, f"{name}.mp4", 40) for name in "abcde"]
    jobs += [submit(stores, f"{name}.mp4", 40, owner="anna") for name in "ab"]
    in_hand: set[tuple[str, int]] = set()
    taken, twice, lock = [], [], threading.Lock()

    def work(fleet):
        with PostgresStores.open(database) as own:
            while leases := lease(own.queue, 3, fleet):
                segments = [(each.segment.content_id, each.segment.no) for each in leases]
                with lock:
                    twice.extend(set(segments) & in_hand)
                    in_hand.update(segments)
                    taken.extend(names(leases))
                for each in leases:
                    with lock:
                        in_hand.discard((each.segment.content_id, each.segment.no))
                    own.queue.finish(each.key, [], 0.0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, "wxyz"))
    assert twice == []
    assert sorted(taken) == sorted(key(job, no) for job in jobs for no in range(40))


def test_a_lease_that_ran_out_is_taken_by_another_fleet_and_counts_as_a_loss(stores, queue):
    job = submit(stores, "a.mp4", 1)
    lease(queue, seconds=0.0)
    (again,) = lease(queue, fleet="two")
    assert (again.key, again.attempt, again.losses) == (key(job, 0), 1, 1)
    assert queue.keep("one", LONG_S, {}) == set()


def test_a_fleet_that_was_asleep_keeps_what_nobody_has_taken(stores, queue):
    job = submit(stores, "a.mp4", 2)
    lease(queue)
    expire(stores)
    assert names(lease(queue)) == [key(job, 1)]  # it has the first one in hand
    assert lease(queue, fleet="two") == []
    assert queue.keep("one", LONG_S, {}) == {key(job, 0), key(job, 1)}


def test_keeping_prolongs_and_notes_how_far_it_is(stores, queue):
    job = submit(stores, "a.mp4", 2)
    lease(queue, 2, seconds=5.0)
    before = segment_row(stores, key(job, 0))["lease_until"]
    held = queue.keep("one", LONG_S, {key(job, 0): 7_000_000})
    assert held == {key(job, 0), key(job, 1)}
    rows = [segment_row(stores, key(job, no)) for no in range(2)]
    assert [row["done_us"] for row in rows] == [7_000_000, 0]
    assert all((row["lease_until"] - before).total_seconds() > 50 for row in rows)
    assert queue.keep("one", LONG_S, {key(job, 1): 1}) == held
    assert segment_row(stores, key(job, 0))["done_us"] == 7_000_000


def test_what_is_finished_or_was_taken_is_kept_no_longer(stores, queue):
    job = submit(stores, "a.mp4", 3)
    lease(queue, 3)
    queue.finish(key(job, 0), [], 0.0)
    queue.fail(key(job, 1), "decoder_died", "", None)
    assert queue.keep("one", LONG_S, {key(job, 0): 5}) == {key(job, 2)}
    assert segment_row(stores, key(job, 0))["state"] == "done"


def test_a_finished_segment_has_its_markers_and_crops(stores, queue):
    job = submit(stores, "a.mp4", 1)
    (taken,) = lease(queue)
    content = taken.medium.content_id
    crop = Crop(content, 0, 0, 0, (1.0, 2.0, 3.0, 4.0), 0.5, "crops/1.jpg", "cd" * 32)
    queue.finish(taken.key, [receipt(content, 0, crops=(crop,))], 2.5)
    assert stores.observations.receipts() == [receipt(content, 0)]
    assert stores.observations.crops(content) == [crop]
    (finished,) = queue.finished_jobs()
    assert (finished.job.job_id, finished.done, finished.decode_cpu_s) == (job.job_id, 1, 2.5)
    queue.finish(taken.key, [replace(receipt(content, 0), path="elsewhere")], 9.0)
    assert stores.observations.receipts() == [receipt(content, 0)]
    assert queue.finished_jobs() == [finished]


def test_what_the_database_refuses_leaves_the_segment_as_it_was(stores, queue):
    job = submit(stores, "a.mp4", 1)
    (taken,) = lease(queue)
    with pytest.raises(IntegrityError):
        queue.finish(taken.key, [receipt(taken.medium.content_id, 0), receipt("f" * 64, 0)], 1.0)
    assert stores.observations.receipts() == []
    assert segment_row(stores, key(job, 0))["state"] == "leased"


def test_who_comes_late_still_finishes(stores, queue):
    job = submit(stores, "a.mp4", 2)
    first, second = lease(queue, 2)
    expire(stores)
    lease(queue, 1, fleet="two")
    for late in (first, second):  # one is taken by another fleet, one waits
        queue.finish(late.key, [receipt(late.medium.content_id, late.segment.no)], 1.0)
    assert queue.keep("two", LONG_S, {}) == set()
    assert [each.job.job_id for each in queue.finished_jobs()] == [job.job_id]
    assert lease(queue, 9, fleet="two") == []


def test_a_segment_of_a_cancelled_job_finishes_and_the_job_stays_cancelled(stores, queue):
    job = submit(stores, "a.mp4", 2)
    (taken,) = lease(queue)
    queue.cancel([job.job_id])
    queue.finish(taken.key, [receipt(taken.medium.content_id, 0)], 1.0)
    (progress,) = queue.progress([job.job_id])
    assert (progress.state, progress.done, progress.waiting) == ("cancelled", 1, 1)
    assert len(stores.observations.receipts()) == 1


def test_nothing_is_written_for_a_job_that_is_gone(stores, queue):
    submit(stores, "a.mp4", 1)
    (taken,) = lease(queue)
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM analysis_jobs")
    assert queue.keep("one", LONG_S, {taken.key: 1}) == set()
    queue.finish(taken.key, [receipt(taken.medium.content_id, 0)], 1.0)
    queue.fail(taken.key, "decoder_died", "", None)
    assert stores.observations.receipts() == []


def test_what_failed_waits_and_is_tried_once_more(stores, queue):
    job = submit(stores, "a.mp4", 1)
    lease(queue)
    queue.fail(key(job, 0), "decoder_died", "killed by signal 9", 30.0)
    assert lease(queue) == []
    assert 25 < queue.next_due_s() <= 30
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job_segments SET not_before = clock_timestamp()")
    (again,) = lease(queue)
    assert (again.attempt, again.losses) == (2, 0)


def test_what_is_given_up_says_why_and_closes_the_job(stores, queue):
    job = submit(stores, "a.mp4", 2)
    lease(queue, 2)
    queue.fail(key(job, 1), "decoder_died", "a\0b", None)
    assert queue.finished_jobs() == []
    queue.finish(key(job, 0), [], 0.0)
    (finished,) = queue.finished_jobs()
    assert [(f.segment_no, f.code, f.detail) for f in finished.failures] == [(1, "decoder_died", "a\\x00b")]
    assert lease(queue, 9) == []


def test_a_failure_counts_once_however_often_it_is_told(stores, queue):
    job = submit(stores, "a.mp4", 1)
    lease(queue)
    for _ in range(3):
        queue.fail(key(job, 0), "decoder_died", "", 0.0)
    (again,) = lease(queue)
    assert again.attempt == 2
    queue.finish(again.key, [], 0.0)
    queue.fail(again.key, "decoder_died", "", None)
    assert segment_row(stores, again.key)["state"] == "done"


def test_what_is_given_back_is_takeable_at_once_and_only_a_loss_counts(stores, queue):
    job = submit(stores, "a.mp4", 3)
    lease(queue, 3)
    assert queue.give_back("two", is_loss=True) == 0
    assert queue.give_back("one", [key(job, 2)], is_loss=False) == 1
    assert queue.give_back("one", is_loss=True) == 2
    assert queue.give_back("one", is_loss=True) == 0
    assert [(each.attempt, each.losses) for each in lease(queue, 9)] == [(1, 1), (1, 1), (1, 0)]


def test_leases_and_what_waits_are_there_after_a_restart(stores, queue, database):
    job = submit(stores, "a.mp4", 2)
    lease(queue)
    stores.close()
    with PostgresStores.open(database) as again:
        assert again.queue.keep("one", LONG_S, {}) == {key(job, 0)}
        assert names(lease(again.queue, 9)) == [key(job, 1)]
