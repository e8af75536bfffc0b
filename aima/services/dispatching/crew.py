"""The crew: one stream of segments, opened when there is work and again after it broke down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

from aima.errors import AimaError, AnalysisFailed
from aima.pipeline.events import Event, Flow, Stream
from aima.pipeline.plan import Place
from aima.pipeline.task import SegmentTask
from aima.services.dispatching.notices import Heard, Opened, Post, Refused

PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Before it is opened again after it broke down so many times in a row; the last one from then on."""
LEAVE_S: Final = 15.0
"""How long an opening that nobody wants any more is waited for."""


class Crew:
    """Workers that are reached through a stream. Opening takes seconds, so a thread of its own does it."""

    def __init__(self, flow: Flow, post: Post, clock: Callable[[], float] = time.monotonic) -> None:
        self._flow, self._post, self._clock = flow, post, clock
        self._stream: Stream | None = None
        self._lock = threading.Lock()
        self._opener: threading.Thread | None = None
        self._is_over = False
        self._not_before = 0.0
        self.places: Sequence[Place] = ()
        self.life = 0
        self.failures = 0
        self.served = 0
        self.served_ever = 0
        self.was_open = False

    @property
    def state(self) -> Literal["closed", "opening", "open"]:
        """opening: a notice will come."""
        if self._stream:
            return "open"
        return "opening" if self._opener else "closed"

    @property
    def credits(self) -> int:
        """How many segments may be in flight: one waits beside those in work. Before it is open: one, to see whether
        it is needed at all."""
        return self._stream.workers + 1 if self._stream else 1

    def opens_in_s(self) -> float:
        """How long it rests after it broke down."""
        return max(0.0, self._not_before - self._clock())

    def open(self) -> None:
        """Begin to open it; the notice is `Opened` or `Refused`."""
        self.life += 1
        self.served = 0
        self._opener = threading.Thread(target=self._open, args=(self.life,), name="crew", daemon=True)
        self._opener.start()

    def opened(self, life: int) -> None:
        """The notice came that it is open; it may have ended since, and another be on its way."""
        if life == self.life:
            self._opener = None

    def broke(self) -> None:
        """The stream has ended unasked, or could not be opened."""
        with self._lock:
            self._stream, self._opener = None, None
            self.life += 1
        self._not_before = self._clock() + PAUSES_S[min(self.failures, len(PAUSES_S) - 1)]
        self.failures += 1

    def served_one(self) -> None:
        """A segment came to its end: it works."""
        self.served += 1
        self.served_ever += 1
        self.failures = 0

    def put(self, task: SegmentTask) -> None:
        """Feed a segment; the crew is open."""
        assert self._stream is not None
        self._stream.put(task)

    def close(self, timeout_s: float) -> None:
        """Send the workers home. What is in flight has so many seconds."""
        if self._stream:
            self._stream.close(timeout_s)
        self._stream, self._opener = None, None  # the notice that it is open may still be on its way
        self.life += 1

    def rest(self) -> None:
        """Close, and let go of the cluster until there is work again."""
        self.close(0.0)
        self._flow.leave()

    def dismiss(self) -> None:
        """Close for good; the cluster stays connected. Workers who are still being called are waited for."""
        self._is_over = True
        if self._opener:
            self._opener.join(LEAVE_S)
        self.close(0.0)

    def _open(self, life: int) -> None:
        try:
            places = self._flow.places()
            stream = self._flow.open(places, lambda event: self._hear(life, event))
        except AimaError as error:
            self._post(Refused(error))
        except Exception as error:
            self._post(Refused(AnalysisFailed(f"no workers: {type(error).__name__}: {error}", "see `aima doctor`")))
        else:
            with self._lock:
                is_wanted = life == self.life and not self._is_over
                if is_wanted:
                    self.places, self._stream, self.was_open = places, stream, True
            if not is_wanted:
                stream.close(0.0)
            self._post(Opened(life))

    def _hear(self, life: int, event: Event) -> None:
        self._post(Heard(life, event))
