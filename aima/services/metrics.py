"""Metrics: how the stores keep up, the figures that are made of all metrics, and how long these are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from aima.domain.figures import Figures
from aima.domain.metric import Metric
from aima.settings import Settings
from aima.stores.ports import Stores
from aima.telemetry.failures import log_failure

MONTH_DAYS: Final = 31


class MetricsService:
    """Writes metrics, makes figures of them, and forgets those that are old."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings, self._stores = settings.metrics, stores

    def refresh(self, max_age_s: float = 0.0) -> bool:
        """Make the figures anew, unless they are younger than that; says whether it did. What goes wrong is logged."""
        try:
            age = datetime.now(UTC) - self._stores.dashboards.refreshed_at()
            return age >= timedelta(seconds=max_age_s) and self._stores.dashboards.refresh()
        except Exception as error:
            log_failure("figures not refreshed", error)
            return False

    def upkeep(self) -> None:
        """What a process that runs for long calls about once a minute: note how far consumers lag, forget, refresh.

        What goes wrong is logged: it comes again.
        """
        try:
            self._stores.metrics.record(self._lags())
            self._stores.metrics.drop_before(self._oldest())
        except Exception as error:
            log_failure("metrics not kept up", error)
        self.refresh(self._settings.refresh_s)

    def figures(self, persons: int = 20) -> Figures:
        """The figures as they were made last, with so many persons.

        Raises:
            StoreUnreachable: the database does not answer.
        """
        return self._stores.dashboards.figures(persons)

    def _lags(self) -> list[Metric]:
        head = self._stores.outbox.head()
        cursors = self._stores.outbox.cursors()
        return [Metric("outbox_lag", float(head - seq), {"consumer": name}) for name, seq in sorted(cursors.items())]

    def _oldest(self) -> date:
        return datetime.now(UTC).date() - timedelta(days=MONTH_DAYS * self._settings.keep_months)
