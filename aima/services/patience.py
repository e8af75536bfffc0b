"""Patience with a database that does not answer: what failed for that reason is done again until it is back."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from typing import Any, Final, TypeVar, cast

from aima.errors import StoreUnreachable
from aima.stores.ports import Stores
from aima.telemetry.logs import logger

PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0)
"""Before the first attempts that follow a failure; the last one before all others."""

IMPATIENT: Final = frozenset({"fusion", "metrics", "dashboards"})
"""A fusion holds a lock, which is lost with the server: it is repeated as a whole. Figures are not worth the wait."""

T = TypeVar("T")
log = logger("services.patience")


class Patience:
    """Repeats what may be repeated. patience_s: how long one server is waited for, from its first silence.

    tell: hears once that a server is waited for, and once that it is back, however many threads wait. A thread that has
    waited in vain, or was told to stop, does not wait again until something has succeeded in it.
    """

    def __init__(self, patience_s: float, tell: Callable[[str], None] | None = None) -> None:
        self.tell = tell or log.warning
        self._patience_s = patience_s
        self._own = threading.local()
        self._waiting, self._lock = 0, threading.Lock()

    def insist(self, do: Callable[[], T]) -> T:
        """The result of `do`, which must not mind that it was done before.

        Raises:
            StoreUnreachable: nothing has answered all the time.
        """
        try:
            result = do()
        except StoreUnreachable as error:
            if getattr(self._own, "is_spent", False):
                raise
            self._own.is_spent = True  # until something answers; also if somebody breaks the waiting off
            with self._counted() as is_first:
                result = self._again(do, error, is_first)
        self._own.is_spent = False
        return result

    def around(self, thing: T) -> T:
        """The same thing, whose methods are repeated; what they return is not."""
        return cast(T, _Patient(thing, self))

    def around_stores(self, stores: Stores) -> Stores:
        """The same stores, each call of each of them repeated, but for IMPATIENT ones."""
        return cast(Stores, _PatientStores(stores, self))

    def _again(self, do: Callable[[], T], error: StoreUnreachable, is_first: bool) -> T:
        if is_first:
            self.tell(f"{error.message}; waiting up to {self._patience_s:.0f} s")
        began = time.monotonic()
        for pause in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            time.sleep(min(pause, max(0.0, self._patience_s - (time.monotonic() - began))))
            with suppress(StoreUnreachable):
                result = do()
                if is_first:
                    self.tell(f"{_who(error)} answers again after {time.monotonic() - began:.0f} s")
                return result
            if time.monotonic() - began >= self._patience_s:
                break
        raise error

    @contextmanager
    def _counted(self) -> Iterator[bool]:
        """Be one of those who wait; gives whether nobody waited before."""
        with self._lock:
            self._waiting += 1
            is_first = self._waiting == 1
        try:
            yield is_first
        finally:
            with self._lock:
                self._waiting -= 1


def _who(error: StoreUnreachable) -> str:
    return re.split(r" does not answer| refuses", error.message)[0]


class _Patient:
    def __init__(self, thing: object, patience: Patience) -> None:
        self._thing, self._patience = thing, patience

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return functools.partial(self._call, found) if callable(found) else found

    def _call(self, method: Callable[..., T], *given: Any, **named: Any) -> T:
        return self._patience.insist(lambda: method(*given, **named))


class _PatientStores:
    def __init__(self, stores: Stores, patience: Patience) -> None:
        self._stores, self._patience = stores, patience

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stores, name)
        return found if name in IMPATIENT else self._patience.around(found)
