from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DBAPIError

from aima.domain import decisions, ledger
from aima.domain.identity import apply, replay, state_hash
from aima.errors import DecisionImpossible
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium, made_run, made_track, record


@pytest.fixture
def known(stores):
    """Persons 1 and 2 at the same time, person 3 later, in one medium; stores and person ids by number."""
    add_medium(stores, "a.mp4")
    tracks = [made_track("a.mp4", 0, 5), made_track("a.mp4", 0, 5, left=400), made_track("a.mp4", 10, 12)]
    record(stores, made_run(tracks, [0], [1], [2]))
    return stores, [person.person_id for person in stores.persons.all()]


def naming(person_id: str, name: str):
    return lambda state: decisions.name(state, person_id, name)


def test_a_decision_is_an_event_and_a_change_of_the_projection(known):
    stores, (first, *_) = known
    decided = stores.ledger.decide(naming(first, "Anna"), "local")
    assert (decided.event.kind, decided.event.seq, decided.event.actor) == ("named", 2, "local")
    assert stores.persons.all()[0].name == "Anna"
    assert stores.ledger.state() == decided.after
    ledger.verify(stores.ledger.events())


def test_live_state_replay_and_projection_agree_after_each_decision(known):
    stores, (first, second, third) = known
    state = stores.ledger.state()
    runs = {state.run.run_id: state.run}
    steps = [
        naming(first, "Anna"),
        lambda s: decisions.merge(s, second, third),
        lambda s: decisions.split(s, second, s.members[second][1:], str(uuid.uuid4())),
        decisions.undo,
        lambda s: decisions.undo(s, s.events[1].event_id),
    ]
    for step in steps:
        event = stores.ledger.decide(step, "local").event
        state = apply(state, event, runs.__getitem__)
        assert state == replay(stores.ledger.events(), runs.__getitem__) == stores.ledger.state()
        assert state_hash(state) == stores.persons.digest()


def test_a_decision_against_the_evidence_writes_nothing(known):
    stores, (first, second, _) = known
    before = stores.persons.all()
    with pytest.raises(DecisionImpossible, match="same time"):
        stores.ledger.decide(lambda state: decisions.merge(state, first, second), "local")
    assert len(stores.ledger.events()) == 1
    assert stores.persons.all() == before


def test_many_deciders_make_one_chain_without_gaps(known):
    stores, (first, *_) = known
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: stores.ledger.decide(naming(first, f"Name {n}"), "local"), range(12)))
    events = stores.ledger.events()
    assert [event.seq for event in events] == list(range(1, 14))
    ledger.verify(events)
    assert stores.persons.all()[0].name == events[-1].payload["name"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_events SET actor = 'x'", "DELETE FROM ledger_events", "TRUNCATE ledger_events CASCADE"],
)
def test_the_database_refuses_to_change_the_ledger(known, statement):
    stores, _ = known
    with pytest.raises(DBAPIError, match="append-only"), stores.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(stores.ledger.events()) == 1


def test_the_same_state_is_there_after_a_restart(known, database):
    stores, (first, second, third) = known
    stores.ledger.decide(naming(first, "Anna"), "local")
    stores.ledger.decide(lambda state: decisions.merge(state, second, third), "local")
    expected = state_hash(stores.ledger.state())
    stores.close()
    with PostgresStores.open(database) as again:
        assert state_hash(again.ledger.state()) == again.persons.digest() == expected


def test_rebuild_mends_a_projection_that_was_damaged(known):
    stores, (first, *_) = known
    stores.ledger.decide(naming(first, "Anna"), "local")
    expected = (stores.persons.all(), stores.persons.appearances(), stores.persons.digest())
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM person_appearances")
        connection.exec_driver_sql("UPDATE persons SET name = 'Eve', state = 'gone'")
        connection.exec_driver_sql("UPDATE tracks SET person_id = NULL")
    assert stores.persons.digest() != expected[2]
    stores.ledger.rebuild()
    assert (stores.persons.all(), stores.persons.appearances(), stores.persons.digest()) == expected


def test_the_origin_is_the_first_event_whatever_comes_later(stores):
    assert stores.ledger.origin() is None
    add_medium(stores, "a.mp4")
    record(stores, made_run([made_track("a.mp4", 0, 5)], [0]))
    origin = stores.ledger.origin()
    assert origin == stores.ledger.events()[0].event_id
    stores.ledger.decide(naming(stores.persons.all()[0].person_id, "Anna"), "local")
    assert stores.ledger.origin() == origin
