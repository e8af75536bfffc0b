"""Metrics in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, Row, select
from sqlalchemy.dialects.postgresql import insert

from aima.domain.metric import Metric, MetricKind
from aima.domain.text import storable
from aima.stores.postgres import partitions
from aima.stores.postgres.schema import system_metrics


class PostgresMetrics:
    """`MetricStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, metrics: Sequence[Metric]) -> None:
        """Write them in one transaction, with the partitions that they need; repeating it changes nothing."""
        if not metrics:
            return
        months = {partitions.month_of(metric.at.astimezone(UTC).date()) for metric in metrics}
        with self._engine.begin() as connection:
            partitions.ensure_months(connection, months)
            connection.execute(insert(system_metrics).on_conflict_do_nothing(), [_row_of(m) for m in metrics])

    def since(self, kind: MetricKind, at: datetime) -> list[Metric]:
        """Metrics of a kind from a time on, oldest first."""
        table = system_metrics
        query = select(table).where(table.c.metric_type == kind, table.c.timestamp >= at)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(table.c.timestamp, table.c.metric_id))
            return [_metric_of(row) for row in rows]

    def drop_before(self, day: date) -> list[str]:
        """Drop the whole months before that of `day`; gives the names of their partitions."""
        with self._engine.begin() as connection:
            return partitions.drop_before(connection, partitions.month_of(day))


def _row_of(metric: Metric) -> dict[str, Any]:
    return {
        "metric_id": metric.metric_id,
        "metric_type": metric.kind,
        "value": metric.value,
        "timestamp": metric.at,
        "node": metric.node,
        "job_id": metric.job_id,
        "labels": storable(dict(metric.labels)),
    }


def _metric_of(row: Row[Any]) -> Metric:
    return Metric(row.metric_type, row.value, row.labels, row.node, row.job_id, row.timestamp, row.metric_id)
