"""The worker's side of the feed: it asks before it begins, and says every second that it lives and how far it is."""

from __future__ import annotations

import faulthandler
import os
import platform
import threading
import uuid
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, Protocol

from aima.domain.queue import Node
from aima.pipeline.feed import News, Who

if TYPE_CHECKING:
    from ray.actor import ActorHandle

BEAT_S: Final = 1.0
SILENCE_S: Final = 10.0
"""Who is silent for so long while a segment is in hand counts as dead, and sees to it that it is."""
LOADING_S: Final = 120.0
"""The same before the first frames are done: native code that is loaded keeps Python's lock, for seconds on a busy
machine."""
ASTRAY_S: Final = 300.0
"""What nobody takes in hand for so long, though some worker of its stage is free, has gone astray ..."""
ARRIVAL_S: Final = 60.0
"""... and so has what does not come from the last stage for so long."""
ANSWER_S: Final = 60.0
GONE: Final = 87
"""Exit status of a worker whose feed is gone."""
_STDERR: Final = 2


class Reporter(Protocol):
    """Hears what a worker does."""

    def arrive(self) -> None:
        """The worker is there, perhaps anew."""
        ...

    def begin(self, ticket: int) -> bool:
        """A segment is taken in hand; False: leave it alone."""
        ...

    def reach(self, done_us: int | None) -> None:
        """Frames of it are done: so many microseconds; None: in a stage after which others come."""
        ...

    def end(self) -> None:
        """It is out of hand."""
        ...


class Unheard:
    """Reporter of a worker that nobody waits for."""

    def arrive(self) -> None:
        """Say nothing."""

    def begin(self, ticket: int) -> bool:
        """Always."""
        return True

    def reach(self, done_us: int | None) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class FeedReporter:
    """Tells the feed. Made by the driver, it wakes up in the worker at `arrive`.

    While a segment is in hand a thread beats. If the feed is gone the stream is over, so the process ends; and if
    something keeps Python itself from running for longer than is waited for, the interpreter's watchdog ends it.
    """

    def __init__(self, feed: ActorHandle, stage: int, *, is_last: bool) -> None:
        self._feed, self._stage, self._is_last = feed, stage, is_last

    def arrive(self) -> None:
        """Find out who we are and say so."""
        import ray

        context = ray.get_runtime_context()
        node = Node(platform.node(), context.get_node_id(), *_gpu())
        self._who = Who(context.get_actor_id() or "", uuid.uuid4().hex, self._stage, node, os.getpid())
        self._ticket = -1
        self._done_us: int | None = None
        self._patience_s = LOADING_S
        self._feed.tell.remote(News("arrived", self._who))

    def begin(self, ticket: int) -> bool:
        """Ask whether to begin; then beat."""
        # Not ray.get: it would lend our CPUs to others while it waits.
        if not self._feed.begin.remote(ticket, self._who, LOADING_S).future().result(ANSWER_S):
            return False
        self._ticket, self._done_us, self._patience_s = ticket, None, LOADING_S
        self._stop = threading.Event()
        self._heart = threading.Thread(target=self._beat, args=(self._stop,), name="beat", daemon=True)
        self._heart.start()
        return True

    def reach(self, done_us: int | None) -> None:
        """The first time it is told at once, afterwards with the next beat."""
        self._done_us = done_us
        if self._patience_s != SILENCE_S:
            self._patience_s = SILENCE_S
            self._tell()

    def end(self) -> None:
        """Stop beating and say so."""
        self._stop.set()
        self._heart.join()
        patience_s = ARRIVAL_S if self._is_last else ASTRAY_S
        self._feed.tell.remote(News("left", self._who, self._ticket, None, patience_s))

    def _beat(self, stop: threading.Event) -> None:
        self._arm()
        answer: Future[None] | None = None
        while not stop.wait(BEAT_S):
            if answer is not None and answer.done() and answer.exception() is not None:
                os._exit(GONE)
            answer = self._tell()
            self._arm()
        faulthandler.cancel_dump_traceback_later()

    def _tell(self) -> Future[None]:
        news = News("beat", self._who, self._ticket, self._done_us, self._patience_s)
        answer: Future[None] = self._feed.tell.remote(news).future()
        return answer

    def _arm(self) -> None:
        faulthandler.dump_traceback_later(self._patience_s, exit=True, file=_STDERR)


def _gpu() -> tuple[str | None, int | None]:
    """Name and bytes of the GPU that Ray gave to this worker."""
    import ray

    if not ray.get_gpu_ids():
        return None, None
    try:
        import torch
    except ImportError:
        return None, None
    if not torch.cuda.is_available():
        return None, None
    properties = torch.cuda.get_device_properties(0)
    return str(properties.name), int(properties.total_memory)
