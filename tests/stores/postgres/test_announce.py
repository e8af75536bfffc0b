"""Changes are announced in the transaction that makes them, and seq grows in the order of commits."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import text

from aima.domain.finding import Sighting
from aima.stores.postgres.announce import announce
from tests.persons_made import add_medium, content


def test_what_is_rolled_back_is_not_announced(stores):
    with suppress(ZeroDivisionError), stores.engine.begin() as connection:
        announce(connection, "person", ["a", "b"])
        raise ZeroDivisionError
    assert stores.outbox.head() == 0
    with stores.engine.begin() as connection:
        announce(connection, "person", ["b", "a", "b"])
        announce(connection, "content", [])
    assert [(change.topic, change.key) for change in stores.outbox.after(0, 9)] == [("person", "a"), ("person", "b")]


def test_a_change_that_commits_late_is_never_behind_one_that_was_seen(stores):
    """Readers that follow seq while many transactions of different length commit miss nothing."""
    seen: list[int] = []
    done = threading.Event()

    def write(number):
        pause = random.Random(number)
        for step in range(6):
            with stores.engine.begin() as connection:
                connection.execute(text("SELECT pg_sleep(:s)"), {"s": pause.uniform(0, 0.01)})
                announce(connection, "text", [f"{number}-{step}"])
                connection.execute(text("SELECT pg_sleep(:s)"), {"s": pause.uniform(0, 0.01)})
                if pause.random() < 0.2:
                    connection.rollback()

    def read():
        while not done.is_set():
            seen.extend(change.seq for change in stores.outbox.after(seen[-1] if seen else 0, 3))

    with ThreadPoolExecutor(7) as pool:
        reader = pool.submit(read)
        for writer in [pool.submit(write, number) for number in range(6)]:
            writer.result()
        time.sleep(0.05)
        done.set()
        reader.result()
    assert seen == [change.seq for change in stores.outbox.after(0, 1000)]
    assert len(seen) > 20


def test_everything_that_announces_at_once_ends_without_a_deadlock(stores):
    """Fusions, sightings of the same contents, ends of jobs and new media, all side by side."""
    for name in ("a.mp4", "b.mp4"):
        add_medium(stores, name)

    def see(number):
        for step in range(5):
            stores.sightings.record(Sighting(content("ab"[(number + step) % 2] + ".mp4"), f"{number}-{step}", (), ()))

    def rebuild(_):
        for _ in range(5):
            with stores.fusion.alone():
                stores.ledger.rebuild()

    def add(number):
        for step in range(5):
            add_medium(stores, f"{number}-{step}.mp4")

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(work, number) for number in range(2) for work in (see, see, rebuild, add)]
        for work in done:
            work.result(timeout=30)
    assert len(stores.media.all()) == 12
    assert set(stores.sightings.input_hashes()) == {content("a.mp4"), content("b.mp4")}
