"""Sightings follow observations: made anew when these change, whatever is damaged or missing beside them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pyarrow as pa
import pytest

from aima.domain.finding import text_id
from aima.domain.job import Job
from aima.domain.media import Medium
from aima.domain.observation import PROBLEMS, ObservationKey
from aima.errors import ModelMissing
from aima.pipeline.write import Cost, write_observations
from aima.services.projections.service import ProjectionService
from aima.services.sightings import SightingReport, SightingService
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.fusion.watching import line, objects, thing, writing
from tests.persons_made import SECOND, add_medium


class Vectors:
    """Gives every text the same vector; or none, while the model is `missing`."""

    def __init__(self, stores: PostgresStores) -> None:
        self._stores = stores
        self.missing = False

    def embed_missing(self, texts: Iterable[str]) -> int:
        if self.missing:
            raise ModelMissing("the text model is not built", "run: aima models build")
        wanted = self._stores.texts.without_vector("m@1", texts)
        self._stores.texts.add_vectors("m@1", dict.fromkeys(wanted, np.ones(4, np.float32)))
        return len(wanted)

    def embed_rest(self) -> int:
        return self.embed_missing(self._stores.texts.all().values())


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def vectors(stores) -> Vectors:
    return Vectors(stores)


@pytest.fixture
def service(stores, archive, vectors) -> SightingService:
    return SightingService(stores, archive, vectors)


def observe(stores, archive, medium: Medium, tables: Mapping[str, pa.Table], version: str = "v@1+1") -> None:
    """What a finished job of these analyzers leaves behind."""
    steps = {name: {"model_version": version, "digest": "0" * 16, "step_us": 200_000} for name in tables}
    for name, table in tables.items():
        key = ObservationKey(medium.content_id, name, version, "0" * 16)
        noted = pa.array([[] for _ in range(table.num_rows)], PROBLEMS)
        rows = table.drop_columns(["segment_no"]).append_column("problems", noted)
        stores.observations.commit([write_observations(archive, key, 0, rows, Cost(0.1, 0.2))])
    job = Job(str(uuid.uuid4()), medium.media_id, steps)
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "done")


def texts(stores, medium: Medium) -> list[str]:
    return sorted(finding.text for finding in stores.sightings.get(medium.content_id).findings)


DOG = objects({0: [thing("dog")], 1: [thing("dog")], 2: []})
EXIT = writing({0: [line("Ausgang")], 3: []})


def test_what_was_observed_becomes_shots_findings_and_vectors(stores, archive, service, database):
    film = add_medium(stores, "a.mp4", "local")
    observe(stores, archive, film, {"objects": DOG, "text_in_image": EXIT})
    report = service.refresh()
    assert (report.contents, report.findings, report.unseen) == (1, 2, ())
    with PostgresStores.open(database) as other:
        sighting = other.sightings.get(film.content_id)
        assert [(f.kind, f.text, f.end_us) for f in sighting.findings] == [
            ("object", "dog", 2 * SECOND),
            ("text", "Ausgang", 3 * SECOND),
        ]
        assert [shot.end_us for shot in sighting.shots] == [60 * SECOND]
        assert set(other.texts.vectors_of(map(text_id, ("dog", "Ausgang")))) == {text_id("dog"), text_id("Ausgang")}


def test_nothing_new_writes_nothing(stores, archive, service):
    observe(stores, archive, add_medium(stores, "a.mp4"), {"objects": DOG})
    service.refresh()
    head = stores.outbox.head()
    assert service.refresh().contents == 0
    assert stores.outbox.head() == head


def test_a_further_analyzer_and_a_newer_model_make_it_anew(stores, archive, service):
    film = add_medium(stores, "a.mp4")
    observe(stores, archive, film, {"objects": DOG})
    service.refresh()
    observe(stores, archive, film, {"text_in_image": EXIT})
    assert service.refresh().contents == 1
    assert texts(stores, film) == ["Ausgang", "dog"]
    observe(stores, archive, film, {"objects": objects({0: [thing("cat")]})}, "v@2+1")
    service.refresh()
    assert texts(stores, film) == ["Ausgang", "cat"]


def test_only_the_contents_that_are_named(stores, archive, service):
    films = [add_medium(stores, name) for name in ("a.mp4", "b.mp4")]
    for film in films:
        observe(stores, archive, film, {"objects": DOG})
    assert service.refresh([films[1].content_id]).contents == 1
    assert stores.sightings.get(films[0].content_id) is None
    assert service.refresh().contents == 1


def test_a_damaged_content_stops_no_other_and_keeps_what_it_had(stores, archive, service):
    films = [add_medium(stores, name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    observe(stores, archive, films[0], {"objects": DOG})
    service.refresh()
    for film in films:
        observe(stores, archive, film, {"text_in_image": EXIT})
    for damaged in (films[0], films[1]):
        (receipt,) = (r for r in stores.observations.receipts(damaged.content_id) if r.key.analyzer == "text_in_image")
        archive.path(receipt.path).write_bytes(b"not what was written")
    report = service.refresh()
    assert {one.content_id for one in report.unseen} == {film.content_id for film in films[:2]}
    assert {one.code for one in report.unseen} == {"archive_damaged"}
    assert texts(stores, films[0]) == ["dog"]
    assert stores.sightings.get(films[1].content_id) is None
    assert texts(stores, films[2]) == ["Ausgang"]
    observe(stores, archive, films[1], {"text_in_image": EXIT})  # the segment has run again
    assert service.refresh().unseen == ()
    assert texts(stores, films[1]) == ["Ausgang"]


def test_without_a_text_model_findings_are_kept_and_get_their_vectors_later(stores, archive, service, vectors):
    film = add_medium(stores, "a.mp4")
    observe(stores, archive, film, {"objects": DOG})
    vectors.missing = True
    report = service.refresh()
    (unseen,) = report.unseen
    assert (unseen.content_id, unseen.code, unseen.remedy) == (
        film.content_id,
        "model_missing",
        "run: aima models build",
    )
    assert texts(stores, film) == ["dog"]
    head = stores.outbox.head()
    assert service.refresh().contents == 0
    assert stores.outbox.head() == head
    vectors.missing = False
    assert service.refresh().unseen == ()
    assert stores.texts.without_vector("m@1", ["dog"]) == []
    assert service.refresh().contents == 0


class Slow(Vectors):
    """Says when it is asked, and answers when it may."""

    def __init__(self, stores: PostgresStores) -> None:
        super().__init__(stores)
        self.asked, self.may = threading.Event(), threading.Event()

    def embed_missing(self, texts: Iterable[str]) -> int:
        self.asked.set()
        self.may.wait(20)
        return super().embed_missing(texts)


def test_what_was_read_before_never_replaces_what_was_read_after(stores, archive, service):
    film = add_medium(stores, "a.mp4")
    observe(stores, archive, film, {"objects": DOG})
    slow = Slow(stores)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(SightingService(stores, archive, slow).refresh)
        assert slow.asked.wait(20)
        observe(stores, archive, film, {"text_in_image": EXIT})
        second = pool.submit(service.refresh)
        wait([second], 0.5)  # it must not overtake the first
        slow.may.set()
        assert (first.result(20).contents, second.result(20).contents) == (1, 1)
    assert texts(stores, film) == ["Ausgang", "dog"]


def test_what_was_never_watched_has_no_sighting(stores, service):
    film = add_medium(stores, "a.mp4")
    job = Job(str(uuid.uuid4()), film.media_id, {"objects": {"model_version": "v@1", "digest": "0", "step_us": 1}})
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "failed", code="decoder_died")
    assert service.refresh().contents == 0
    assert stores.sightings.get(film.content_id) is None


class Stuck(SightingService):
    """Makes nothing anew."""

    def refresh(self, *_, **__) -> SightingReport:
        return SightingReport()


def test_verify_finds_what_lags_behind_its_observations_and_repairing_makes_it_anew(stores, archive, service, vectors):
    first, second = add_medium(stores, "a.mp4"), add_medium(stores, "b.mp4")
    projections = ProjectionService(stores, archive, {}, {"sightings": lambda: service})
    for medium in (first, second):
        observe(stores, archive, medium, {"objects": DOG})
    assert [(d.store, d.id) for d in projections.verify().found] == [
        ("sightings", content_id) for content_id in sorted([first.content_id, second.content_id])
    ]
    assert projections.verify(repair=True).ok
    assert texts(stores, first) == texts(stores, second) == ["dog"]
    assert projections.verify().found == ()
    observe(stores, archive, first, {"objects": objects({0: [thing("cat")], 1: [thing("cat")]})}, "v@2+1")
    (late,) = projections.verify().left
    assert (late.id, late.remedy) == (first.content_id, "aima verify --repair")
    stuck = Stuck(stores, archive, vectors)
    (left,) = ProjectionService(stores, archive, {}, {"sightings": lambda: stuck}).verify(repair=True).left
    assert left.remedy == "analyze the file again"
    vectors.missing = True
    assert projections.verify(repair=True).ok, "texts that wait for their model are nothing to be mended"
    assert texts(stores, first) == ["cat"]
