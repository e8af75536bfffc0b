"""The resident fleet: seen while it sleeps, gone when it is told to stop, anew when other models are to answer."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aima.bootstrap import Services, open_services
from aima.bootstrap.resident import ResidentFleet
from aima.domain.job import Job
from aima.domain.queue import Fleet
from aima.settings import Settings
from aima.stores.postgres import PostgresStores
from tests.conftest import NO_RAY, NOBODY, make_settings
from tests.persons_made import add_medium

NAME = "somewhere"


@pytest.fixture
def alone(tmp_path, database: str) -> Settings:
    """Settings with a database and no other server."""
    stores = {"postgres": database, "mongo": f"mongodb://{NOBODY}", "milvus": f"http://{NOBODY}"}
    return make_settings(tmp_path, stores=stores, ray=NO_RAY)


@pytest.fixture
def beats() -> list[float]:
    return []


@pytest.fixture
def running(alone: Settings, beats: list[float]) -> Iterator[ResidentFleet]:
    """A fleet at work in a thread."""
    fleet = ResidentFleet(alone, NAME, lambda: beats.append(time.monotonic()))
    thread = threading.Thread(target=fleet.run)
    thread.start()
    yield fleet
    fleet.stop()
    thread.join(60)
    assert not thread.is_alive()


def within(seconds: float, what: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
    return found


def queue_a_film(stores: PostgresStores) -> None:
    medium = add_medium(stores, "film.mp4")
    stores.queue.submit(Job(str(uuid.uuid4()), medium.media_id, {}), stores.media.segments(medium.content_id))


def test_it_is_seen_while_it_sleeps_and_gone_when_it_stopped(running, beats, stores):
    (fleet,) = within(60, stores.queue.fleets)
    assert (fleet.name, fleet.state) == (NAME, "closed")
    assert beats
    running.stop()
    within(60, lambda: not stores.queue.fleets())


def test_what_an_earlier_life_held_is_free_at_once(alone, stores):
    queue_a_film(stores)
    killed = Fleet("killed", NAME, "elsewhere", 1, "working")
    stores.queue.show(killed)
    assert len(stores.queue.lease(killed.fleet_id, 1, 3600.0)) == 1
    fleet = ResidentFleet(alone, NAME, lambda: None)
    fleet_thread = threading.Thread(target=fleet.run)
    fleet_thread.start()
    within(60, lambda: killed.fleet_id not in {one.fleet_id for one in stores.queue.fleets()})
    fleet.stop()
    fleet_thread.join(60)
    assert stores.queue.fleets() == []


def test_it_wakes_for_what_is_queued_and_begins_anew_when_a_model_is_switched(running, alone, stores):
    sleeping = within(60, stores.queue.fleets)[0].fleet_id
    queue_a_film(stores)
    awake = within(60, lambda: [fleet for fleet in stores.queue.fleets() if fleet.fleet_id != sleeping])[0].fleet_id
    with open_services(alone, logged=False) as services:
        switch(services)
    anew = within(60, lambda: [f for f in stores.queue.fleets() if f.fleet_id not in {sleeping, awake}])
    assert [fleet.name for fleet in anew] == [NAME]


def switch(services: Services) -> None:
    assert services.models.switch("image_embedding", "mobilenet_v2", force=True).changed
