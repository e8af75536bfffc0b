from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aima.domain import decisions
from aima.domain.decisions import Decision
from aima.domain.identity import (
    Assigned,
    Conflict,
    Run,
    State,
    effective,
    next_number,
    partition_hash,
    replay,
    state_hash,
)
from aima.domain.ledger import verify
from aima.domain.locating import clashes
from aima.domain.track import Locator
from tests.domain.histories import BASE, World, identity, outcome, replayed, without, worlds

thorough = settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck))

ONE, TWO, THREE, FOUR, FIVE = (identity(10_000 + n) for n in range(1, 6))


class Scripted:
    """Stands in for drawn data: people in the order given, tracks of BASE."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def draw(self, _: object) -> object:
        return self.answers.pop(0)


def world(*groups: int) -> World:
    """One run over BASE with these groups; 0 is nobody."""
    made = World(Scripted(BASE, *groups))  # type: ignore[arg-type]
    made.fuse()
    return made


def owner(state: State, track_id: str) -> str | None:
    return state.tracks[track_id].person_id


@thorough
@given(worlds())
def test_live_state_equals_replay_and_its_chain_holds(made):
    again = replayed(made.events, made)
    assert again == made.state
    assert state_hash(again) == state_hash(made.state)
    verify(made.events)


@thorough
@given(worlds(), st.data())
def test_undo_of_any_event_equals_the_history_without_it(made, data):
    event = data.draw(st.sampled_from([e for e in effective(made.events) if e.kind != "undone"] or made.events))
    if event.kind == "undone" or event not in effective(made.events):
        return
    expected = replayed(without(made.events, event.event_id), made)
    undone = made.append(Decision("undone", {"event_id": event.event_id}))
    assert outcome(made.state) == outcome(expected)
    assert state_hash(made.state) == state_hash(expected)
    redone = replayed(without(made.events, undone.event_id), made)
    made.append(Decision("undone", {"event_id": undone.event_id}))
    assert outcome(made.state) == outcome(replayed(made.events[:-2], made))
    assert redone.events != made.events


@thorough
@given(worlds())
def test_two_faces_of_one_moment_are_never_one_person(made):
    for members in made.state.members.values():
        places = [made.state.tracks[t].locator for t in members]
        assert not any(clashes(a, [b]) for a, b in itertools.combinations(places, 2))


@thorough
@given(worlds())
def test_everybody_with_tracks_has_a_number_of_their_own(made):
    numbers = [made.state.numbers[person_id] for person_id in made.state.members]
    assert len(set(numbers)) == len(numbers)
    assert next_number(made.events) > max(numbers, default=0)


def test_an_empty_ledger_is_an_empty_state():
    assert replay([], {}.__getitem__) == State()
    assert next_number([]) == 1


def test_an_undone_undo_lets_the_event_stand_again():
    made = world(1, 2, 1, 2, 1)
    named = made.append(Decision("named", {"person_id": owner(made.state, ONE), "name": "Anna"}))
    undo = made.append(Decision("undone", {"event_id": named.event_id}))
    assert made.state.names == {}
    made.append(Decision("undone", {"event_id": undo.event_id}))
    assert list(made.state.names.values()) == ["Anna"]


def test_a_merge_gives_the_name_on_and_keeps_the_own_one():
    made = world(1, 2, 3, 0, 1)
    one, two, three = (owner(made.state, track) for track in (ONE, TWO, THREE))
    made.append(Decision("named", {"person_id": three, "name": "Anna"}))
    made.append(Decision("merged", {"into": one, "from": three}))
    assert made.state.names == {one: "Anna"}
    made.append(Decision("named", {"person_id": two, "name": "Bert"}))
    made.append(Decision("undone", {"event_id": made.events[2].event_id}))
    assert made.state.names == {three: "Anna", two: "Bert"}
    made.append(Decision("merged", {"into": three, "from": two}))
    assert made.state.names == {three: "Anna"}


@pytest.mark.parametrize(
    ("into", "other", "reason"),
    [(ONE, TWO, "same time"), (ONE, ONE, "into itself")],
)
def test_merges_against_the_evidence_are_conflicts_that_change_nothing(into, other, reason):
    made = world(1, 2, 0, 0, 0)
    before = made.state.tracks
    event = made.append(Decision("merged", {"into": owner(made.state, into), "from": owner(made.state, other)}))
    (conflict,) = made.state.conflicts
    assert conflict.event_id == event.event_id
    assert reason in conflict.reason
    assert made.state.tracks == before


def test_undoing_a_split_lists_what_hung_on_it():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    place = made.state.tracks[THREE].locator
    payload = {"content_id": place.content_id, "stream": "sight", "start_us": place.start_us, "end_us": place.end_us}
    split = made.append(
        Decision(
            "split",
            {
                "person_id": person,
                "new_person_id": identity(77),
                "number": 2,
                "locators": [payload | {"box": list(place.box)}],
            },
        )
    )
    named = made.append(Decision("named", {"person_id": identity(77), "name": "Anna"}))
    assert owner(made.state, THREE) == identity(77)
    made.append(Decision("undone", {"event_id": split.event_id}))
    assert owner(made.state, THREE) == person
    assert made.state.conflicts == (Conflict(named.event_id, "nothing of this person is left"),)


def test_a_split_is_found_again_on_redrawn_tracks_and_collects_new_ones():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    made.append(decisions.split(made.state, person, [THREE], identity(77)))
    made.append(decisions.name(made.state, identity(77), "Anna"))
    redrawn = [(21, BASE[0][1]), (22, Locator("a", "sight", 52, 88, (3.0, 12.0, 80.0, 80.0)))]
    fresh = (23, Locator("d", "sight", 0, 10, (0.0, 0.0, 80.0, 80.0)))
    made.data = Scripted([*redrawn, fresh], 1, 2, 2)
    made.fuse()
    anna = [identity(10_000 + n) for n in (22, 23)]
    assert [owner(made.state, track) for track in anna] == [identity(77)] * 2
    assert owner(made.state, identity(10_021)) == person
    assert made.state.names == {identity(77): "Anna"}
    assert made.state.conflicts == ()


def test_a_split_never_puts_two_faces_of_one_moment_together():
    made = world(1, 0, 1, 0, 1)
    made.append(decisions.split(made.state, owner(made.state, ONE), [THREE], identity(77)))
    beside = Locator("a", "sight", 55, 85, (400.0, 10.0, 80.0, 80.0))
    run = Run(
        "later",
        {"there": Assigned(identity(1), BASE[2][1]), "beside": Assigned(identity(77), beside)},
        {identity(1): 1, identity(77): 2},
    )
    made.runs["later"] = run
    made.append(Decision("fused", {"run_id": "later", "minted": []}))
    assert owner(made.state, "there") == identity(1)
    assert owner(made.state, "beside") == identity(77)
    assert [conflict.event_id for conflict in made.state.conflicts] == [made.events[1].event_id]


def test_the_hash_sees_tracks_names_and_numbers_of_those_who_are_there():
    base = partition_hash({"t": "p"}, {"p": (1, None), "q": (2, None)})
    assert base == partition_hash({"t": "p"}, {"p": (1, None)})
    others = [({"t": "q"}, {"q": (1, None)}), ({"t": "p"}, {"p": (2, None)}), ({"t": "p"}, {"p": (1, "Anna")})]
    assert base not in {partition_hash(*other) for other in others}
