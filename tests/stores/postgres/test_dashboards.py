from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from aima.domain.figures import ErrorFigure, KindFigure, PersonFigure, StageFigure
from aima.domain.job import Job
from aima.domain.media import Segment
from aima.domain.metric import Metric
from aima.domain.observation import ObservationKey, Receipt
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.dashboards import LOCK
from aima.stores.postgres.schema import segments
from tests.databases import connect
from tests.persons_made import SECOND, add_medium, made_run, made_track, record


@pytest.fixture
def archive(stores) -> PostgresStores:
    """Two films of a minute; one person in both, another in one; a job that failed and one that noted a problem."""
    films = [add_medium(stores, name) for name in ("a.mp4", "b.mp4")]
    tracks = [made_track("a.mp4", 0, 10), made_track("b.mp4", 5, 10), made_track("b.mp4", 20, 24, left=400)]
    record(stores, made_run(tracks, (0, 1), (2,)))
    for film, state, code in zip(films, ("done", "failed"), (None, "decoder_died"), strict=True):
        job = Job(str(uuid.uuid4()), film.media_id, {})
        stores.jobs.add(job)
        stores.jobs.set_state(job.job_id, state, code=code, problems=[{"code": "frame_damaged"}] * 2)
        key = ObservationKey(film.content_id, "objects", "centernet@1+1", "0")
        stores.observations.commit([Receipt(key, 0, f"{film.filename}.parquet", "0", 1, 1.5, 2.0, "n1")])
    heard = Segment(films[0].content_id, 0, "sound", 0, 58 * SECOND)
    with stores.engine.begin() as connection:
        connection.execute(insert(segments), [asdict(heard)])
    key = ObservationKey(films[0].content_id, "waveform", "waveform+1", "0")
    stores.observations.commit([Receipt(key, 0, "heard.parquet", "0", 1, 0.1, 0.2, "n1", stream="sound")])
    labels = {"kind": "video", "media_us": 60 * SECOND}
    stores.metrics.record([Metric("decode_cpu_s", 0.5, labels), Metric("error", 1.0, {"code": "worker_died"})])
    return stores


def test_figures_are_those_of_the_archive(archive):
    before = datetime.now(UTC)
    assert archive.dashboards.refresh()
    figures = archive.dashboards.figures(5)
    assert figures.refreshed_at >= before
    assert figures.kinds == (KindFigure("video", 2, 1, 2000, 120 * SECOND),)
    assert [(day.kind, day.media, day.duration_us) for day in figures.days] == [("video", 2, 120 * SECOND)]
    assert figures.stages == (
        StageFigure("objects", "centernet@1+1", "video", 2, 120 * SECOND, 3.0, 4.0),
        StageFigure("decode", "", "video", 1, 60 * SECOND, 0.5, None),
        StageFigure("waveform", "waveform+1", "video", 1, 58 * SECOND, 0.1, 0.2),
    )
    assert figures.stages[0].cpu_per_media_second == pytest.approx(0.025)
    errors = {(e.source, e.code): e.times for e in figures.errors}
    assert errors == {("job", "decoder_died"): 1, ("problem", "frame_damaged"): 4, ("attempt", "worker_died"): 1}
    assert all(isinstance(error, ErrorFigure) and error.last_at.tzinfo for error in figures.errors)
    storage = {one.what: (one.items, one.bytes) for one in figures.storage}
    assert storage["originals"] == (2, 2000)
    assert storage["observations"] == (3, None)
    assert storage["appearances"][0] == 3
    assert storage["database"][1] > 1_000_000


def test_persons_are_named_as_they_are_now_the_longest_seen_first(archive):
    archive.dashboards.refresh()
    first, second = archive.dashboards.figures(5).persons
    people = {person.person_id: person for person in archive.persons.all()}
    assert first == PersonFigure(first.person_id, people[first.person_id].label, 15 * SECOND, 2, 2)
    assert (second.screen_us, second.appearances, second.media) == (4 * SECOND, 1, 1)
    assert archive.dashboards.figures(1).persons == (first,)
    with archive.engine.connect() as connection:
        columns = connection.exec_driver_sql("SELECT * FROM figures_persons").keys()
    assert "name" not in columns, "a name that is forgotten must not stay in a view"


def test_figures_stay_as_they_were_until_they_are_made_anew(archive, database):
    archive.dashboards.refresh()
    old = archive.dashboards.figures(5)
    add_medium(archive, "c.mp4")
    assert archive.dashboards.figures(5) == old
    with PostgresStores.open(database) as other:
        assert other.dashboards.figures(5) == old
        assert other.dashboards.refresh()
    assert archive.dashboards.figures(5).kinds[0].media == 3


def test_they_can_be_read_while_they_are_made_anew(archive, database):
    archive.dashboards.refresh()
    with connect(database) as connection, connection.transaction():
        connection.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY figures_persons")
        assert len(archive.dashboards.figures(5).persons) == 2


def test_who_comes_second_leaves_it_to_the_first(archive, database):
    with connect(database) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        assert not archive.dashboards.refresh()
    assert archive.dashboards.refresh()
