"""Every PostgreSQL store behind one object."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from aima.stores.postgres import migrate, users
from aima.stores.postgres.active_models import PostgresActiveModels
from aima.stores.postgres.dashboards import PostgresDashboards
from aima.stores.postgres.engine import open_engine
from aima.stores.postgres.fusion import PostgresFusion
from aima.stores.postgres.hearings import PostgresHearings
from aima.stores.postgres.jobs import PostgresJobs
from aima.stores.postgres.kept import PostgresKept
from aima.stores.postgres.ledger import PostgresLedger
from aima.stores.postgres.media import PostgresMedia
from aima.stores.postgres.metrics import PostgresMetrics
from aima.stores.postgres.moments import PostgresMoments
from aima.stores.postgres.observations import PostgresObservations
from aima.stores.postgres.outbox import PostgresOutbox
from aima.stores.postgres.pages import PostgresPages
from aima.stores.postgres.persons import PostgresPersons
from aima.stores.postgres.queue import PostgresQueue
from aima.stores.postgres.sightings import PostgresSightings
from aima.stores.postgres.texts import PostgresTexts


class PostgresStores:
    """The stores of one database; a context manager that closes its connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.media = PostgresMedia(engine)
        self.jobs = PostgresJobs(engine)
        self.observations = PostgresObservations(engine)
        self.ledger = PostgresLedger(engine)
        self.fusion = PostgresFusion(engine)
        self.persons = PostgresPersons(engine)
        self.sightings = PostgresSightings(engine)
        self.hearings = PostgresHearings(engine)
        self.texts = PostgresTexts(engine)
        self.kept = PostgresKept(engine)
        self.models = PostgresActiveModels(engine)
        self.outbox = PostgresOutbox(engine)
        self.moments = PostgresMoments(engine)
        self.pages = PostgresPages(engine)
        self.metrics = PostgresMetrics(engine)
        self.dashboards = PostgresDashboards(engine)
        self.queue = PostgresQueue(engine)

    @classmethod
    def open(cls, url: str, *, migrate_schema: bool = True) -> Self:
        """Connect and bring the schema up to date, or only check it.

        Raises:
            StoreUnreachable: the database does not answer.
            StoreOutdated: the schema is newer than this code, or older and may not be migrated.
        """
        engine = open_engine(url)
        try:
            (migrate.upgrade if migrate_schema else migrate.check)(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def ensure_user(self, name: str) -> str:
        """Id of the user of this name; the row is made at first use."""
        return users.ensure_user(self.engine, name)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
