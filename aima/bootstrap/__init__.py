"""The only place that wires: settings, backends, services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from aima import local
from aima.bootstrap.recording import recorded
from aima.services.exports import ExportService
from aima.services.jobs import JobService
from aima.services.media import MediaService
from aima.services.model_versions import ActiveModels, ModelService, active
from aima.services.patience import Patience
from aima.services.persons import PersonService
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores

if TYPE_CHECKING:
    from aima.services.analyses import AnalysisService
    from aima.services.dossiers import DossierService
    from aima.services.fusion import FusionReport
    from aima.services.hearings import HearingService
    from aima.services.metrics import MetricsService
    from aima.services.projections.service import ProjectionService
    from aima.services.search.service import SearchService
    from aima.services.timelines import TimelineService
    from aima.services.transcribing import TranscriptService
    from aima.stores.milvus import MilvusVectors
    from aima.stores.mongo import MongoDocuments


@dataclass(frozen=True)
class Services:
    """Everything that a command, a job or a route may call. `at_end` runs when they are closed.

    given: the settings without what was switched in this archive; settings: with it.
    """

    given: Settings
    settings: Settings
    stores: PostgresStores
    archive: Archive
    media: MediaService
    persons: PersonService
    exports: ExportService
    at_end: ExitStack

    @cached_property
    def analyses(self) -> AnalysisService:
        """Imported and wired at first use: who only reads needs neither decoders nor Ray, which take a second.

        Raises:
            SettingInvalid: the face model that the settings choose cannot link persons.
        """
        from aima.bootstrap.analysis import wire

        return wire(self.settings, self.stores, self.archive, self.at_end, self.patience)

    @cached_property
    def jobs(self) -> JobService:
        """Lists and steers jobs."""
        return JobService(self.stores)

    @cached_property
    def patience(self) -> Patience:
        """How long an analysis waits for a database that is away, and who is told."""
        return Patience(self.settings.stores.patience_s)

    @cached_property
    def documents(self) -> MongoDocuments:
        """The document store; connects when it is first asked.

        Raises:
            StackDown: the local server is to be used and does not run.
            SettingInvalid: AIMA_STORES__MONGO is no MongoDB URL.
        """
        from aima.stores.mongo import MongoDocuments

        documents = MongoDocuments.open(local.mongo_url(self.settings), local.namespace(self.settings))
        self.at_end.callback(documents.close)
        return documents

    @cached_property
    def vectors(self) -> MilvusVectors:
        """The vector store; connects when it is first asked. Its client takes half a second to import.

        Raises:
            StackDown: the local server is to be used and does not run.
            SettingInvalid: AIMA_STORES__MILVUS is no URL of a Milvus.
        """
        from aima.stores.milvus import MilvusVectors

        vectors = MilvusVectors.open(local.milvus_url(self.settings), local.namespace(self.settings))
        self.at_end.callback(vectors.close)
        return vectors

    @cached_property
    def spaces(self) -> ActiveModels:
        """Which model versions answer."""
        return ActiveModels(self.given, self.stores)

    @cached_property
    def models(self) -> ModelService:
        """Switches models, and fuses the archive with another face model."""
        from aima.bootstrap.analysis import wire_fusion

        def fuse(settings: Settings) -> FusionReport:
            return wire_fusion(settings, self.stores, self.archive).fuse(settings.user)

        return ModelService(self.given, self.stores, self.settings.user, fuse)

    @cached_property
    def dossiers(self) -> DossierService:
        """Reads dossiers; from the truth where the documents do not answer."""
        from aima.services.dossiers import DossierService

        return DossierService(self.stores, lambda: self.documents)

    @cached_property
    def timelines(self) -> TimelineService:
        """When who and what is seen in a medium."""
        from aima.services.timelines import TimelineService

        return TimelineService(self.stores)

    @cached_property
    def hearings(self) -> HearingService:
        """Who says what when in a content."""
        from aima.services.hearings import HearingService
        from aima.services.texts import TextService

        return HearingService(self.settings, self.stores, self.archive, TextService(self.settings, self.stores))

    @cached_property
    def transcripts(self) -> TranscriptService:
        """What is said in a medium."""
        from aima.services.transcribing import TranscriptService

        return TranscriptService(self.stores, self.hearings)

    @cached_property
    def metrics(self) -> MetricsService:
        """Metrics and figures; `upkeep` is for processes that run for long."""
        from aima.services.metrics import MetricsService

        return MetricsService(self.settings, self.stores)

    @cached_property
    def projections(self) -> ProjectionService:
        """What follows the truth: catches up, verifies, rebuilds. Reaches no server before it has to."""
        from aima.bootstrap.projections import wire

        return wire(self)

    @cached_property
    def search(self) -> SearchService:
        """Answers by face, picture and words. Reaches the vectors when a query needs them."""
        from aima.services.search.service import SearchService

        progress = partial(self.projections.as_of, "vectors")
        return SearchService(self.settings, self.stores, self.spaces, lambda: self.vectors, progress)


@contextmanager
def open_services(settings: Settings, *, logged: bool = True) -> Iterator[Services]:
    """Services over the databases that the settings name, or over the local stack.

    logged: log lines of this process go to the documents; a workspace that is thrown away leaves none.

    Raises:
        StackDown: the local stack is not running.
        StoreUnreachable: the database does not answer.
    """
    with ExitStack() as at_end:
        stores = at_end.enter_context(PostgresStores.open(local.postgres_url(settings)))
        if logged:
            at_end.enter_context(recorded(settings))
        yield Services(
            given=settings,
            settings=active(settings, stores),
            stores=stores,
            archive=Archive(settings.archive_dir),
            media=MediaService(stores),
            persons=PersonService(stores, settings.user),
            exports=ExportService(stores),
            at_end=at_end,
        )
