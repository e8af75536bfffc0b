from __future__ import annotations

import pytest

from aima.domain import decisions
from tests.persons_made import add_medium, made_run, made_track, record

TRACKS = [made_track("a.mp4", 0, 5), made_track("a.mp4", 0, 5, left=400), made_track("b.mp4", 0, 2)]
TABLES = ("persons", "tracks", "person_appearances", "fusion_runs")


@pytest.fixture
def known(stores):
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    record(stores, made_run(TRACKS, [0, 2], [1]))
    return stores


def versions(stores):
    """Which transaction wrote each row."""
    with stores.engine.connect() as connection:
        rows = {table: connection.exec_driver_sql(f"SELECT ctid, xmin FROM {table}").all() for table in TABLES}
    return {table: sorted(map(str, found)) for table, found in rows.items()}


def test_carrying_over_the_same_state_writes_no_row(known):
    before = versions(known)
    known.ledger.rebuild()
    assert not record(known, made_run(TRACKS, [0, 2], [1]))
    assert versions(known) == before


def test_a_name_touches_one_person_and_nothing_else(known):
    before = versions(known)
    person = known.persons.all()[1]
    known.ledger.decide(lambda state: decisions.name(state, person.person_id, "Anna"), "local")
    after = versions(known)
    assert len(set(after["persons"]) - set(before["persons"])) == 1
    assert {table: after[table] for table in TABLES[1:]} == {table: before[table] for table in TABLES[1:]}


def test_a_medium_that_comes_later_with_known_bytes_gets_its_appearances(known):
    theirs = add_medium(known, "a.mp4", owner="anna")
    assert not record(known, made_run(TRACKS, [0, 2], [1]))
    assert len([a for a in known.persons.appearances() if a.media_id == theirs.media_id]) == 2


def test_a_merge_joins_appearances_and_its_undo_parts_them(known):
    one, two = (person.person_id for person in known.persons.all())
    before = known.persons.appearances()
    known.ledger.decide(lambda state: decisions.split(state, one, [TRACKS[2].track_id], TRACKS[0].track_id), "local")
    known.ledger.decide(lambda state: decisions.merge(state, two, TRACKS[0].track_id), "local")
    assert sorted({a.person_id for a in known.persons.appearances()}) == sorted([one, two])
    assert [person.state for person in known.persons.all()] == ["active", "active", "merged"]
    known.ledger.decide(decisions.undo, "local")
    known.ledger.decide(decisions.undo, "local")
    assert known.persons.appearances() == before
