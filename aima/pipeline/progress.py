"""Progress of an analysis in seconds of media, with its rate and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aima.domain.media import Segment
from aima.pipeline.task import Failure, Finished, Outcome, Progressed, SegmentTask


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of an analysis.

    done_s, total_s: seconds of media. rate: seconds of media per second of wall time. left_s: seconds of wall
    time to go, or None as long as nothing is done.
    """

    done_s: float
    total_s: float
    segments_done: int
    segments: int
    rate: float
    left_s: float | None


Listener = Callable[[Progress], None]


@dataclass
class Meter:
    """Adds up outcomes and tells a listener."""

    tasks: Sequence[SegmentTask]
    listener: Listener | None = None
    clock: Callable[[], float] = time.monotonic
    _done: dict[tuple[str, int], int] = field(default_factory=dict)
    _closed: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._length = {_id(t.segment): t.segment.end_us - t.segment.start_us for t in self.tasks}

    def see(self, outcome: Outcome) -> None:
        """Take an outcome into account."""
        which = _id(outcome.segment)
        if isinstance(outcome, Progressed):
            self._done[which] = max(self._done.get(which, 0), outcome.done_us)
        elif isinstance(outcome, Finished) or (isinstance(outcome, Failure) and outcome.analyzer is None):
            self._done[which] = self._length.get(which, 0)
            self._closed.add(which)
        if self.listener:
            self.listener(self.now())

    def now(self) -> Progress:
        """The state at this moment."""
        done, total = sum(self._done.values()) / 1e6, sum(self._length.values()) / 1e6
        elapsed = max(1e-9, self.clock() - self._started)
        rate = done / elapsed
        left = (total - done) / rate if rate > 0 else None
        return Progress(done, total, len(self._closed), len(self._length), rate, left)


def _id(segment: Segment) -> tuple[str, int]:
    return segment.content_id, segment.no
