"""Log lines on their way to a store: queued, sent in bulk by a thread of its own, dropped rather than waited for."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aima.domain.text import storable
from aima.telemetry.logs import FIELDS

Line = dict[str, Any]
Sink = Callable[[Sequence[Mapping[str, Any]]], None]
"""Takes lines, or raises: then they are dropped."""

RELATED: Final = frozenset({"job_id", "media_id", "content_id", "segment", "analyzer", "node"})
"""Fields of a log call that say what a line is about; the others are its details."""

INT64: Final = 2**63
CAPACITY, BULK = 10_000, 500
PAUSE_S, REST_S, LAST_S = 0.5, 10.0, 2.0
"""Between two bulks; after the sink has failed; how long the end waits for the last lines."""


class RecordQueue(logging.Handler):
    """Hands log lines to a sink without ever holding up or failing the caller.

    dropped: lines that were lost because the queue was full or the sink failed. A later line says how many.
    """

    def __init__(self, sink: Sink, level: int = logging.INFO, capacity: int = CAPACITY) -> None:
        super().__init__(level)
        self.dropped = 0
        self._sink = sink
        self._lines: queue.Queue[Line] = queue.Queue(capacity)
        self._told = 0
        self._counting = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._sender = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a line; what the sending itself logs is left out, what cannot be made a line is dropped."""
        if getattr(self._sender, "here", False):
            return
        try:
            self._lines.put_nowait(line_of(record))
        except Exception:  # the queue is full, or a value cannot be written: it must not fail who logs
            self._drop(1)
            return
        if self._thread is None and not self._ending.is_set():
            self._start()

    def close(self) -> None:
        """Send what is queued, but wait for no more than a moment; later lines are not sent."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(LAST_S)
        super().close()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="log records", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._sender.here = True
        while not self._ending.wait(PAUSE_S):
            if not self._send_queued():
                self._ending.wait(REST_S)
        self._send_queued()

    def _send_queued(self) -> bool:
        """Send what is queued now, bulk by bulk, up to the first that fails."""
        left = self._lines.qsize()
        while left > 0:
            if not self._send([self._lines.get_nowait() for _ in range(min(left, BULK))]):
                return False
            left -= BULK
        return True

    def _send(self, lines: list[Line]) -> bool:
        lost = self.dropped - self._told
        try:
            self._sink([*lines, lost_line(lost)] if lost else lines)
        except Exception:  # whatever it is, logging must not fail who logs
            self._drop(len(lines))
            return False
        self._told += lost
        return True

    def _drop(self, lines: int) -> None:
        with self._counting:
            self.dropped += lines


@contextmanager
def recording(sink: Sink, level: str) -> Iterator[RecordQueue]:
    """Hand AIMA's own log lines at `level` and above to a sink, until the end."""
    handler = RecordQueue(sink, logging.getLevelNamesMapping()[level.upper()])
    own = logging.getLogger("aima")
    before = own.level
    own.addHandler(handler)
    own.setLevel(min(before or logging.CRITICAL, handler.level))
    try:
        yield handler
    finally:
        own.removeHandler(handler)
        own.setLevel(before)
        handler.close()


def line_of(record: logging.LogRecord) -> Line:
    """A record as the concept's document: timestamp, level, component, message, details, related_ids."""
    fields: Mapping[str, Any] = getattr(record, FIELDS, {})
    details = {name: value for name, value in fields.items() if name not in RELATED}
    if record.exc_info and record.exc_info[0] is not None:
        details["error"] = record.exc_info[0].__name__
    related = {name: str(fields[name]) for name in sorted(RELATED & fields.keys()) if fields[name] is not None}
    return {
        "timestamp": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname.lower(),
        "component": record.name,
        "message": storable(record.getMessage()),
        "details": {name: _plain(value) for name, value in details.items()},
        "related_ids": storable(related),
    }


def lost_line(lost: int) -> Line:
    """Says that lines were dropped."""
    return {
        "timestamp": datetime.now(UTC),
        "level": "warning",
        "component": __name__,
        "message": "log lines were dropped",
        "details": {"lines": lost},
        "related_ids": {},
    }


def _plain(value: Any) -> str | int | float | bool | None:
    """As every store takes it: one line that it refuses would take its whole bulk along."""
    if isinstance(value, float | None) or (isinstance(value, int) and -INT64 <= value < INT64):
        return value
    return str(storable(str(value)))
