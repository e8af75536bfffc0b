"""Sends the log lines of a process to the document store, on a connection of its own."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from aima import local
from aima.settings import Settings
from aima.telemetry.records import recording

if TYPE_CHECKING:
    from aima.stores.mongo import MongoDocuments


@contextmanager
def recorded(settings: Settings) -> Iterator[None]:
    """Log lines of AIMA go to system_logs until the end; connects at the first one."""
    with ExitStack() as opened:

        @functools.cache
        def documents() -> MongoDocuments:
            from aima.stores.mongo import MongoDocuments

            store = MongoDocuments.open(local.mongo_url(settings), local.namespace(settings))
            opened.callback(store.close)
            return store

        @functools.cache
        def prepared() -> None:
            documents().prepare()

        def send(lines: Sequence[Mapping[str, Any]]) -> None:
            prepared()
            documents().log(lines)

        with recording(send, settings.log_level):
            yield
