"""The outbox: cursors, dead letters, one publisher, waking up, and what a lost connection leaves behind."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from aima.domain.outbox import Change, DeadLetter
from aima.errors import StoreUnreachable
from aima.stores.postgres import PostgresStores
from tests.databases import alone
from tests.following import within

ALL = 1000


@pytest.fixture
def outbox(stores):
    return stores.outbox


def enqueue(outbox, *keys):
    return outbox.enqueue([("person", key) for key in keys])


def test_changes_come_in_order_and_in_portions(outbox):
    head = enqueue(outbox, "c", "a", "b")
    first = outbox.after(0, 2)
    assert [change.key for change in first] == ["a", "b"]
    (last,) = outbox.after(first[-1].seq, 2)
    assert last == Change(head, "person", "c")
    assert outbox.after(head, 2) == []


def test_keys_of_several_topics_are_announced_together(outbox):
    outbox.enqueue([("text", "1"), ("content", "2"), ("text", "0")])
    assert [(c.topic, c.key) for c in outbox.after(0, 9)] == [("content", "2"), ("text", "0"), ("text", "1")]
    before = outbox.head()
    assert outbox.enqueue([]) == before


def test_cursors_move_forward_only_and_outlive_the_process(stores, database):
    stores.outbox.advance("documents", 7, (), ())
    stores.outbox.advance("documents", 3, (), ())
    stores.outbox.advance("vectors", 2, (), ())
    with PostgresStores.open(database) as reopened:
        assert reopened.outbox.cursors() == {"documents": 7, "vectors": 2}


def test_a_dead_letter_stays_until_its_key_is_applied(outbox):
    early, late, other = Change(1, "person", "a"), Change(5, "person", "a"), Change(2, "medium", "a")
    dead = [DeadLetter("documents", change, "archive_damaged", "gone") for change in (early, other)]
    outbox.advance("documents", 2, (), dead)
    outbox.advance("vectors", 2, [early], ())
    assert outbox.dead_letters() == dead
    outbox.advance("documents", 5, [late], [DeadLetter("documents", Change(4, "medium", "a"), "x", "again")])
    assert outbox.dead_letters() == [DeadLetter("documents", Change(4, "medium", "a"), "x", "again")]


def test_pruning_keeps_what_somebody_still_has_to_hear_and_the_last(outbox):
    head = enqueue(outbox, *"abcdefgh")
    assert outbox.prune(0) == 0  # nobody has a cursor yet
    outbox.advance("documents", head, (), ())
    outbox.advance("vectors", head - 5, (), ())
    assert outbox.prune(0) == 3
    assert [change.key for change in outbox.after(0, ALL)] == list("defgh")
    outbox.advance("vectors", head, (), ())
    assert outbox.prune(2) == 3
    assert [change.key for change in outbox.after(0, ALL)] == ["g", "h"]
    outbox.prune(0)
    assert outbox.head() == head
    assert enqueue(outbox, "i") == head + 1


def test_one_publishes_at_a_time(stores, database):
    with PostgresStores.open(database) as other, stores.outbox.alone() as ours:
        assert ours
        with other.outbox.alone() as theirs:
            assert not theirs
    with stores.outbox.alone() as ours:
        assert ours


def test_who_ends_by_an_error_lets_go(stores, database):
    with PostgresStores.open(database) as other:
        with pytest.raises(KeyError), stores.outbox.alone():
            raise KeyError
        assert within(5, lambda: is_free(other.outbox))


def test_who_loses_the_connection_lets_go_and_can_publish_again(stores, database):
    with pytest.raises(StoreUnreachable), stores.outbox.alone():
        alone(database).close()  # ends every other connection
    assert within(5, lambda: is_free(stores.outbox))


def is_free(outbox) -> bool:
    with outbox.alone() as ours:
        return ours


def test_whether_somebody_publishes_for_good_is_known_to_all(stores, database):
    with PostgresStores.open(database) as other:
        assert not other.outbox.attended()
        with stores.outbox.attending():
            assert other.outbox.attended()
            assert other.outbox.attended()
            with other.outbox.alone() as ours:
                assert ours  # only who publishes at this moment holds the others off
        assert not other.outbox.attended()


def test_a_change_wakes_who_waits(outbox):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(outbox.wait, 20.0)
        time.sleep(0.3)
        begins = time.monotonic()
        enqueue(outbox, "a")
        assert waiting.result(timeout=10)
        assert time.monotonic() - begins < 5


def test_nothing_happens_and_the_time_is_over(outbox):
    enqueue(outbox, "a")
    begins = time.monotonic()
    assert not outbox.wait(0.2)
    assert not outbox.wait(0.2, seen=outbox.head())
    assert 0.4 <= time.monotonic() - begins < 5


def test_a_change_between_looking_and_waiting_is_not_slept_over(outbox):
    seen = outbox.head()
    enqueue(outbox, "a")
    begins = time.monotonic()
    assert outbox.wait(20.0, seen)
    assert time.monotonic() - begins < 5


def test_no_change_is_slept_over_whenever_it_comes(outbox):
    """One writes, one looks and waits: however they interleave, no wait lasts to its end."""
    done = threading.Event()

    def write():
        for number in range(60):
            enqueue(outbox, str(number))
            time.sleep(0.001 * (number % 5))
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        reached = 0
        while not done.is_set() or outbox.head() > reached:
            reached = max((change.seq for change in outbox.after(reached, ALL)), default=reached)
            if not done.is_set():
                assert outbox.wait(20.0, reached) or done.is_set()
            if reached and len(outbox.after(0, ALL)) == 60:
                break
        writing.result()


def test_waiting_listens_to_its_own_channel_only_while_it_waits(stores):
    """A connection that goes back to the pool wakes nobody later."""
    enqueue(stores.outbox, "a")
    stores.outbox.wait(0.05)
    with stores.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM pg_listening_channels()").all() == []


def test_a_server_that_goes_away_ends_the_waiting(stores, database):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stores.outbox.wait, 20.0)
        time.sleep(0.3)
        alone(database).close()
        with pytest.raises(StoreUnreachable):
            waiting.result(timeout=10)
    enqueue(stores.outbox, "a")
    assert stores.outbox.wait(20.0, seen=0)
