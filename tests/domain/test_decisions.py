from __future__ import annotations

import pytest

from aima.domain import decisions
from aima.errors import DecisionImpossible, EventUnknown, PersonUnknown
from tests.domain.histories import identity
from tests.domain.test_identity import ONE, THREE, owner, world


@pytest.fixture
def made():
    """Person 1 with tracks ONE, THREE and FIVE, person 2 with TWO."""
    return world(1, 2, 1, 0, 1)


def test_names_are_trimmed_and_spaces_folded(made):
    decision = decisions.name(made.state, owner(made.state, ONE), "  Anna \n  Müller ")
    assert decision.payload["name"] == "Anna Müller"


@pytest.mark.parametrize("bad", ["", "  ", "x" * 201, "bell\a", "\ud800", "turn \u202e"])
def test_what_is_no_name_is_refused(made, bad):
    with pytest.raises(DecisionImpossible, match="1 to 200"):
        decisions.name(made.state, owner(made.state, ONE), bad)


def test_nobody_can_be_named_merged_or_split(made):
    nobody = identity(9)
    for decide in (
        lambda: decisions.name(made.state, nobody, "Anna"),
        lambda: decisions.merge(made.state, owner(made.state, ONE), nobody),
        lambda: decisions.split(made.state, nobody, [ONE], identity(8)),
    ):
        with pytest.raises(PersonUnknown, match=nobody):
            decide()


def test_a_split_names_places_and_mints_the_next_number(made):
    decision = decisions.split(made.state, owner(made.state, ONE), [THREE], identity(8))
    assert decision.payload["number"] == 3
    (place,) = decision.payload["locators"]
    assert (place["content_id"], place["start_us"], place["box"]) == ("a", 50, [0, 10.0, 80.0, 80.0])


@pytest.mark.parametrize("wanted", [[], [ONE, THREE, identity(10_005)], [identity(10_002)], ["nowhere"]])
def test_a_split_of_nothing_everything_or_somebody_else_is_refused(made, wanted):
    with pytest.raises(DecisionImpossible):
        decisions.split(made.state, owner(made.state, ONE), wanted, identity(8))


def test_undo_takes_the_last_decision_that_stands_and_no_run(made):
    person = owner(made.state, ONE)
    first = made.append(decisions.name(made.state, person, "Anna"))
    second = made.append(decisions.name(made.state, person, "Bert"))
    assert decisions.undo(made.state).payload == {"event_id": second.event_id}
    made.append(decisions.undo(made.state))
    assert decisions.undo(made.state).payload == {"event_id": first.event_id}
    made.append(decisions.undo(made.state))
    with pytest.raises(EventUnknown, match="no decision to undo"):
        decisions.undo(made.state)


def test_undo_refuses_what_is_undone_or_never_was(made):
    event = made.append(decisions.name(made.state, owner(made.state, ONE), "Anna"))
    made.append(decisions.undo(made.state, event.event_id))
    with pytest.raises(DecisionImpossible, match="undone already"):
        decisions.undo(made.state, event.event_id)
    with pytest.raises(EventUnknown, match="there is no event"):
        decisions.undo(made.state, identity(9))
