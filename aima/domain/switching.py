"""Which model answers: a switch is an event of the ledger, so it can be proven and undone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from aima.domain.decisions import Decision, undo
from aima.domain.identity import State, effective
from aima.domain.ledger import Event
from aima.errors import EventUnknown

Task = Literal["face_embedding", "image_embedding", "text_embedding"]

TASKS: Final[tuple[Task, ...]] = ("face_embedding", "image_embedding", "text_embedding")
"""Tasks whose vectors are searched, so that all of them must come from one model."""


@dataclass(frozen=True, slots=True)
class ActiveModel:
    """The model that answers for a task. model_version: "name@version" of the catalogue."""

    task: str
    model: str
    model_version: str


def switch(chosen: ActiveModel) -> Decision:
    """Let this model answer from now on."""
    return Decision("switched", asdict(chosen))


def back(state: State, task: Task) -> Decision:
    """Take the last switch of a task that stands back.

    Raises:
        EventUnknown: there is none.
    """
    for event in reversed(_switches(state.events)):
        if event.payload["task"] == task:
            return undo(state, event.event_id)
    raise EventUnknown(f"{task} was never switched", "see: aima persons history")


def standing(events: Sequence[Event]) -> dict[str, tuple[ActiveModel, int]]:
    """By task: the model of the last switch that stands, and the number of its event. Others have their default."""
    return {event.payload["task"]: (ActiveModel(**event.payload), event.seq) for event in _switches(events)}


def _switches(events: Sequence[Event]) -> list[Event]:
    return [event for event in effective(events) if event.kind == "switched"]
