from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from aima.domain.identity import state_hash
from aima.domain.observation import EXPRESSIONS
from aima.errors import DecisionImpossible, EventUnknown, LedgerBroken, PersonError, PersonUnknown
from aima.services.persons import PersonService
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium, made_run, made_track, record

TRACKS = [
    made_track("a.mp4", 0, 5),
    made_track("a.mp4", 0, 4, left=400),
    made_track("a.mp4", 10, 12),
    made_track("b.mp4", 1, 2),
]


@pytest.fixture
def archive(stores):
    """Persons 1 (twice in a.mp4, once in b.mp4) and 2 (at the same time as 1)."""
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    record(stores, made_run(TRACKS, [0, 2, 3], [1]))
    return stores


@pytest.fixture
def persons(archive):
    return PersonService(archive, "anna")


def labels(persons):
    return [person.label for person in persons.list()]


def test_the_list_begins_with_the_longest_seen(persons):
    one, two = persons.list()
    assert (one.label, one.media, len(one.appearances), one.seen_us) == ("Unknown 1", 2, 3, 8 * SECOND)
    assert (two.label, two.media, len(two.appearances), two.seen_us) == ("Unknown 2", 1, 1, 4 * SECOND)
    assert [(s.filename, s.start_us) for s in one.appearances] == [
        ("a.mp4", 0),
        ("a.mp4", 10 * SECOND),
        ("b.mp4", SECOND),
    ]


def test_showing_a_person_brings_tracks_and_the_run(persons):
    detail = persons.show("Unknown 1")
    assert [t.track_id for t in sorted(detail.tracks, key=lambda t: t.track_id)] == sorted(
        TRACKS[n].track_id for n in (0, 2, 3)
    )
    assert {t.log_odds for t in detail.tracks} == {2.0}
    assert detail.run.models == {"face_embedder": "faces@1"}


@pytest.mark.parametrize(
    ("anger", "expected"),
    [(0.9, "anger"), (0.4, "uncertain")],
)
def test_the_expression_of_a_person_is_the_mean_over_what_is_seen(stores, anger, expected):
    add_medium(stores, "a.mp4")
    long, short, silent = made_track("a.mp4", 0, 30), made_track("a.mp4", 40, 50), made_track("a.mp4", 55, 59)
    seen = [
        replace(long, expression=probabilities("anger", anger)),
        replace(short, expression=probabilities("fear", 1)),
    ]
    record(stores, made_run([*seen, silent, made_track("a.mp4", 0, 5, left=600)], [0, 1, 2], [3]))
    persons = PersonService(stores, "anna")
    expression = persons.show("#1").expression
    assert expression.name == expected
    assert list(expression.probabilities) == list(EXPRESSIONS)
    assert expression.probabilities["anger"] == pytest.approx(anger * 30 / 40, abs=1e-5)
    assert sum(expression.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert persons.show("#2").expression is None


def probabilities(name, value):
    """One expression with this probability, the rest shared by the others."""
    rest = (1 - value) / (len(EXPRESSIONS) - 1)
    return np.array([value if one == name else rest for one in EXPRESSIONS], np.float32)


def test_a_person_is_found_by_id_prefix_number_and_name(persons):
    person = persons.resolve("Unknown 1")
    persons.name("unknown 1", "Anna Müller")
    for text in (person.person_id, person.person_id[:8].upper(), "#1", "UNKNOWN 1", "anna  müller"):
        assert persons.resolve(text).person_id == person.person_id
    assert labels(persons) == ["Anna Müller", "Unknown 2"]


@pytest.mark.parametrize("text", ["", "Nobody", "#3", "Unknown", "abc", "zzzz", "\ud800"])
def test_who_is_not_there_is_said_with_the_way_to_find_out(persons, text):
    with pytest.raises(PersonUnknown, match="there is no person") as caught:
        persons.show(text)
    assert "persons list" in caught.value.remedy


def test_an_ambiguous_name_lists_the_candidates(persons):
    ids = [person.person_id for person in persons.list()]
    for person_id in ids:
        persons.name(person_id, "Anna")
    with pytest.raises(PersonError, match=f"2 persons: .*{ids[0][:8]}") as caught:
        persons.resolve("anna")
    assert caught.value.remedy == "give the id"


def test_naming_returns_what_changed_and_undo_takes_it_back(persons):
    change = persons.name("#1", "Anna")
    (person,) = change.persons
    assert (person.label_before, person.label_after) == ("Unknown 1", "Anna")
    assert person.tracks_before == person.tracks_after == 3
    assert change.event.actor == "anna"
    back = persons.undo()
    assert [p.label_after for p in back.persons] == ["Unknown 1"]
    persons.undo(str(back.event.seq))
    assert labels(persons)[0] == "Anna"
    persons.name("Anna", None)
    assert labels(persons)[0] == "Unknown 1"


def test_split_by_appearance_then_merge_back(persons):
    appearance = persons.show("#1").person.appearances[1]
    change = persons.split("#1", [appearance.appearance_id[:8]])
    assert sorted((p.label_after, p.tracks_after) for p in change.persons) == [("Unknown 1", 2), ("Unknown 3", 1)]
    assert labels(persons) == ["Unknown 1", "Unknown 2", "Unknown 3"]
    merged = persons.merge("#2", "#3")
    assert sorted((p.label_before, p.tracks_after) for p in merged.persons) == [("Unknown 2", 2), ("Unknown 3", 0)]
    with pytest.raises(PersonUnknown, match="Unknown 3 was merged into Unknown 2"):
        persons.show("#3")


def test_split_by_track_id_and_its_refusals(persons):
    other = persons.show("#2").tracks[0].track_id
    for parts in ([other], ["ffff"], [TRACKS[n].track_id for n in (0, 2, 3)]):
        with pytest.raises(DecisionImpossible):
            persons.split("#1", parts)
    persons.split("#1", [TRACKS[3].track_id])
    assert persons.show("#3").person.appearances[0].filename == "b.mp4"


def test_people_seen_together_cannot_be_merged(persons):
    with pytest.raises(DecisionImpossible, match="same time"):
        persons.merge("#1", "#2")
    assert len(persons.history()) == 1


def test_undoing_a_split_tells_which_decisions_lose_their_ground(persons):
    persons.split("#1", [TRACKS[3].track_id])
    named = persons.name("#3", "Anna")
    change = persons.undo("2")
    assert [conflict.event_id for conflict in change.conflicts] == [named.event.event_id]
    with pytest.raises(PersonUnknown, match="gives nothing of"):
        persons.show("#3")
    assert persons.history()[2].conflict == "nothing of this person is left"


@pytest.mark.parametrize("event", ["0", "99", "#7", "ffffffff", "x"])
def test_an_unknown_event_cannot_be_undone(persons, event):
    with pytest.raises(EventUnknown):
        persons.undo(event)


def test_undoing_twice_is_refused(persons):
    persons.name("#1", "Anna")
    persons.undo("2")
    with pytest.raises(DecisionImpossible, match="undone already"):
        persons.undo("2")


def test_history_tells_everything_in_words(persons):
    persons.name("#1", "Anna")
    persons.split("Anna", [TRACKS[2].track_id, TRACKS[3].track_id])
    persons.merge("#2", "#3")
    persons.undo()
    persons.name("Anna", None)
    texts = [(entry.text, entry.stands) for entry in persons.history()]
    assert re.fullmatch(r"fused [0-9a-f]{8}: 2 new persons", texts[0][0])
    assert texts[1:] == [
        ("#1 is named Anna", True),
        ("2 tracks of #1 split off as #3", True),
        ("#3 was merged into #2", False),
        ("event 4 was undone", True),
        ("#1 has no name any more", True),
    ]


def test_verify_finds_a_damaged_projection_and_mends_it(persons, archive):
    persons.name("#1", "Anna")
    sound = persons.verify()
    assert (sound.ok, sound.events, sound.mended) == (True, 2, False)
    assert sound.state_hash == state_hash(archive.ledger.state())
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE persons SET name = 'Eve'")
    assert not persons.verify().ok
    mended = persons.verify(mend=True)
    assert (mended.ok, mended.mended) == (True, True)
    assert persons.verify().ok
    assert labels(persons)[0] == "Anna"


def test_verify_names_a_forged_event(persons, archive):
    persons.name("#1", "Anna")
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_events DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE ledger_events SET payload = replace(payload, 'Anna', 'Eve') WHERE seq = 2")
    with pytest.raises(LedgerBroken, match="event 2 of the ledger was changed"):
        persons.verify(mend=True)


def test_decisions_hold_after_a_restart(persons, archive, database):
    persons.name("#1", "Anna")
    persons.split("Anna", [TRACKS[3].track_id])
    expected = (persons.list(), persons.verify().state_hash)
    archive.close()
    with PostgresStores.open(database) as again:
        reopened = PersonService(again, "anna")
        assert (reopened.list(), reopened.verify().state_hash) == expected
        reopened.undo()
        assert labels(reopened) == ["Anna", "Unknown 2"]
