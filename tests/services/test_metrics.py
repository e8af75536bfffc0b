from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aima.domain.metric import Metric
from aima.errors import StoreUnreachable
from aima.services.metrics import MetricsService
from aima.settings import Metrics, Settings
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.engine import open_engine
from tests.persons_made import add_medium


@pytest.fixture
def service(stores) -> MetricsService:
    return MetricsService(Settings(metrics=Metrics(keep_months=2, refresh_s=3600)), stores)


def lags(stores):
    return stores.metrics.since("outbox_lag", datetime.now(UTC) - timedelta(minutes=5))


def test_figures_are_made_anew_where_they_are_too_old(stores, service):
    assert service.refresh()
    add_medium(stores, "a.mp4")
    assert not service.refresh(max_age_s=3600)
    assert service.figures().kinds == ()
    assert service.refresh()
    assert [kind.media for kind in service.figures().kinds] == [1]


def test_upkeep_notes_how_far_every_consumer_lags(stores, service):
    add_medium(stores, "a.mp4")
    head = stores.outbox.head()
    stores.outbox.advance("documents", head - 1, [], [])
    stores.outbox.advance("vectors", head, [], [])
    service.upkeep()
    assert [(m.labels["consumer"], m.value) for m in lags(stores)] == [("documents", 1.0), ("vectors", 0.0)]


def test_upkeep_forgets_whole_months_and_refreshes_figures_that_are_old(stores):
    service = MetricsService(Settings(metrics=Metrics(keep_months=2, refresh_s=0)), stores)
    now = datetime.now(UTC)
    old, kept = (Metric("error", 1.0, {"code": "x"}, at=now - timedelta(days=days)) for days in (130, 40))
    stores.metrics.record([old, kept])
    before = stores.dashboards.refreshed_at()
    service.upkeep()
    assert stores.metrics.since("error", now - timedelta(days=200)) == [kept]
    assert stores.dashboards.refreshed_at() > before


def test_a_database_that_is_away_is_no_reason_to_fail(stores):
    nobody = stores.engine.url.set(port=1).render_as_string(hide_password=False)
    with PostgresStores(open_engine(nobody)) as away:
        service = MetricsService(Settings(), away)
        service.upkeep()
        assert not service.refresh()
        with pytest.raises(StoreUnreachable):
            service.figures()
