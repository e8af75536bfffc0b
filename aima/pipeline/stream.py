"""The stream: one execution of the flow that stays open. Segments go in at any time, events come out."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from aima.errors import AimaError, AnalysisFailed, StackDown
from aima.pipeline import cluster, flow
from aima.pipeline.events import Ended, Event, Hear
from aima.pipeline.feed import Feed, News
from aima.pipeline.plan import Place
from aima.pipeline.task import Failure, Finished, SegmentTask, tickets
from aima.pipeline.ward import Ward
from aima.settings import Settings

if TYPE_CHECKING:
    from ray.actor import ActorHandle

LISTEN_S: Final = 1.0
"""While something is on its way, its worker is given up after some seconds of silence: so often it is looked after."""
PAUSE_S: Final = 0.05
"""News that comes together is fetched together."""
LOOK_S: Final = 0.2
LAST_S: Final = 15.0
"""So long an execution whose feed is gone may take to come to its end by itself."""

_UNHEARD = contextlib.suppress(Exception)
"""Around calls of a feed that may be gone, with its cluster even: what follows is told by who listens to it."""


class RayStream:
    """Fulfils `events.Stream`.

    Two threads serve it: one iterates over the rows of the flow, one waits for the news of the workers.
    """

    def __init__(self, places: Sequence[Place], settings: Settings, hear: Hear) -> None:
        """Begin. Ray must be connected."""
        self._places, self._settings, self._hear = places, settings, hear
        self._feed: ActorHandle = ray.remote(Feed).options(num_cpus=0, max_restarts=0, **_here()).remote()
        self._ward = Ward(self._forget, len(places))
        self._lock = threading.RLock()
        self._is_closing = False
        self._over = threading.Event()
        for work in (self._consume, self._listen):
            threading.Thread(target=work, name=f"stream-{work.__name__}", daemon=True).start()

    @property
    def workers(self) -> int:
        """How many segments are worked on at once."""
        return sum(place.workers for place in self._places)

    def put(self, task: SegmentTask) -> None:
        """Feed a segment. No two of the same content and number at once."""
        with self._lock:
            ticket = self._ward.open(task.segment)
        with _UNHEARD:
            self._feed.put.remote(ticket, task.to_json())

    def close(self, timeout_s: float = 60.0) -> None:
        """End the execution: at once if nothing is in flight, else after what is, or after this time without it."""
        self._is_closing = True
        with _UNHEARD:
            self._feed.finish.remote(self._ward.opened)
        if not self._over.wait(timeout_s if len(self._ward) else LAST_S):
            self._abandon()
            if not self._over.wait(LAST_S):
                self._end(None)

    def _consume(self) -> None:
        error: Exception | None = None
        try:
            for table in flow.rows(self._feed, self._places, self._settings):
                for ticket, outcome in tickets(table):
                    self._take(ticket, outcome)
        except Exception as failed:
            error = failed
        self._end(error)

    def _take(self, ticket: int, outcome: Failure | Finished) -> None:
        with self._lock:
            if not self._ward.has(ticket):
                return  # it was given up before it came after all
            if isinstance(outcome, Finished) or outcome.analyzer is None:
                self._ward.close(ticket)
            self._tell(outcome)

    def _listen(self) -> None:
        try:
            while not self._over.wait(PAUSE_S):
                wait_s, asked = LISTEN_S if len(self._ward) else None, time.monotonic()
                self._heard(ray.get(self._feed.hear.remote(wait_s)), asked)
        except Exception as error:
            self._outlive(error)

    def _outlive(self, error: Exception) -> None:
        """The feed is gone: the execution comes to its end by itself, if it still can."""
        patience = time.monotonic() + LAST_S
        while not self._over.wait(LOOK_S):
            if not cluster.answers():
                # Nor can this process: Ray aborts it when it meets a new cluster at the address of its own.
                self._end(StackDown("the Ray cluster went away", "begin anew when `aima status` shows ray running"))
            elif time.monotonic() > patience:
                self._end(error)

    def _heard(self, news: Iterable[News], asked: float) -> None:
        with self._lock:
            for event in itertools.chain(*map(self._ward.hear, news), self._ward.overdue(asked)):
                self._tell(event)

    def _tell(self, event: Event) -> None:
        if not self._over.is_set():
            self._hear(event)

    def _end(self, error: Exception | None) -> None:
        with self._lock:
            is_asked = self._is_closing and error is None
            self._tell(Ended(None if is_asked else _why(error)))
            self._over.set()
        self._abandon()

    def _forget(self, ticket: int) -> None:
        with _UNHEARD:
            self._feed.close.remote(ticket)

    def _abandon(self) -> None:
        """Without its feed an execution comes to an end, and its workers leave."""
        with _UNHEARD:
            ray.kill(self._feed)


def _why(error: Exception | None) -> AimaError:
    if isinstance(error, AimaError):
        return error
    words = str((error and error.__cause__) or error or "its reader or its feed died").strip().splitlines()
    reason = words[-1] if words else type(error).__name__
    return AnalysisFailed(f"the stream of segments ended: {reason}", "what is done stays; see `aima doctor`")


def _here() -> dict[str, Any]:
    """Options of an actor that is to live on the driver's machine, so that another's end is not its own."""
    node_id = ray.get_runtime_context().get_node_id()
    return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node_id, soft=False)}
