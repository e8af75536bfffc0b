"""Wires what follows the truth. Each projection is opened, and its server reached, when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aima.services.projections.service import ProjectionService

if TYPE_CHECKING:
    from aima.bootstrap import Services
    from aima.services.projections.base import Made, Projection


def wire(services: Services) -> ProjectionService:
    """The projections of these services by name: the one under which the cursor of each is kept."""
    projections: dict[str, Callable[[], Projection]] = {
        "documents": lambda: _documents(services),
        "vectors": lambda: _vectors(services),
    }
    made: dict[str, Callable[[], Made]] = {
        "sightings": lambda: _sightings(services),
        "hearings": lambda: services.hearings,
    }
    return ProjectionService(services.stores, services.archive, projections, made)


def _sightings(services: Services) -> Made:
    from aima.services.sightings import SightingService
    from aima.services.texts import TextService

    return SightingService(services.stores, services.archive, TextService(services.settings, services.stores))


def _documents(services: Services) -> Projection:
    from aima.services.projections.documents import DocumentProjection

    return DocumentProjection(services.stores, services.documents)


def _vectors(services: Services) -> Projection:
    from aima.services.projections.vectors import VectorProjection

    return VectorProjection(services.stores, services.archive, services.vectors, services.spaces)
