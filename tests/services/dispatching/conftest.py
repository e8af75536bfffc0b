from __future__ import annotations

from collections.abc import Callable

import pytest

from aima.services.dispatching import crew, dispatcher, settling
from aima.storage.archive import Archive
from tests.conftest import make_settings
from tests.services.dispatching.made import Bench


@pytest.fixture
def make_bench(stores, tmp_path) -> Callable[..., Bench]:
    """Makes benches over one queue; given: settings of the fleet."""

    def make(**worker: object) -> Bench:
        settings = make_settings(tmp_path, worker=worker)
        return Bench(settings, stores, Archive(settings.archive_dir))

    return make


@pytest.fixture
def bench(make_bench) -> Bench:
    return make_bench()


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """What is waited for before something is tried again is short."""
    monkeypatch.setattr(settling, "AGAIN_S", 0.05)
    monkeypatch.setattr(crew, "PAUSES_S", (0.05,))
    monkeypatch.setattr(dispatcher, "GRACE_S", 0.2)
