"""The feed: tasks in order, each stage of a ticket begun once, news as soon as there is some."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aima.domain.queue import Node
from aima.pipeline.feed import Feed, News, Who

WHO = Who("actor", "life", 0, Node("here"), 7)


def test_tasks_are_taken_by_ticket_in_whatever_order_calls_are_run():
    async def story():
        feed = Feed()
        waiting = asyncio.create_task(feed.take())
        await asyncio.sleep(0)
        await feed.finish(3)
        for ticket in (2, 0):
            await feed.put(ticket, f"task {ticket}")
        taken = [await waiting, await feed.take()]
        last = asyncio.create_task(feed.take())
        await asyncio.sleep(0)
        assert not last.done(), "three were promised"
        await feed.put(1, "task 1")
        return [*taken, await last, await feed.take(), await feed.take()]

    taken = asyncio.run(story())
    assert sorted(taken[:3]) == [(0, "task 0"), (1, "task 1"), (2, "task 2")]
    assert taken[0] == (0, "task 0")
    assert taken[3:] == [None, None]


def test_a_stage_is_begun_once_and_not_after_the_end():
    async def story():
        feed = Feed()
        await feed.put(0, "task")
        second = replace(WHO, stage=1)
        return [
            await feed.begin(0, second, 1.0),
            await feed.begin(0, WHO, 1.0),
            await feed.begin(0, replace(WHO, life="again"), 1.0),
            await feed.begin(0, second, 1.0),
            await feed.begin(5, WHO, 1.0),
            await feed.close(0),
            await feed.begin(0, second, 1.0),
        ]

    assert asyncio.run(story()) == [False, True, False, True, False, None, False]


def test_news_is_heard_at_once_and_all_together_and_waiting_ends_when_something_is_put():
    async def story():
        feed = Feed()
        waiting = asyncio.create_task(feed.hear(None))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        await feed.tell(News("arrived", WHO))
        await feed.tell(News("beat", WHO, 0, 5))
        assert [news.kind for news in await waiting] == ["arrived", "beat"]
        assert await feed.hear(0.01) == []
        waiting = asyncio.create_task(feed.hear(None))
        await asyncio.sleep(0)
        await feed.put(0, "task")
        assert await asyncio.wait_for(waiting, 1.0) == []

    asyncio.run(story())
