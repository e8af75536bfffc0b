"""Wires what analyses: intake, the pipeline on Ray, fusion."""

from __future__ import annotations

from contextlib import ExitStack

from aima.bootstrap.flow import RayFlow
from aima.errors import SettingInvalid
from aima.models.catalogue import find
from aima.models.model import Calibration
from aima.services.analyses import AnalysisService
from aima.services.dispatching.finishing import Makers
from aima.services.fusion import FusionService
from aima.services.hearings import HearingService
from aima.services.intake import Intake
from aima.services.metrics import MetricsService
from aima.services.patience import Patience
from aima.services.sightings import SightingService
from aima.services.texts import TextService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores


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
    texts = TextService(settings, stores)
    sightings = patience.around(SightingService(stores, archive, texts))
    hearings = patience.around(HearingService(settings, stores, archive, texts))
    makers = Makers(fusion, sightings, hearings, MetricsService(settings, stores))
    return AnalysisService(settings, patient, intake, makers, RayFlow(settings, at_end))


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
