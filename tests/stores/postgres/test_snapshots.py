"""Answers of several statements are of one moment, although others change everything in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from aima.domain import decisions
from aima.domain.finding import Shot, Sighting
from aima.domain.speech import Hearing
from aima.stores.postgres import PostgresStores
from tests.hearings_made import made_hearing
from tests.persons_made import SECOND, add_medium, content, made_run, made_track, record

NAME = "a.mp4"
READS: dict[str, Callable[[PostgresStores], object]] = {
    "persons.digest": lambda stores: stores.persons.digest(),
    "kept.of": lambda stores: stores.kept.of([content(NAME)]),
    "sightings.get": lambda stores: stores.sightings.get(content(NAME)),
    "hearings.get": lambda stores: heard(stores.hearings.get(content(NAME))),
    "dashboards.figures": lambda stores: stores.dashboards.figures(10),
}


def heard(hearing: Hearing) -> tuple[object, ...]:
    """What of a hearing can be compared."""
    return hearing.input_hash, [speaker.seconds for speaker in hearing.speakers], hearing.turns, hearing.utterances


def change(stores: PostgresStores, times: int) -> None:
    """Another run with other persons, other sightings, other figures."""
    tracks = [made_track(NAME, 0, 5 + times), made_track(NAME, 10, 12 + times, left=400)]
    record(stores, made_run(tracks, *([[0, 1]] if times else [[0], [1]]), inputs=str(times)))
    shot = Shot(0, 0, (times + 1) * SECOND)
    stores.sightings.record(Sighting(content(NAME), f"inputs {times}", (shot,), ()))
    stores.hearings.record(made_hearing(NAME, [(0, 1, 0, f"Number {times}.")], inputs=str(times)))
    somebody = next(person.person_id for person in stores.persons.all() if person.state == "active")
    stores.ledger.decide(lambda state: decisions.name(state, somebody, f"Name {times}"), "local")
    stores.dashboards.refresh()


@contextmanager
def before_the_second_statement(stores: PostgresStores, do: Callable[[], None]) -> Iterator[list[str]]:
    """Something is done once, before the second statement of whoever reads. Gives the statements."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)
        if len(seen) == 2:
            do()

    event.listen(stores.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(stores.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", READS)
def test_an_answer_is_of_one_moment(stores: PostgresStores, database: str, name: str) -> None:
    add_medium(stores, NAME)
    change(stores, 0)
    read = READS[name]
    before = read(stores)
    with (
        PostgresStores.open(database) as others,
        before_the_second_statement(stores, lambda: change(others, 1)) as statements,
    ):
        meanwhile = read(stores)
    assert len(statements) > 1
    assert meanwhile == before
    assert read(stores) != before
