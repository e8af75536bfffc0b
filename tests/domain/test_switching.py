"""Which model answers by the ledger."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from aima.domain import decisions
from aima.domain.identity import Run, State, apply
from aima.domain.ledger import follow
from aima.domain.switching import ActiveModel, back, standing, switch
from aima.errors import EventUnknown

SMALL, LARGE = (ActiveModel("face_embedding", name, f"{name}@1") for name in ("small", "large"))
WORDS = ActiveModel("text_embedding", "words", "words@2")


def after(*made: object) -> State:
    """The state after decisions; a function makes one of the state before it."""
    state = State()
    for number, one in enumerate(made):
        decision = one(state) if callable(one) else one
        last = state.events[-1] if state.events else None
        event = follow(last, decision.kind, decision.payload, event_id=f"e{number}", actor="x", at_us=number)
        state = apply(state, event, lambda run_id: Run(run_id, {}, {}))
    return state


def models(state: State) -> dict[str, str]:
    return {task: chosen.model for task, (chosen, _) in standing(state.events).items()}


def test_the_last_switch_of_each_task_stands():
    state = after(switch(SMALL), switch(WORDS), switch(LARGE))
    assert models(state) == {"face_embedding": "large", "text_embedding": "words"}
    assert standing(state.events)["face_embedding"] == (LARGE, 3)
    assert state.events[0].payload == asdict(SMALL)


def test_back_goes_through_the_switches_of_one_task():
    face = lambda state: back(state, "face_embedding")  # noqa: E731
    made = [switch(SMALL), switch(LARGE), switch(WORDS), face]
    assert models(after(*made)) == {"face_embedding": "small", "text_embedding": "words"}
    assert models(after(*made, face)) == {"text_embedding": "words"}
    with pytest.raises(EventUnknown, match="face_embedding was never switched"):
        after(*made, face, face)


def test_a_switch_says_nothing_of_persons():
    state = after(switch(SMALL))
    assert (state.members, state.conflicts, state.run) == ({}, (), None)
    with pytest.raises(EventUnknown):
        decisions.undo(state)
    assert decisions.undo(state, "e0").payload == {"event_id": "e0"}
