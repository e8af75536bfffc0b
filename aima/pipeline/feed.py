"""The feed: the mailbox between who gives segments and the workers. It lives in an actor, beside the driver.

Tasks go in and are taken by the one read task; workers ask it whether they may begin, and say how far they are; the
driver waits here for what they said. It decides nothing and forgets nothing by itself: see `ward`.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass
from typing import Literal

from aima.domain.queue import Node


@dataclass(frozen=True, slots=True)
class Who:
    """A worker. life: another one each time its process begins; actor_id and stage stay over restarts."""

    actor_id: str
    life: str
    stage: int
    node: Node
    pid: int


@dataclass(frozen=True, slots=True)
class News:
    """What a worker said. done_us: how far it is in the segment; None: it says only that it lives.

    patience_s: for how long nobody need worry if it says nothing more.
    """

    kind: Literal["arrived", "begun", "beat", "left"]
    who: Who
    ticket: int = -1
    done_us: int | None = None
    patience_s: float = 0.0


class Feed:
    """Becomes an actor. A ticket stands for one putting of a segment, from `put` to `close`."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, str]] = []
        self._taken, self._count = 0, -1
        self._changed = asyncio.Condition()
        self._next_stage: dict[int, int] = {}
        self._news: list[News] = []
        self._something = asyncio.Event()

    async def put(self, ticket: int, task: str) -> None:
        """Add a task, as JSON; wakes who waits for news, whose patience may depend on it."""
        self._next_stage[ticket] = 0
        self._something.set()
        async with self._changed:
            heapq.heappush(self._waiting, (ticket, task))
            self._changed.notify_all()

    async def finish(self, count: int) -> None:
        """So many have been put, and no more will be."""
        async with self._changed:
            self._count = count
            self._changed.notify_all()

    async def take(self) -> tuple[int, str] | None:
        """The task of the lowest ticket, as soon as there is one; None: all were taken."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting or self._taken == self._count)
            if not self._waiting:
                return None
            self._taken += 1
            return heapq.heappop(self._waiting)

    async def begin(self, ticket: int, who: Who, patience_s: float) -> bool:
        """Whether this worker may begin: not if the ticket is closed, nor if its stage was begun before.

        Ray repeats what was on its way to a worker that died, whether it was in hand or not. What was in hand may be
        the reason, so only the driver decides whether it is put again.
        """
        if self._next_stage.get(ticket) != who.stage:
            return False
        self._next_stage[ticket] += 1
        await self.tell(News("begun", who, ticket, None, patience_s))
        return True

    async def tell(self, news: News) -> None:
        """Say something to the driver."""
        self._news.append(news)
        self._something.set()

    async def close(self, ticket: int) -> None:
        """The ticket has come to its end."""
        self._next_stage.pop(ticket, None)

    async def hear(self, wait_s: float | None) -> list[News]:
        """What was said since the last time; waits for something, or so long, or for ever."""
        try:
            await asyncio.wait_for(self._something.wait(), wait_s)
        except TimeoutError:
            return []
        self._something.clear()
        news, self._news = self._news, []
        return news
