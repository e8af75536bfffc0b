"""The ward: knows every segment that is on its way, who has it in hand, and when one must be given up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aima.domain.media import Segment
from aima.pipeline.events import Begun, Event, Lost
from aima.pipeline.feed import News, Who
from aima.pipeline.reporting import ASTRAY_S
from aima.pipeline.task import Progressed


@dataclass(slots=True)
class _Open:
    segment: Segment
    moved: float
    stage: int = 0
    holder: Who | None = None
    patience_s: float = ASTRAY_S
    done_us: int = -1


class Ward:
    """Tickets of one stream. Not safe for threads: its stream locks.

    closed: called with every ticket that comes to its end. stages: how many there are. opened: how many tickets
    there were.
    """

    def __init__(
        self, closed: Callable[[int], object], stages: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._closed, self._stages, self._clock = closed, stages, clock
        self._arrived: dict[int, set[str]] = {}
        self._open: dict[int, _Open] = {}
        self.opened = 0

    def __len__(self) -> int:
        """How many segments are on their way."""
        return len(self._open)

    def open(self, segment: Segment) -> int:
        """A ticket for a segment that is put."""
        ticket = self.opened
        self.opened += 1
        self._open[ticket] = _Open(segment, self._clock())
        return ticket

    def has(self, ticket: int) -> bool:
        """Whether its segment is on its way."""
        return ticket in self._open

    def close(self, ticket: int) -> Segment:
        """Its segment has come to its end."""
        self._closed(ticket)
        return self._open.pop(ticket).segment

    def hear(self, news: News) -> Iterator[Event]:
        """What follows from the news. Tickets of what is lost are closed."""
        if news.kind == "arrived":
            self._arrived.setdefault(news.who.stage, set()).add(news.who.actor_id)
            yield from self._lost_by(news.who)
            return
        entry = self._open.get(news.ticket)
        if entry is None or (news.kind != "begun" and entry.holder != news.who):
            return
        entry.moved, entry.patience_s = self._clock(), news.patience_s
        if news.kind == "begun":
            entry.holder, entry.stage = news.who, news.who.stage
            yield Begun(entry.segment, news.who.stage, news.who.node, news.who.pid)
        elif news.kind == "left":
            entry.holder, entry.stage = None, news.who.stage + 1
        if news.done_us is not None and news.done_us > entry.done_us:
            entry.done_us = news.done_us
            yield Progressed(entry.segment, news.done_us)

    def overdue(self, asked: float) -> Iterator[Lost]:
        """What must be given up by now; its tickets are closed.

        asked: when the news was asked for that was heard last. What was said later may be waiting, however late it is
        by now: who listens may have been kept from it himself.
        """
        busy = Counter(entry.stage for entry in self._open.values() if entry.holder)
        for ticket, entry in list(self._open.items()):
            held = entry.holder
            is_free = len(self._arrived.get(entry.stage, ())) > busy[entry.stage]
            if held is None and entry.stage < self._stages and not is_free:
                entry.moved = asked  # it must wait: whoever there is has something in hand
            elif asked - entry.moved > entry.patience_s:
                why = f"worker {held.pid} on {held.node.name} fell silent" if held else "it went astray between workers"
                yield Lost(self.close(ticket), held is not None, why)

    def _lost_by(self, who: Who) -> Iterator[Lost]:
        """A worker that arrives anew has lost what it had in hand."""
        for ticket, entry in list(self._open.items()):
            held = entry.holder
            if held and held.actor_id == who.actor_id and held.life != who.life:
                yield Lost(self.close(ticket), True, f"worker {held.pid} on {held.node.name} died")
