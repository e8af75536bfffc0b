"""200 processes are killed between two writes; whoever goes on loses nothing, invents nothing, doubles nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import make_url

from aima import local
from aima.domain.batch import SOUND_RATE
from aima.services.sample import portraits
from aima.settings import Settings, Stores
from aima.stores.milvus import MilvusVectors
from aima.stores.mongo import MongoDocuments
from aima.telemetry.failpoints import DIED, POINTS, Point
from tests.databases import connect
from tests.faults.living import Material, live, observe
from tests.media.sounds import add_sound, tone
from tests.media_made import two_person_clip, write_picture

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("AIMA_TEST_KILLS", "200"))
PER_LIFE = 5
"""How often one archive is killed before it may end."""

SIDE_BY_SIDE = 2
SEED = 4


@dataclass
class Killings:
    """Which places have killed how often, and which archives were not as they should be."""

    died: Counter[Point] = field(default_factory=Counter)
    archives: int = 0
    slowest_s: float = 0.0
    wrong: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def count(self, name: Point) -> None:
        with self.lock:
            self.died[name] += 1


@pytest.fixture(scope="module")
def start() -> Callable[..., int]:
    """Runs a function in a process forked from one that has imported everything and opened nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tests.faults.living", "aima.bootstrap.analysis", "aima.bootstrap.projections", "aima.stores.mongo",
         "aima.stores.milvus", "aima.services.projections.vectors", "aima.services.projections.documents"]
    )  # fmt: skip

    def run(*arguments: object, of: Callable[..., None] = live) -> int:
        process = context.Process(target=of, args=arguments)
        process.start()
        process.join(timeout=300)
        assert process.exitcode is not None, "a process hangs"
        return process.exitcode

    return run


class Archives:
    """Makes archives, each with a database of its own and everything that hangs on its name, and removes them."""

    def __init__(self, settings: Settings, server_url: str, template: str, folder: Path) -> None:
        self._settings, self._server_url, self._template, self._folder = settings, server_url, template, folder
        self._turn = Lock()
        self.made: dict[str, Settings] = {}

    def make(self, name: str) -> Settings:
        with self._turn, connect(self._server_url) as connection:
            connection.execute(f'CREATE DATABASE "{self._template}_{name}" TEMPLATE "{self._template}"')
        url = make_url(self._server_url).set(drivername="postgresql+psycopg", database=f"{self._template}_{name}")
        postgres = url.render_as_string(hide_password=False)
        stores = self._settings.stores.model_copy(update={"postgres": postgres})
        self.made[name] = self._settings.model_copy(update={"stores": stores, "archive": self._folder / name})
        return self.made[name]

    def remove(self, name: str) -> None:
        settings = self.made.pop(name)
        with closing(MongoDocuments.open(local.mongo_url(settings), local.namespace(settings))) as documents:
            documents.drop_all()
        with closing(MilvusVectors.open(local.milvus_url(settings), local.namespace(settings))) as vectors:
            vectors.drop_all()
        with connect(self._server_url) as connection:
            connection.execute(f'DROP DATABASE "{self._template}_{name}" WITH (FORCE)')
        shutil.rmtree(settings.archive_dir, ignore_errors=True)


@pytest.fixture(scope="module")
def archives(settings, server_url, mongo_url, milvus_url, shared_migrated, tmp_path_factory) -> Iterator[Archives]:
    stores = Stores(postgres=server_url, mongo=mongo_url, milvus=milvus_url)
    elsewhere = settings.model_copy(update={"stores": stores})
    archives = Archives(
        elsewhere, server_url, str(make_url(shared_migrated).database), tmp_path_factory.mktemp("archives")
    )
    yield archives
    for name in tuple(archives.made):
        archives.remove(name)


@pytest.fixture(scope="module")
def material(settings, archives, start, tmp_path_factory) -> Material:
    """A clip of two persons with sound and two pictures, with everything that the models see and hear in them."""
    folder, faces = tmp_path_factory.mktemp("media"), portraits(settings)
    silent = two_person_clip(folder / "two.mp4", faces, seconds=4.0)
    clip = add_sound(silent, folder / "two.mkv", tone(4.0, SOUND_RATE), SOUND_RATE)
    pictures = [write_picture(folder / f"{name}.jpg", path, 0.9) for name, path in sorted(faces.items())]
    observed = archives.make("observed")
    given = Material((clip, pictures[0]), tuple(pictures[1:]), observed.archive_dir, folder / "kept")
    assert start(observed, given, of=observe) == 0
    return given


@pytest.fixture(scope="module")
def undisturbed(start, archives, material, tmp_path_factory):
    """What an archive that nobody kills comes to, and the places that it passes, in order."""
    told = tmp_path_factory.mktemp("undisturbed") / "told"
    assert start(archives.make("undisturbed"), material, None, told.with_suffix(".trace"), told) == 0
    return json.loads(told.read_text()), told.with_suffix(".trace").read_text().split()


def test_an_undisturbed_archive_passes_every_place_and_is_clean(undisturbed):
    outcome, trace = undisturbed
    assert outcome["differences"] == []
    assert set(trace) == set(POINTS)
    same = outcome["same"]
    assert same["jobs"] == [1, 1, 1]
    assert len(same["persons"]) >= 2
    assert sum(map(len, same["vectors"].values())) > 5


def plan(trace: list[Point], number: int) -> list[tuple[Point, int]]:
    """Where the processes of one archive die, one after the other: every place in turn, at any of its passages.

    Who goes on passes a place about as often as the undisturbed process did from there on, and sooner if it has to do
    something again.
    """
    chance = random.Random(f"{SEED}-{number}")
    names = sorted(set(trace))
    chosen = {names[turn % len(names)] for turn in range(number * PER_LIFE, (number + 1) * PER_LIFE)}
    deaths = sorted(chance.choice([at for at, name in enumerate(trace) if name == wanted]) for wanted in chosen)
    starts = [0, *(at + 1 for at in deaths)]
    return [(trace[at], trace[start : at + 1].count(trace[at])) for start, at in zip(starts, deaths, strict=False)]


def test_who_is_killed_anywhere_goes_on_where_it_was(start, archives, material, undisturbed, tmp_path):
    reference, trace = undisturbed
    killings = Killings()

    def run_archive(number: int) -> None:
        settings = archives.make(f"killed{number}")
        points = []
        for point in plan(trace, number):
            code = start(settings, material, point)
            if code == DIED:
                points.append(point)
                killings.count(point[0])
            elif code != 0:
                killings.wrong.append(f"archive {number} after {points}: a process ended with {code} before {point}")
        told = tmp_path / f"{number}.json"
        code = start(settings, material, None, None, told)
        if code != 0:
            killings.wrong.append(f"archive {number} killed at {points}: cannot go on ({code})")
            return
        judge(json.loads(told.read_text()), reference, f"archive {number} killed at {points}", killings)
        print(f"archive {number} went on after {', '.join(f'{name} {count}' for name, count in points)}", flush=True)

    begins, number = time.monotonic(), 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        while killings.died.total() < KILLS and not killings.wrong:
            some = range(number, number + 2 * SIDE_BY_SIDE)
            list(pool.map(run_archive, some))
            for done in some:
                archives.remove(f"killed{done}")  # when nobody lives: Milvus Lite drops an alias at a time
            number = some.stop
    print(report(killings, time.monotonic() - begins))
    assert killings.wrong == []
    assert killings.died.total() >= KILLS
    assert set(killings.died) == set(POINTS) or killings.died.total() < 100
    assert killings.slowest_s < 30


def judge(outcome: dict, reference: dict, what: str, killings: Killings) -> None:
    with killings.lock:
        killings.archives += 1
        killings.slowest_s = max(killings.slowest_s, outcome["seconds"])
        killings.wrong += [f"{what}: {difference}" for difference in outcome["differences"]]
        for name, value in reference["same"].items():
            if outcome["same"][name] != value:
                killings.wrong.append(f"{what}: {name} is {outcome['same'][name]}, not {value}")


def report(killings: Killings, seconds: float) -> str:
    lines = [f"{name:<28}{count:>4}" for name, count in sorted(killings.died.items())]
    total = f"{killings.died.total()} killed in {killings.archives} archives, {seconds:.0f} s"
    return "\n".join(["", *lines, total, f"slowest verification {killings.slowest_s:.2f} s"])
