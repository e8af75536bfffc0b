"""The only place that wires: settings, backends, services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aima import local
from aima.errors import SettingInvalid
from aima.models.catalogue import find
from aima.models.model import Calibration
from aima.pipeline import cluster
from aima.pipeline.plan import Place, Plan, fused
from aima.pipeline.task import Outcome, SegmentTask
from aima.services.analyses import AnalysisService
from aima.services.exports import ExportService
from aima.services.fusion import FusionService
from aima.services.intake import Intake
from aima.services.media import MediaService
from aima.services.persons import PersonService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores


class RayRunner:
    """Runs plans on the Ray cluster; connects at the first task."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def places(self) -> Sequence[Place]:
        """The default placement: everything fused, one worker per CPU of the cluster."""
        self._connect()
        return fused(cluster.workers())

    def run(self, tasks: Sequence[SegmentTask], plan: Plan) -> Iterator[Outcome]:
        """Outcomes as they come."""
        self._connect()
        from aima.pipeline import flow

        return flow.run(tasks, plan, self._settings)

    def _connect(self) -> None:
        cluster.connect(local.ray_environment(self._settings))


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a command, a job or a route may call."""

    settings: Settings
    stores: PostgresStores
    archive: Archive
    media: MediaService
    persons: PersonService
    exports: ExportService
    analyses: AnalysisService


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Services over the databases that the settings name, or over the local stack.

    Raises:
        StackDown: the local stack is not running.
        StoreUnreachable: the database does not answer.
    """
    stores = PostgresStores.open(local.postgres_url(settings))
    try:
        yield _wire(settings, stores)
    finally:
        stores.close()
        cluster.disconnect()


def _wire(settings: Settings, stores: PostgresStores) -> Services:
    archive = Archive(settings.archive_dir)
    owner_id = stores.ensure_user(settings.user)
    intake = Intake(settings, stores.media, owner_id)
    fusion = FusionService(settings, stores, archive, *_face_model(settings))
    runner = RayRunner(settings)
    return Services(
        settings=settings,
        stores=stores,
        archive=archive,
        media=MediaService(stores),
        persons=PersonService(stores, settings.user),
        exports=ExportService(stores),
        analyses=AnalysisService(settings, stores, intake, fusion, runner),
    )


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
