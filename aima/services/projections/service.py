"""Keeps documents and vectors up with the truth: catches up, compares, mends, makes anew."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from aima.domain.outbox import DeadLetter, Topic
from aima.errors import AimaError, SettingInvalid, StoreUnreachable
from aima.events import Drained, Relay
from aima.events.relay import Listener
from aima.services.projections.base import Made, Projection
from aima.services.projections.comparison import Difference, compare
from aima.services.projections.deferred import Deferred
from aima.services.projections.integrity import AGAIN, check_archive, check_ledger, check_made
from aima.storage.archive import Archive
from aima.stores.ports import Stores

SERVED_S: Final = 2.0
"""How long the process that publishes may make no headway before this one looks itself."""

AGAIN_S: Final = 0.05
"""Between two looks at whether another process is done publishing."""

ALONE_S: Final = 60.0
"""How long a rebuild waits for another process that publishes."""

STILL: Final = 3
"""How often a comparison is made again because the truth changed meanwhile."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """How far projections came. behind: changes that they still miss, by name; those that miss none are not named.

    away: why, of those that did not answer.
    """

    head: int
    behind: Mapping[str, int] = field(default_factory=dict)
    away: Mapping[str, AimaError] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every projection says what the truth said at `head`."""
        return not self.behind and not self.away


@dataclass(frozen=True, slots=True)
class AsOf:
    """Up to which change a projection follows the truth, and how many it misses."""

    seq: int
    behind: int


@dataclass(frozen=True, slots=True)
class Verified:
    """found: what was not as the truth says. left: what is so still after repairing; the same without."""

    found: tuple[Difference, ...]
    left: tuple[Difference, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether everything is as the truth says."""
        return not self.left


class ProjectionService:
    """Follows the truth with the projections that `bootstrap` names."""

    def __init__(
        self,
        stores: Stores,
        archive: Archive,
        projections: Mapping[str, Callable[[], Projection]],
        made: Mapping[str, Callable[[], Made]] = MappingProxyType({}),
    ) -> None:
        """`projections`: by name, what opens each; it may raise StackDown or StoreUnreachable at any call.

        made: what opens what is made of observations, by name.
        """
        self._made = made
        self._stores, self._archive, self._outbox = stores, archive, stores.outbox
        self._projections = {name: Deferred(name, open_it) for name, open_it in projections.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The projections there are."""
        return tuple(self._projections)

    def as_of(self, name: str) -> AsOf:
        """How far a projection is; needs no server of it."""
        seq, head = self._outbox.cursors().get(name, 0), self._outbox.head()
        return AsOf(seq, max(0, head - seq))

    def relay(self) -> Relay:
        """A relay to every projection. One that nobody ever published to is told everything first."""
        return Relay(self._outbox, list(self._projections.values()), lambda c: _keys(self._projections[c.name]))

    def catch_up(self, timeout_s: float = 30.0, listener: Listener | None = None) -> CaughtUp:
        """Publish what is waiting, or wait while another process does. Never raises because a server is away."""
        ends = time.monotonic() + timeout_s
        try:
            if self._outbox.attended() and self._is_served(ends, listener):
                return CaughtUp(self._outbox.head())
            drained = self._drain(listener, lambda: time.monotonic() > ends)
            return self._caught_up(drained.away)
        except StoreUnreachable as error:
            return CaughtUp(0, away={"outbox": error})

    def verify(self, repair: bool = False, deep: bool = False, listener: Listener | None = None) -> Verified:
        """Compare every projection, the ledger, the archive, sightings and hearings; `repair` mends what can be mended.

        deep: files of the archive are read whole. What could not be applied and servers that are away are findings.

        Raises:
            StoreUnreachable: the truth itself does not answer.
        """
        begins = time.monotonic()
        found = self._compared(deep, listener)
        left = found
        if repair and found:
            self._mend(found, deep)
            left = [self._unmended(difference) for difference in self._compared(deep, listener)]
        return Verified(tuple(found), tuple(left), time.monotonic() - begins)

    def rebuild(self, name: str, listener: Listener | None = None) -> CaughtUp:
        """Clear a projection and make it anew from the truth. Broken off, it goes on with the next catching up.

        Raises:
            SettingInvalid: there is no such projection.
            StoreUnreachable, StackDown: its server is away; nothing was changed.
        """
        if name not in self._projections:
            raise SettingInvalid(f"there is no projection {name!r}", f"choose one of: {', '.join(self.names)}")
        projection = self._projections[name]
        with self._alone():
            # Announced first: if this process dies while it clears, the keys come all the same.
            self._outbox.enqueue(_keys(projection))
            projection.clear()
            letters = [letter.change for letter in self._outbox.dead_letters() if letter.consumer == name]
            self._outbox.advance(name, 0, letters, ())
        return self._caught_up(self._drain(listener, lambda: False).away)

    def _is_served(self, ends: float, listener: Listener | None) -> bool:
        """Whether a process that publishes brings everything up, which spares this one the clients of all stores.

        It is waited for while it makes headway, until `ends` (of the monotonic clock) at most.
        """
        reached, still = self._outbox.cursors(), time.monotonic()
        while time.monotonic() < min(ends, still + SERVED_S):
            head, cursors = self._outbox.head(), self._outbox.cursors()
            if all(cursors.get(name, -1) >= head for name in self._projections):
                return True
            if cursors != reached:
                reached, still = cursors, time.monotonic()
            if listener is not None:
                self._tell(listener)
            time.sleep(AGAIN_S)
        return False

    def _drain(self, listener: Listener | None, stop: Callable[[], bool]) -> Drained:
        relay = self.relay()
        while not (drained := relay.drain(listener, stop)).alone and not stop():
            time.sleep(AGAIN_S)
            if listener is not None:
                self._tell(listener)
        return drained

    def _tell(self, listener: Listener) -> None:
        head = self._outbox.head()
        for name in self._projections:
            listener(name, self.as_of(name).seq, head)

    def _caught_up(self, away: Mapping[str, AimaError]) -> CaughtUp:
        head, cursors = self._outbox.head(), self._outbox.cursors()
        behind = {name: head - cursors.get(name, 0) for name in self._projections}
        return CaughtUp(head, {name: missed for name, missed in behind.items() if missed > 0}, away)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody publishes meanwhile."""
        ends = time.monotonic() + ALONE_S
        while True:
            with self._outbox.alone() as is_alone:
                if is_alone:
                    yield
                    return
            if time.monotonic() > ends:
                raise StoreUnreachable("another process publishes changes and does not end", "try again later")
            time.sleep(AGAIN_S)

    def _compared(self, deep: bool, listener: Listener | None) -> list[Difference]:
        inside = [
            *check_ledger(self._stores),
            *(found for found, _ in check_archive(self._stores, self._archive, deep)),
            *(found for name, open_it in self._made.items() for found in check_made(name, open_it())),
        ]
        for _ in range(STILL):
            away = self.catch_up(listener=listener).away
            head = self._outbox.head()
            followed = [found for p in self._projections.values() for found in _against_truth(p, away.get(p.name))]
            if self._outbox.head() == head:
                break
        return [*inside, *followed, *map(_as_difference, self._outbox.dead_letters())]

    def _unmended(self, difference: Difference) -> Difference:
        """What repairing left: a store that holds what the truth cannot even ask for is made anew."""
        if difference.store in self._made:
            return replace(difference, remedy=AGAIN)
        is_beyond = difference.store in self._projections and difference.kind not in {"away", "dead_letter"}
        return replace(difference, remedy=f"aima rebuild {difference.store}") if is_beyond else difference

    def _mend(self, found: Iterable[Difference], deep: bool) -> None:
        if any(difference.kind == "unlike_ledger" for difference in found):
            self._stores.ledger.rebuild()
        for _, receipt in check_archive(self._stores, self._archive, deep):
            if receipt is not None:
                self._stores.observations.forget(receipt)
        for name, open_it in self._made.items():
            if any(difference.store in {name, "archive"} for difference in found):
                open_it().refresh()
        keys = {(difference.topic, difference.key) for difference in found if difference.topic is not None}
        self._outbox.enqueue(sorted(keys))


def _keys(projection: Projection) -> list[tuple[Topic, str]]:
    """What to announce for everything that should be there."""
    return sorted({(entry.topic, entry.key) for entry in projection.expected()})


def _against_truth(projection: Projection, away: AimaError | None) -> list[Difference]:
    try:
        if away is not None:  # asked just now: it is not waited for again
            raise away
        return list(compare(projection.name, projection.expected(), projection.present()))
    except AimaError as error:
        return [Difference(projection.name, "away", "", "", error.message, error.remedy)]


def _as_difference(letter: DeadLetter) -> Difference:
    change = letter.change
    detail = f"{letter.code}: {letter.detail}"
    remedy = "aima verify --repair"
    return Difference(
        letter.consumer, "dead_letter", change.topic, change.key, detail, remedy, change.topic, change.key
    )
