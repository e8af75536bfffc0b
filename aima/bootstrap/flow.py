"""Where streams run: the Ray cluster that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress

from aima import local
from aima.pipeline import cluster
from aima.pipeline.events import Hear, Stream
from aima.pipeline.plan import Choice, Place, choose_places
from aima.settings import Settings


class RayFlow:
    """Fulfils `events.Flow` on the Ray cluster that the settings name; connects when it must, and leaves with `at_end`.

    Ray Data is imported at the first stream: who only asks where stages run needs none.
    """

    def __init__(self, settings: Settings, at_end: ExitStack) -> None:
        self._settings = settings
        self._is_connected = False
        at_end.callback(self._disconnect)

    def places(self) -> Sequence[Place]:
        """How stages are placed now."""
        return self.choose().places

    def choose(self) -> Choice:
        """The same with the reason."""
        self._connect()
        return choose_places(self._settings.ray, cluster.resources())

    def open(self, places: Sequence[Place], hear: Hear) -> Stream:
        """Begin a stream."""
        self._connect()
        from aima.pipeline.stream import RayStream

        return RayStream(places, self._settings, hear)

    def leave(self) -> None:
        """Let go of the cluster for long."""
        if self._is_connected:
            with suppress(Exception):  # a cluster that is gone needs no tidying
                cluster.tidy()
        self._disconnect()

    def _disconnect(self) -> None:
        if self._is_connected:
            cluster.disconnect()
        self._is_connected = False

    def _connect(self) -> None:
        cluster.connect(local.ray_environment(self._settings))
        self._is_connected = True
