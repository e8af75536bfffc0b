"""Log lines reach a sink in bulk, and never hold up or fail who logs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from aima.telemetry import records
from aima.telemetry.logs import logger
from aima.telemetry.records import RecordQueue, recording

LOG = logger("telemetry.test")


class Shelf:
    """A sink that keeps what it is given; while it is shut it waits, while it is broken it raises."""

    def __init__(self) -> None:
        self.bulks: list[list[dict[str, object]]] = []
        self.open = threading.Event()
        self.open.set()
        self.broken = False

    def __call__(self, lines) -> None:
        self.open.wait(10)
        if self.broken:
            raise ConnectionError("away")
        self.bulks.append(list(lines))

    @property
    def messages(self) -> list[object]:
        return [line["message"] for bulk in self.bulks for line in bulk]


@pytest.fixture
def shelf(monkeypatch) -> Shelf:
    monkeypatch.setattr(records, "PAUSE_S", 0.02)
    monkeypatch.setattr(records, "REST_S", 0.05)
    return Shelf()


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_line_says_when_where_what_and_about_which(shelf):
    with recording(shelf, "info"):
        LOG.debug("not wanted")
        LOG.warning("job %s", "ended", extra={"fields": {"job_id": "j", "analyzer": None, "code": "partial", "n": {1}}})
        try:
            raise ValueError("a secret")
        except ValueError:
            LOG.exception("failed", extra={"fields": {"segment": 3}})
    first, second = (line for bulk in shelf.bulks for line in bulk)
    assert first["timestamp"].tzinfo is not None
    del first["timestamp"]
    assert first == {
        "level": "warning",
        "component": "aima.telemetry.test",
        "message": "job ended",
        "details": {"code": "partial", "n": "{1}"},
        "related_ids": {"job_id": "j"},
    }
    assert (second["details"], second["related_ids"]) == ({"error": "ValueError"}, {"segment": "3"})


def test_everything_is_sent_in_bulks_and_in_order_before_the_end(shelf):
    shelf.open.clear()
    with recording(shelf, "info"):
        for no in range(1200):
            LOG.info("line %d", no)
        shelf.open.set()
    assert shelf.messages == [f"line {no}" for no in range(1200)]
    assert len(shelf.bulks) <= 4
    assert all(len(bulk) <= records.BULK for bulk in shelf.bulks)


def test_after_the_end_nothing_is_recorded_and_levels_are_as_before(shelf):
    own = logging.getLogger("aima")
    before = own.level, list(own.handlers)
    with recording(shelf, "info"):
        assert LOG.isEnabledFor(logging.INFO)
    LOG.error("too late")
    assert (own.level, own.handlers) == before
    assert shelf.messages == []


def test_a_full_queue_drops_lines_without_waiting_and_says_how_many(shelf):
    shelf.open.clear()
    handler = RecordQueue(shelf, capacity=10)
    LOG.addHandler(handler)
    begun = time.monotonic()
    for no in range(500):
        LOG.warning("line %d", no)
    assert time.monotonic() - begun < 1
    wait_until(lambda: handler.dropped > 0)
    shelf.open.set()
    wait_until(lambda: "log lines were dropped" in shelf.messages)
    LOG.removeHandler(handler)
    handler.close()
    kept = [message for message in shelf.messages if message != "log lines were dropped"]
    told = sum(line["details"]["lines"] for bulk in shelf.bulks for line in bulk if "lines" in line["details"])
    assert told == handler.dropped == 500 - len(kept)


def test_a_sink_that_fails_fails_nobody_and_is_tried_again(shelf):
    shelf.broken = True
    with recording(shelf, "info") as handler:
        LOG.info("lost")
        wait_until(lambda: handler.dropped == 1)
        shelf.broken = False
        LOG.info("kept")
        wait_until(lambda: len(shelf.messages) == 2)
    assert shelf.messages == ["kept", "log lines were dropped"]


def test_a_sink_that_hangs_does_not_hold_up_the_end(shelf, monkeypatch):
    monkeypatch.setattr(records, "LAST_S", 0.2)
    shelf.open.clear()
    with recording(shelf, "info"):
        LOG.info("never sent")
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
    shelf.open.set()


def test_what_no_store_takes_is_written_so_that_it_does(shelf):
    fields = {"job_id": "j\udcff", "name": "caf\udce9\0", "n": 1 << 70, "share": 0.5, "none": None, "yes": True}
    with recording(shelf, "info"):
        LOG.info("of %s", "\udce9", extra={"fields": fields})
    ((line,),) = shelf.bulks
    assert (line["message"], line["related_ids"]) == ("of \\xe9", {"job_id": "j\\xff"})
    details = {"name": "caf\\xe9\\x00", "n": str(1 << 70), "share": 0.5, "none": None, "yes": True}
    assert line["details"] == details


def test_a_line_that_cannot_be_made_fails_nobody_and_is_counted(shelf):
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("no words")

    with recording(shelf, "info") as handler:
        LOG.info("lost", extra={"fields": {"what": Unspeakable()}})
        LOG.info("kept")
    assert handler.dropped == 1
    assert shelf.messages == ["kept", "log lines were dropped"]


def test_what_sending_itself_logs_goes_round_in_no_circle(shelf):
    def sink(lines) -> None:
        LOG.warning("sent %d", len(lines))
        shelf(lines)

    with recording(sink, "info"):
        LOG.info("one")
        wait_until(lambda: bool(shelf.bulks))
        time.sleep(0.1)
    assert shelf.messages == ["one"]
