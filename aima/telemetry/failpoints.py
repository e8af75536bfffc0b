"""Named places between two durable writes, at which a test can end the process as a power cut would.

Off, a place costs one comparison. `AIMA_FAILPOINTS="relay.applied=3"` ends the process when it passes that place for
the third time; `AIMA_FAILPOINTS_TRACE=FILE` appends the name of every place that is passed to a file.
`AIMA_FAILPOINTS_POISON="<content_id>/<segment no>"` makes a segment of sight deadly: whoever begins it is killed, each
time.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Final, Literal, get_args

from aima.errors import SettingInvalid

Point = Literal[
    "archive.before_rename",
    "archive.put",
    "media.added",
    "jobs.added",
    "jobs.moved",
    "observations.before_commit",
    "observations.committed",
    "fusion.run_written",
    "fusion.recorded",
    "ledger.appended",
    "ledger.decided",
    "sightings.written",
    "sightings.recorded",
    "hearings.written",
    "hearings.recorded",
    "texts.kept",
    "outbox.announced",
    "relay.read",
    "relay.applied",
    "relay.advanced",
    "documents.before",
    "documents.half",
    "documents.written",
    "vectors.before",
    "vectors.half",
    "vectors.written",
    "vectors.flushed",
]
"""Every place. The part before the dot is whose writes it lies between."""

POINTS: Final[tuple[Point, ...]] = get_args(Point)
DIED: Final = 86
"""Exit status of a process that ended at a place."""


class _Watch:
    """Counts passages; ends the process at one of them, or writes each down."""

    def __init__(self, deadly: tuple[Point, int] | None, trace: Path | None) -> None:
        self._deadly, self._trace = deadly, trace
        self._passed: Counter[Point] = Counter()
        self._lock = threading.Lock()

    def see(self, name: Point) -> None:
        with self._lock:
            self._passed[name] += 1
            if self._trace is not None:
                with self._trace.open("a") as file:
                    file.write(f"{name}\n")
            if self._deadly == (name, self._passed[name]):
                os._exit(DIED)


_watch: _Watch | None = None
_poison: Final = os.environ.get("AIMA_FAILPOINTS_POISON")


def failpoint(name: Point) -> None:
    """Pass a place."""
    if _watch is not None:
        _watch.see(name)


def poisonous(content_id: str, segment_no: int) -> None:
    """Begin a segment: the process is killed, as by a defect of a decoder or a model, if it is the deadly one."""
    if _poison == f"{content_id}/{segment_no}":
        os.kill(os.getpid(), signal.SIGKILL)


def arm(deadly: tuple[Point, int] | None = None, trace: Path | None = None) -> None:
    """Count from now on: end the process at this passage (counted from 1) of a place, write passages to a file."""
    global _watch  # noqa: PLW0603
    _watch = _Watch(deadly, trace) if deadly or trace else None


def parse(text: str) -> tuple[Point, int]:
    """A place and the number of a passage, from `name=number`.

    Raises:
        SettingInvalid: it has another form, or no place has this name.
    """
    wanted, _, count = text.partition("=")
    for name in POINTS:
        if name == wanted and count.isdecimal() and int(count) > 0:
            return name, int(count)
    raise SettingInvalid(f"AIMA_FAILPOINTS: {text!r} names no passage", "write for example relay.applied=3")


def _from_environment() -> None:
    deadly, trace = os.environ.get("AIMA_FAILPOINTS"), os.environ.get("AIMA_FAILPOINTS_TRACE")
    arm(parse(deadly) if deadly else None, Path(trace) if trace else None)


_from_environment()
