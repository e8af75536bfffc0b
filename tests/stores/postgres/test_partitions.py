from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from aima.domain.metric import Metric
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.partitions import month_of


@pytest.mark.parametrize(
    ("day", "later", "month"),
    [
        (date(2026, 11, 22), 0, date(2026, 11, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 3, 31), -13, date(2025, 2, 1)),
    ],
)
def test_months_before_and_after(day, later, month):
    assert month_of(day, later) == month


def test_several_processes_that_need_a_new_month_at_once_all_get_it(database):
    opened = [PostgresStores.open(database) for _ in range(4)]
    at = datetime(2040, 7, 1, tzinfo=UTC)

    def write(stores: PostgresStores) -> None:
        stores.metrics.record([Metric("error", 1.0, {"code": "x"}, at=at)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, opened))
    assert len(opened[0].metrics.since("error", at)) == 4
    for stores in opened:
        stores.close()
