from __future__ import annotations

from dataclasses import replace

import pytest

from aima.domain.queue import Fleet
from aima.stores.postgres import PostgresStores
from tests.stores.postgres.queue.made import LONG_S, submit


@pytest.fixture
def queue(stores):
    return stores.queue


def fleet(fleet_id="one", name="resident", **more) -> Fleet:
    return Fleet(fleet_id, name, "node-1", 4711, "idle", **more)


def unseen_for(stores, fleet_id, seconds):
    change = "UPDATE fleets SET seen_at = clock_timestamp() - %s * interval '1 s' WHERE fleet_id = %s"
    with stores.engine.begin() as connection:
        connection.exec_driver_sql(change, (seconds, fleet_id))


def test_a_fleet_is_shown_and_its_state_follows(stores, queue):
    places = ({"stage": "sight", "num_cpus": 0.5},)
    queue.show(fleet(places=places))
    (first,) = queue.fleets()
    assert first == fleet(places=places, started_at=first.started_at, seen_at=first.seen_at, since=first.since)
    queue.show(fleet(places=places))
    assert queue.fleets() == [replace(first, seen_at=queue.fleets()[0].seen_at)]
    queue.show(replace(fleet(), state="working", in_flight=3, segments_done=9))
    (now,) = queue.fleets()
    assert (now.state, now.in_flight, now.segments_done, now.started_at) == ("working", 3, 9, first.started_at)
    assert now.since > first.since
    assert now.seen_at > first.seen_at


def test_only_who_was_seen_lately_lives_and_keeping_is_a_sign_of_life(stores, queue):
    for name in ("one", "two"):
        queue.show(fleet(name))
        unseen_for(stores, name, 60)
    assert queue.fleets(alive_s=30) == []
    queue.keep("two", LONG_S, {})
    assert [f.fleet_id for f in queue.fleets(alive_s=30)] == ["two"]
    assert [f.fleet_id for f in queue.fleets()] == ["one", "two"]


def test_who_was_not_seen_for_a_day_is_forgotten(stores, queue):
    for name in ("old", "older"):
        queue.show(fleet(name))
    unseen_for(stores, "older", 25 * 3600)
    unseen_for(stores, "old", 23 * 3600)
    queue.show(fleet("new"))
    assert [f.fleet_id for f in queue.fleets()] == ["old", "new"]


def test_who_retires_gives_back_what_it_holds(stores, queue):
    submit(stores, "a.mp4", 2)
    queue.show(fleet())
    queue.lease("one", 9, LONG_S)
    queue.retire("one")
    assert queue.fleets() == []
    assert [lease.losses for lease in queue.lease("two", 9, LONG_S)] == [1, 1]
    queue.retire("one")
    assert queue.lease("three", 9, LONG_S) == []


def test_earlier_lives_of_a_name_are_retired_also_after_a_restart(stores, queue, database):
    submit(stores, "a.mp4", 1)
    for fleet_id, name in (("one", "resident"), ("two", "resident"), ("other", "evaluation")):
        queue.show(fleet(fleet_id, name))
    queue.lease("one", 9, LONG_S)
    stores.close()
    with PostgresStores.open(database) as again:
        assert again.queue.retire_named("resident", but="two") == 1
        assert [f.fleet_id for f in again.queue.fleets()] == ["two", "other"]
        assert len(again.queue.lease("two", 9, LONG_S)) == 1
        assert again.queue.retire_named("resident", but="two") == 0
