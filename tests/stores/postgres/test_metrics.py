from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from aima.domain.metric import Metric
from aima.stores.postgres import PostgresStores

THEN = datetime(2031, 5, 17, 12, 0, tzinfo=UTC)


def partitions(stores) -> set[str]:
    with stores.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT inhrelid::regclass::text FROM pg_inherits")
        return {name for name in rows.scalars() if name.startswith("system_metrics_")}


def lag(at: datetime, value: float = 1.0) -> Metric:
    return Metric("outbox_lag", value, {"consumer": "documents"}, node="n1", at=at)


def test_what_is_recorded_is_read_oldest_first_also_by_another_process(stores, database):
    later, earlier = lag(THEN + timedelta(minutes=1)), lag(THEN)
    error = Metric(
        "error", 1.0, {"code": "decoder_died", "segment": 3}, job_id="0f3c2a1b-0000-4000-8000-000000000000", at=THEN
    )
    stores.metrics.record([later, error, earlier])
    with PostgresStores.open(database) as other:
        assert other.metrics.since("outbox_lag", THEN) == [earlier, later]
        assert other.metrics.since("outbox_lag", THEN + timedelta(seconds=1)) == [later]
        assert other.metrics.since("error", THEN) == [error]


def test_recording_again_changes_nothing(stores):
    metric = lag(THEN)
    stores.metrics.record([metric])
    stores.metrics.record([metric])
    stores.metrics.record([])
    assert stores.metrics.since("outbox_lag", THEN) == [metric]


def test_months_that_nobody_foresaw_get_their_partitions(stores):
    year_end = datetime(2032, 12, 31, 23, 59, 59, tzinfo=UTC)
    metrics = [lag(THEN), lag(year_end), lag(year_end + timedelta(seconds=2))]
    stores.metrics.record(metrics)
    assert {"system_metrics_2031_05", "system_metrics_2032_12", "system_metrics_2033_01"} <= partitions(stores)
    assert stores.metrics.since("outbox_lag", THEN) == metrics


def test_whole_months_are_dropped_and_the_rest_stays(stores):
    old, kept = lag(THEN), lag(THEN + timedelta(days=31))
    stores.metrics.record([old, kept])
    dropped = stores.metrics.drop_before(date(2031, 6, 20))
    assert "system_metrics_2031_05" in dropped
    assert "system_metrics_2031_06" not in dropped
    assert "system_metrics_2031_06" in partitions(stores)
    assert stores.metrics.since("outbox_lag", THEN) == [kept]
    stores.metrics.record([old])
    assert stores.metrics.since("outbox_lag", THEN) == [old, kept]
