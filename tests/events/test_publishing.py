"""The loop publishes as soon as something changes, outlives its servers, and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aima.errors import StoreUnreachable
from aima.events import Relay
from aima.events.publishing import Chore, publish
from aima.stores.postgres import PostgresStores
from tests.databases import alone
from tests.following import Files, within
from tests.persons_made import add_medium


@pytest.fixture
def files(stores, tmp_path) -> Files:
    (tmp_path / "one").mkdir()
    return Files(stores, tmp_path / "one")


@contextmanager
def publishing(stores: PostgresStores, files: Files, heartbeat: Path, *chores: Chore) -> Iterator[threading.Thread]:
    stop = threading.Event()
    work = (Relay(stores.outbox, [files]), stores.outbox, stop, heartbeat, chores)
    thread = threading.Thread(target=publish, args=work)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_a_change_is_published_when_it_comes_and_the_heart_beats(stores, files, tmp_path):
    heartbeat = tmp_path / "heartbeat"
    with publishing(stores, files, heartbeat):
        assert within(5, heartbeat.exists)
        begins = time.monotonic()
        add_medium(stores, "a.mp4")
        assert within(5, lambda: files.names() == ["a.mp4"])
        assert time.monotonic() - begins < 1.9  # woken, not by the end of a sleep
        last = heartbeat.stat().st_mtime_ns
        assert within(6, lambda: heartbeat.stat().st_mtime_ns > last)


def test_a_store_that_comes_back_gets_what_it_missed(stores, files, tmp_path):
    files.stop()
    with publishing(stores, files, tmp_path / "heartbeat"):
        add_medium(stores, "a.mp4")
        time.sleep(0.3)
        files.start()
        assert within(8, lambda: files.names() == ["a.mp4"])


def test_it_outlives_every_connection_to_the_truth(stores, files, tmp_path, database):
    with publishing(stores, files, tmp_path / "heartbeat") as thread:
        for name in ("a.mp4", "b.mp4"):
            alone(database).close()
            assert within(5, lambda name=name: add(stores, name))
            assert within(8, lambda name=name: name in files.names())
        assert thread.is_alive()


def add(stores: PostgresStores, name: str) -> bool:
    try:
        add_medium(stores, name)
    except StoreUnreachable:
        return False
    return True


def test_what_everybody_has_heard_is_dropped_and_a_failing_chore_stops_nothing(stores, files, tmp_path):
    done = []

    def fail():
        done.append("tried")
        raise StoreUnreachable("figures do not answer")

    with publishing(stores, files, tmp_path / "heartbeat", Chore("fail", 0.0, fail)):
        assert within(8, lambda: len(done) > 1)
        add_medium(stores, "a.mp4")
        assert within(5, lambda: files.names() == ["a.mp4"])
