"""Sleeps in the queue on behalf of the loop, so that it need not ask again and again."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Final

from aima.errors import AimaError
from aima.services.dispatching.notices import Post, Woken
from aima.stores.queue import QueueStore
from aima.telemetry.failures import log_failure

SLEEP_S: Final = 30.0
"""It looks up so often even if nothing is told: a fleet may have died without a word."""
PAUSES_S: Final = (0.0, 0.1, 0.5, 2.0)
"""Before it sleeps again after it was woken for nothing so many times in a row; the last one from then on."""
CALLS, CALL_S = 10, 0.2
"""So often, and after so long, who still sleeps at the end is woken."""
NAP_S: Final = 1.0
"""Who has slept so long was not woken in a row."""


class Waker:
    """A thread that waits until something may be taken, once for each time that it is asked."""

    def __init__(self, queue: QueueStore, post: Post) -> None:
        self._queue, self._post = queue, post
        self._asked, self._over = threading.Event(), threading.Event()
        self._idle_calls = 0
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Post `Woken` when something may be taken, or after a while. Asking again before that changes nothing."""
        self._asked.set()

    def was_useful(self, *, useful: bool) -> None:
        """Whether there was something to take after it posted."""
        self._idle_calls = 0 if useful else self._idle_calls + 1

    def close(self) -> None:
        """Post nothing any more, and let go of the connection."""
        self._over.set()
        self._asked.set()
        for _ in range(CALLS):
            self._thread.join(CALL_S)
            if not self._thread.is_alive():
                return
            with suppress(AimaError):  # whoever sleeps over a dead line wakes by himself
                self._queue.wake()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            if self._over.wait(PAUSES_S[min(self._idle_calls, len(PAUSES_S) - 1)]):
                return
            self._asked.clear()
            self._sleep()
            if self._over.is_set():
                return
            self._post(Woken())

    def _sleep(self) -> None:
        began = time.monotonic()
        try:
            self._queue.wait(SLEEP_S)
        except Exception as error:  # the loop will ask the queue itself, and has the patience for it
            if not self._over.is_set():
                log_failure("queue not listened to", error)
            self._over.wait(PAUSES_S[-1])
        if time.monotonic() - began >= NAP_S:
            self._idle_calls = 0
