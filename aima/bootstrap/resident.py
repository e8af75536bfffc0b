"""The resident fleet: sleeps until something waits, dispatches, and begins anew when another model is to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from aima.bootstrap import Services, open_services
from aima.services.dispatching.fleets import new_fleet
from aima.services.model_versions import active
from aima.settings import Settings
from aima.stores.queue import QueueStore
from aima.telemetry.logs import FIELDS, logger

if TYPE_CHECKING:
    from aima.services.dispatching.dispatcher import Dispatcher

LOOK_S: Final = 2.0
"""A sleep at most while nothing waits: how soon a stop is heard."""
SWITCH_S: Final = 5.0
"""How soon it is noticed that somebody has switched to another model."""

log = logger("bootstrap.resident")


class ResidentFleet:
    """Takes whatever is queued until it is told to stop."""

    def __init__(self, settings: Settings, name: str, beat: Callable[[], None]) -> None:
        """name: the same after a restart, and never that of two at once. beat: called whenever the loop turns."""
        self._settings, self._name, self._beat = settings, name, beat
        self._is_stopping = False
        self._dispatcher: Dispatcher | None = None

    def run(self) -> None:
        """Work until `stop`.

        Raises:
            StoreUnreachable: the database has not answered for too long.
            SettingInvalid: the face model that the settings choose cannot link persons.
        """
        while not self._is_stopping:
            with open_services(self._settings) as services:
                services.patience.tell = log.warning
                self._work(services, _Switch(services))

    def stop(self) -> None:
        """What is in flight may still end. May be called from a signal handler."""
        self._is_stopping = True
        if self._dispatcher:
            self._dispatcher.nudge()

    def _work(self, services: Services, switch: _Switch) -> None:
        if self._await_work(services):
            self._dispatcher = services.analyses.dispatcher(self._name)
            self._dispatcher.run(lambda: self._is_stopping or switch.is_made(), tick=self._beat)
            self._dispatcher = None

    def _await_work(self, services: Services) -> bool:
        """Sleep until something waits; what works on it is not imported before. False: it is to stop.

        Else the fleet stays in sight: the dispatcher's takes its place.
        """
        queue = services.patience.around(services.stores.queue)
        fleet = new_fleet(self._name)
        queue.retire_named(fleet.name, but=fleet.fleet_id)
        while not self._is_stopping and not _has_work(queue):
            queue.show(fleet)
            self._beat()
            queue.wait(LOOK_S)
        if self._is_stopping:
            queue.retire(fleet.fleet_id)
        return not self._is_stopping


def _has_work(queue: QueueStore) -> bool:
    return queue.next_due_s() is not None or bool(queue.finished_jobs())


class _Switch:
    """Whether other models are to answer than when these services were opened; asked only now and then."""

    def __init__(self, services: Services) -> None:
        self._services, self._asked = services, time.monotonic()
        self._stores = services.patience.around_stores(services.stores)

    def is_made(self) -> bool:
        """As it was when it was asked last."""
        if time.monotonic() - self._asked < SWITCH_S:
            return False
        self._asked = time.monotonic()
        now = active(self._services.given, self._stores)
        if now == self._services.settings:
            return False
        log.info("models switched", extra={FIELDS: {"models": now.models.model_dump(mode="json")}})
        return True
