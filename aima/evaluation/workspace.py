"""What an evaluation works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aima.services.analyses import AnalysisService
from aima.services.fusion import FusionService
from aima.services.projections.service import ProjectionService
from aima.services.search.service import SearchService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import Stores

PURPOSE: Final = "evaluation"


@dataclass(frozen=True, slots=True)
class Workspace:
    """Stores and an archive of an evaluation's own; `bootstrap` makes it and throws it away.

    settings: those of the user, with the places of this workspace.
    """

    settings: Settings
    stores: Stores
    archive: Archive
    analyses: AnalysisService
    fusion: FusionService
    projections: ProjectionService
    search: SearchService
