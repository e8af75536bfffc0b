"""Wires the throw-away workspace of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from aima import local
from aima.bootstrap import Services, open_services
from aima.errors import StackError, StoreError
from aima.evaluation.workspace import PURPOSE, Workspace
from aima.settings import Settings, Stores
from aima.storage.scratch import scratch_folder
from aima.stores.postgres import scratch_database


@contextmanager
def open_workspace(settings: Settings) -> Iterator[Workspace]:
    """A database and an archive of their own on the servers of the settings; models and Ray are shared.

    Nothing of the user's archive and ledger is read or written. Both go at the end, also after an error or Ctrl-C; what
    a killed evaluation left goes when the next one begins.

    Raises:
        StackDown: the local stack is not running.
        StoreUnreachable: the database does not answer.
        StoreError: the role may not make a database.
        DiskFull, HomeUnusable: no folder can be made under the data directory.
    """
    with ExitStack() as at_end:
        url = at_end.enter_context(scratch_database(local.postgres_url(settings), PURPOSE))
        folder = at_end.enter_context(scratch_folder(settings.home / "workspaces"))
        stores = Stores(**settings.stores.model_dump() | {"postgres": url, "namespace": None})
        own = settings.model_copy(update={"archive": folder / "archive", "stores": stores})
        services = at_end.enter_context(open_services(own, logged=False))
        at_end.callback(_drop_projections, services)
        analyses = services.analyses
        yield Workspace(
            own,
            services.stores,
            services.archive,
            analyses,
            analyses.fusion,
            services.projections,
            services.search,
        )


def _drop_projections(services: Services) -> None:
    """Remove documents and vectors of a workspace, where it had any. A server that is away keeps them unseen."""
    for name in {"documents", "vectors"} & vars(services).keys():
        with suppress(StackError, StoreError):
            getattr(services, name).drop_all()
