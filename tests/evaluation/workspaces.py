"""A workspace over the stores of a test, without servers of documents and vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from aima.bootstrap.analysis import wire
from aima.errors import StackDown
from aima.evaluation.workspace import Workspace
from aima.services.model_versions import ActiveModels
from aima.services.patience import Patience
from aima.services.projections.service import AsOf, ProjectionService
from aima.services.search.service import SearchService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores


@contextmanager
def workspace_over(settings: Settings, stores: PostgresStores, folder: Path) -> Iterator[Workspace]:
    """Its archive lies in `folder`."""
    archive = Archive(folder)
    with ExitStack() as at_end:
        analyses = wire(settings, stores, archive, at_end, Patience(0))
        projections = ProjectionService(stores, archive, {})
        search = SearchService(settings, stores, ActiveModels(settings, stores), _no_vectors, lambda: AsOf(0, 0))
        yield Workspace(settings, stores, archive, analyses, analyses.fusion, projections, search)


def _no_vectors() -> None:
    raise StackDown("nothing here asks for vectors")
