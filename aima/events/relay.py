"""The relay: hands the changes of the outbox to its consumers, in order and each at its own pace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from aima.domain.outbox import Change, Consumer, DeadLetter, Outbox, Topic
from aima.domain.text import storable
from aima.errors import AimaError, DiskFull, SettingInvalid, StackError, StoreOutdated, StoreUnreachable
from aima.events.resting import Resting
from aima.telemetry.failpoints import failpoint
from aima.telemetry.logs import logger

BATCH: Final = 200
"""Changes that a consumer gets at once at most."""

ABOUT_THE_STORE: Final = (StoreUnreachable, StoreOutdated, DiskFull, StackError, SettingInvalid)
"""Errors that another change would meet as well."""

Listener = Callable[[str, int, int], None]
"""Hears the name of a consumer, the seq that it has reached, and the seq that it has to reach."""

log = logger("events.relay")


@dataclass(frozen=True, slots=True)
class Drained:
    """What a round came to. `alone`: False, and nothing was done, if another process publishes.

    applied: changes that consumers have taken in. dead: those that they could not. away: why consumers did not get
    theirs, by name.
    """

    alone: bool
    applied: int = 0
    dead: int = 0
    away: Mapping[str, AimaError] = field(default_factory=dict)


Everything = Callable[[Consumer], Sequence[tuple[Topic, str]]]
"""The keys of all that a consumer should know of."""


class Relay:
    """Hands changes on. Keeps nothing but who rests: cursors and dead letters lie in the outbox.

    everything: what is announced for a consumer that has no cursor yet, since changes may have been dropped before;
    None: it begins with the first change that is left.
    """

    def __init__(
        self, outbox: Outbox, consumers: Sequence[Consumer], everything: Everything | None = None,
        resting: Resting | None = None,
    ) -> None:  # fmt: skip
        self._outbox, self._consumers, self._everything = outbox, consumers, everything
        self.resting = resting or Resting()

    def drain(self, listener: Listener | None = None, stop: Callable[[], bool] = lambda: False) -> Drained:
        """Hand on what there is, batch by batch in turn; ends early, with nothing half done, once `stop` says so.

        A consumer whose store does not answer does not hold the others.

        Raises:
            StoreUnreachable: the outbox itself does not answer.
        """
        with self._outbox.alone() as is_alone:
            return self._rounds(listener or _silent, stop) if is_alone else Drained(alone=False)

    def _rounds(self, listener: Listener, stop: Callable[[], bool]) -> Drained:
        cursors = self._outbox.cursors()
        away = {c.name: why for c in self._consumers if (why := self.resting.why(c.name)) is not None}
        waiting = [consumer for consumer in self._consumers if consumer.name not in away]
        applied = dead = 0
        while waiting and not stop():
            for consumer in tuple(waiting):
                turn = self._turn(consumer, cursors.get(consumer.name))
                if turn is None:
                    waiting.remove(consumer)
                elif turn.away is not None:
                    waiting.remove(consumer)
                    away[consumer.name] = turn.away
                else:
                    cursors[consumer.name] = turn.reached
                    applied, dead = applied + turn.applied, dead + turn.dead
                    listener(consumer.name, turn.reached, self._outbox.head())
        return Drained(True, applied, dead, away)

    def _turn(self, consumer: Consumer, seq: int | None) -> _Turn | None:
        """One batch; None if there is none."""
        try:
            turn = self._introduce(consumer) if seq is None else self._hand_on(consumer, seq)
        except _Away as away:
            self.resting.add(consumer.name, away.why)
            log.warning("consumer away", extra={"fields": {"consumer": consumer.name, "reason": away.why.message}})
            return _Turn(seq or 0, away=away.why)
        self.resting.end(consumer.name)
        return turn

    def _introduce(self, consumer: Consumer) -> _Turn:
        start = 0
        if self._everything is not None:
            start = self._outbox.head()
            with _asking():
                keys = self._everything(consumer)
            self._outbox.enqueue(keys)
        self._outbox.advance(consumer.name, start, (), ())
        return _Turn(start)

    def _hand_on(self, consumer: Consumer, seq: int) -> _Turn | None:
        changes = self._outbox.after(seq, BATCH)
        if not changes:
            return None
        failpoint("relay.read")
        with _asking():
            newest = {(c.topic, c.key): c for c in changes if c.topic in consumer.topics}
            wanted = sorted(newest.values(), key=lambda change: change.seq)
            failed = _apply(consumer, wanted)
        failpoint("relay.applied")
        letters = [_letter(consumer.name, change, error) for change, error in failed.items()]
        applied = [change for change in wanted if change not in failed]
        self._outbox.advance(consumer.name, changes[-1].seq, applied, letters)
        failpoint("relay.advanced")
        return _Turn(changes[-1].seq, len(applied), len(letters))


class _Away(Exception):
    """A consumer does not answer, apart from errors of the outbox itself."""

    def __init__(self, why: AimaError) -> None:
        super().__init__(why.message)
        self.why = why


@contextmanager
def _asking() -> Iterator[None]:
    """Errors in here are those of a consumer."""
    try:
        yield
    except AimaError as error:
        raise _Away(error) from error


@dataclass(frozen=True, slots=True)
class _Turn:
    """One batch of one consumer: how far it is now, or why it is not."""

    reached: int
    applied: int = 0
    dead: int = 0
    away: AimaError | None = None


def _apply(consumer: Consumer, changes: Sequence[Change]) -> Mapping[Change, Exception]:
    """Let a consumer apply changes; gives those that it could not. One that stops all the others is found by halving.

    Raises:
        AimaError: not about one change: the store does not answer, is full or does not fit.
    """
    if not changes:
        return {}
    try:
        failed = consumer.apply(changes)
    except Exception as error:
        if _is_about_the_store(error):
            raise
        if len(changes) == 1:
            log.exception("change not applied", extra={"fields": {"consumer": consumer.name}})
            return {changes[0]: error}
    else:
        for reason in filter(_is_about_the_store, failed.values()):
            raise reason
        return failed
    middle = len(changes) // 2
    return {**_apply(consumer, changes[:middle]), **_apply(consumer, changes[middle:])}


def _is_about_the_store(error: Exception) -> bool:
    """Another change would fail as well, and the same one will succeed when the store is well again."""
    return isinstance(error, ABOUT_THE_STORE)


def _letter(consumer: str, change: Change, error: Exception) -> DeadLetter:
    if isinstance(error, AimaError):
        return DeadLetter(consumer, change, error.code, str(storable(error.message)))
    line = f"{type(error).__name__}: {error}".splitlines()[0]
    return DeadLetter(consumer, change, "unexpected", str(storable(line)))


def _silent(_name: str, _reached: int, _head: int) -> None:
    pass
