"""A database that goes away in the middle: nothing is lost, and nothing is done twice that was said."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url

from aima.services.patience import Patience
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.conftest import make_settings
from tests.faults.proxy import Proxy, proxy_to
from tests.services.dispatching.made import Bench, await_, nos
from tests.services.flows_made import slow_work


@pytest.fixture
def proxy(database: str) -> Iterator[Proxy]:
    where = make_url(database)
    with proxy_to(where.host or "", where.port or 5432) as running:
        yield running


@pytest.fixture
def far(database, proxy, tmp_path) -> Iterator[Bench]:
    """A bench that reaches its database through the proxy, with patience."""
    url = make_url(database).set(port=proxy.port).render_as_string(hide_password=False)
    settings = make_settings(tmp_path)
    with PostgresStores.open(url) as stores:
        patient = Patience(60.0, lambda line: None).around_stores(stores)
        yield Bench(settings, patient, Archive(settings.archive_dir))  # type: ignore[arg-type]


def test_connections_that_are_reset_and_a_server_that_is_away_lose_nothing(far, bench, proxy):
    gate = threading.Semaphore(0)
    far.flow.work = slow_work(far.work, gate)
    job = bench.submit("a.mp4", 12)
    with far.running():
        for count in (2, 5):
            for _ in range(3):
                gate.release()
            await_(lambda count=count: bench.progress(job).done >= count)
            proxy.reset()
        proxy.refuse()
        for _ in range(12):
            gate.release()
        threading.Timer(1.0, proxy.pass_on).start()
        await_(lambda: bench.state(job) == "done", seconds=60.0)
    assert set(nos(far.flow.put)) == set(range(12))
    assert bench.progress(job).failures == ()
    assert bench.queue.fleets() == []
