"""Wires what analyses: intake, the pipeline on Ray, fusion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from aima import local
from aima.errors import SettingInvalid
from aima.models.catalogue import find
from aima.models.model import Calibration
from aima.pipeline import cluster
from aima.pipeline.plan import Place, Plan, fused
from aima.pipeline.task import Outcome, SegmentTask
from aima.services.analyses import AnalysisService
from aima.services.fusion import FusionService
from aima.services.intake import Intake
from aima.services.metrics import MetricsService
from aima.services.patience import Patience
from aima.services.sightings import SightingService
from aima.services.texts import TextService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores


class RayRunner:
    """Runs plans on the Ray cluster; connects at the first task and leaves with `at_end`."""

    def __init__(self, settings: Settings, at_end: ExitStack) -> None:
        self._settings, self._at_end = settings, at_end
        self._is_connected = False

    def places(self) -> Sequence[Place]:
        """The default placement: everything fused, one worker per CPU of the cluster."""
        self._connect()
        return fused(cluster.workers())

    def run(self, tasks: Sequence[SegmentTask], plan: Plan) -> Iterator[Outcome]:
        """Outcomes as they come."""
        self._connect()
        # Ray Data, for tasks alone: a new analysis of known files needs none.
        from aima.pipeline import flow

        return flow.run(tasks, plan, self._settings)

    def _connect(self) -> None:
        if not self._is_connected:
            cluster.connect(local.ray_environment(self._settings))
            self._at_end.callback(cluster.disconnect)
            self._is_connected = True


def wire(
    settings: Settings, stores: PostgresStores, archive: Archive, at_end: ExitStack, patience: Patience
) -> AnalysisService:
    """The service that analyses for the user of the settings, and outlives a database that is away.

    Raises:
        SettingInvalid: the face model that the settings choose cannot link persons.
    """
    patient = patience.around_stores(stores)
    intake = Intake(settings, patient.media, stores.ensure_user(settings.user))
    fusion = patience.around(wire_fusion(settings, stores, archive))
    sightings = patience.around(SightingService(stores, archive, TextService(settings, stores)))
    metrics = MetricsService(settings, stores)
    return AnalysisService(settings, patient, intake, fusion, sightings, metrics, RayRunner(settings, at_end))


def wire_fusion(settings: Settings, stores: PostgresStores, archive: Archive) -> FusionService:
    """The service that fuses with the face model of the settings.

    Raises:
        SettingInvalid: that model cannot link persons.
    """
    return FusionService(settings, stores, archive, *_face_model(settings))


def _face_model(settings: Settings) -> tuple[Calibration, str]:
    """Calibration and version of the face model that the settings choose.

    Raises:
        SettingInvalid: its catalogue entry holds no calibration, so nothing can be linked by it.
    """
    entry = find(settings, "face_embedding")
    if entry.calibration is None:
        raise SettingInvalid(f"{entry.name} has no calibration in the catalogue", "choose another face model")
    record = entry.calibration
    return Calibration(record.slope, record.intercept, record.measured_on), f"{entry.name}@{entry.version}"
