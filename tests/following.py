"""A small projection for tests: one file for each medium, made from PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from aima.domain.media import Medium
from aima.domain.outbox import Change, Topic
from aima.errors import AimaError, MediaCorrupt, StoreError, StoreUnreachable
from aima.services.projections.base import Entry
from aima.stores.postgres import PostgresStores


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Wait until something holds, and tell whether it does."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.02)
    return held


class Files:
    """`Projection` into a directory. It is away while the directory does not exist.

    A medium named "poison..." or "refused..." stops the whole batch that it is in; one named "spoilt..." fails alone.
    """

    topics: frozenset[Topic] = frozenset({"medium"})

    def __init__(self, stores: PostgresStores, directory: Path, name: str = "files") -> None:
        self.name, self._stores, self._directory = name, stores, directory
        self.heard: list[list[str]] = []

    @property
    def where(self) -> str:
        return f"files in {self._directory.name}"

    def apply(self, changes: Sequence[Change]) -> Mapping[Change, AimaError]:
        self._check()
        self.heard.append([change.key for change in changes])
        failed: dict[Change, AimaError] = {}
        for change in changes:
            medium = self._stores.media.get(change.key)
            if medium and medium.filename.startswith("poison"):
                raise ValueError(f"cannot take {medium.filename}")
            if medium and medium.filename.startswith("refused"):
                raise StoreError(f"{self.where} refuse {medium.filename}")
            if medium and medium.filename.startswith("spoilt"):
                failed[change] = MediaCorrupt(f"{medium.filename} is spoilt")
                continue
            path = self._directory / f"{change.key}.json"
            if medium is None:
                path.unlink(missing_ok=True)
            else:
                whole = self._directory.with_suffix(".whole")
                whole.write_text(json.dumps({"name": medium.filename, "version": change.seq}))
                whole.replace(path)  # who reads meanwhile sees the old one or the new one
        return failed

    def expected(self) -> Iterator[Entry]:
        return (self._entry(medium.media_id, medium.filename) for medium in self._stores.media.all())

    def present(self) -> Iterator[Entry]:
        self._check()
        for path in sorted(self._directory.iterdir()):
            yield self._entry(path.name.partition(".")[0], json.loads(path.read_text())["name"])

    def clear(self) -> None:
        self._check()
        for path in self._directory.iterdir():
            path.unlink()

    def path(self, medium: Medium) -> Path:
        return self._directory / f"{medium.media_id}.json"

    def names(self) -> list[str]:
        return sorted(json.loads(path.read_text())["name"] for path in self._directory.iterdir())

    def stop(self) -> None:
        """The store goes away, with what it holds."""
        self._directory.rename(self._directory.with_suffix(".away"))

    def start(self) -> None:
        self._directory.with_suffix(".away").rename(self._directory)

    def lose(self) -> None:
        """The store comes back empty."""
        shutil.rmtree(self._directory)
        self._directory.mkdir()

    def _check(self) -> None:
        if not self._directory.is_dir():
            raise StoreUnreachable(f"{self.where} do not answer", "bring them back")

    def _entry(self, media_id: str, name: str) -> Entry:
        return Entry("media", media_id, hashlib.sha256(name.encode()).hexdigest(), "medium", media_id)
