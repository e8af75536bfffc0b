"""Pages over many appearances: right, and answered by an index alone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from aima.domain.page import Totals
from aima.domain.person import appearance_id
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.engine import open_engine
from aima.stores.postgres.pages import PostgresPages, medium_query, person_query, totals_query
from aima.stores.postgres.schema import person_appearances as table
from tests.appearances_made import fill, heap_fetches, plan_of, scans
from tests.databases import connect
from tests.persons_made import SECOND, add_medium, made_run, made_track, record

ROWS = 50_000


@pytest.fixture(scope="module")
def many(make_database):
    """A database of its own with many appearances."""
    url = make_database()
    PostgresStores.open(url).close()
    with connect(url) as connection:
        fill(connection, ROWS)
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def busy(many) -> tuple[str, str]:
    """A person and a medium with many appearances."""
    with many.connect() as connection:
        return tuple(
            connection.scalars(select(column).group_by(column).order_by(func.count().desc()).limit(1)).one()
            for column in (table.c.person_id, table.c.media_id)
        )


@pytest.fixture
def film(stores):
    """A film in which one person is seen twice and another once."""
    film = add_medium(stores, "a.mp4")
    tracks = [made_track("a.mp4", 30, 40), made_track("a.mp4", 0, 10), made_track("a.mp4", 5, 8, left=400)]
    record(stores, made_run(tracks, (0, 1), (2,)))
    return film


def test_a_medium_by_time(stores, film):
    found = stores.pages.of_medium(film.media_id)
    assert [(s.start_us / SECOND, s.end_us / SECOND) for s in found] == [(0, 10), (5, 8), (30, 40)]
    assert found[0].person_id == found[2].person_id != found[1].person_id
    assert {s.appearance_id for s in found} == {appearance_id(a) for a in stores.persons.appearances()}
    assert stores.pages.of_medium("0f3c2a1b-0000-4000-8000-000000000000") == []


def test_a_person_page_by_page(stores, film):
    add_medium(stores, "b.mp4")
    tracks = [made_track("a.mp4", 30, 40), made_track("a.mp4", 0, 10), made_track("b.mp4", 5, 8)]
    record(stores, made_run(tracks, (0, 1, 2), inputs="both"))
    (person,) = {a.person_id for a in stores.persons.appearances()}
    first = stores.pages.of_person(person, 2)
    rest = stores.pages.of_person(person, 2, first[-1])
    assert (len(first), len(rest)) == (2, 1)
    everything = stores.persons.appearances_of([person])
    assert [(s.media_id, s.start_us) for s in first + rest] == [(a.media_id, a.start_us) for a in everything]
    assert stores.pages.totals(person) == Totals(3, 2, 23 * SECOND)


def test_nobody_is_seen_nowhere(stores):
    assert stores.pages.totals("0f3c2a1b-0000-4000-8000-000000000000") == Totals(0, 0, 0)


def test_each_query_reads_an_index_alone(many, busy):
    person, medium = busy
    after = PostgresPages(many).of_person(person, 20)[-1]
    queries = (person_query(person, 50), person_query(person, 50, after), totals_query(person), medium_query(medium))
    with many.connect() as connection:
        for query in queries:
            nodes = plan_of(connection, query)
            assert scans(nodes) == {"Index Only Scan"}, query
            assert heap_fetches(nodes) == 0, query


def test_pages_of_a_busy_person_have_everything_once(many, busy):
    pages = PostgresPages(many)
    totals = pages.totals(busy[0])
    assert totals.appearances > 500
    seen, after = [], None
    while page := pages.of_person(busy[0], 300, after):
        seen += page
        after = page[-1]
    assert len({stretch.appearance_id for stretch in seen}) == len(seen) == totals.appearances
    assert seen == sorted(seen, key=lambda s: (s.media_id, s.start_us, s.appearance_id))
    assert totals.media == len({s.media_id for s in seen})
    assert totals.screen_us == sum(s.end_us - s.start_us for s in seen)
