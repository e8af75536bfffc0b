"""The loop of the process that publishes: hand on, sleep until something changes, again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aima.domain.outbox import Outbox
from aima.errors import AimaError
from aima.events.relay import Relay
from aima.telemetry.logs import logger

BEAT_S: Final = 2.0
"""A sleep at most: how soon a stop is heard, and how old a heartbeat is that has nothing to do."""

PATIENCE_S: Final = 10.0
"""Longest pause after the truth itself did not answer."""

KEPT: Final = 10_000
"""Changes that stay in the outbox after everybody has heard of them."""

log = logger("events.publishing")


@dataclass(slots=True)
class Chore:
    """Something to do now and then. It may fail; it comes again."""

    name: str
    every_s: float
    do: Callable[[], object]
    due: float = field(default=0.0)


def publish(relay: Relay, outbox: Outbox, stop: threading.Event, heartbeat: Path, chores: Sequence[Chore] = ()) -> None:
    """Hand on every change until `stop` is set. Servers that go away are waited for, PostgreSQL too.

    heartbeat: a file that is touched whenever the loop turns.
    """
    work = (*chores, Chore("prune", 600.0, lambda: outbox.prune(KEPT)))
    pause_s = 0.5
    while not stop.is_set():
        heartbeat.touch()
        try:
            with outbox.attending():
                while not stop.is_set():
                    _turn(relay, outbox, stop, heartbeat)
                    _see_to(work)
                    heartbeat.touch()
                    pause_s = 0.5
        except AimaError as error:
            log.warning("outbox away", extra={"fields": {"reason": error.message}})
            stop.wait(pause_s)
            pause_s = min(pause_s * 2, PATIENCE_S)


def _turn(relay: Relay, outbox: Outbox, stop: threading.Event, heartbeat: Path) -> None:
    seen = outbox.head()
    relay.drain(lambda *_: heartbeat.touch(), stop.is_set)
    next_s = relay.resting.next_s()
    if not stop.is_set():
        outbox.wait(BEAT_S if next_s is None else min(BEAT_S, max(next_s, 0.05)), seen)


def _see_to(chores: Sequence[Chore]) -> None:
    """Do what is due. Only a database that is away is told on."""
    for chore in chores:
        if time.monotonic() < chore.due:
            continue
        chore.due = time.monotonic() + chore.every_s
        try:
            chore.do()
        except AimaError as error:
            log.warning("chore failed", extra={"fields": {"chore": chore.name, "reason": error.message}})
