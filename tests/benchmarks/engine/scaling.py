"""Simulated clusters: `python -m tests.benchmarks.engine.scaling`, and one of them: `... --nodes 4 --lose`.

Everything is real but the machines and the models: several Ray nodes share this computer, and an analyzer sleeps what
stages cost according to bench.json. So a cluster that one computer could not feed shows what the queue, the dispatcher
and the stream lose.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aima import local
from aima.bootstrap import open_services
from aima.settings import Settings
from tests.benchmarks.engine import machines, replay, report
from tests.benchmarks.engine.fleet import Notes, listening, resident, wait_for
from tests.benchmarks.engine.results import Figure, figure
from tests.benchmarks.engine.stack import folder, fresh, told
from tests.conftest import ONLY_POSTGRES, ROOT, make_home, make_settings

SEGMENTS, SEGMENT_S = 40, 60
SPEED = 30.0
SIZES = (1, 2, 4)
LOSING = 3
"""Nodes of the cluster that loses one."""
SAMPLE_FPS = 0.2
"""Frames are as good as free: what they cost is slept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job went. wall_s: from its first segment begun to the last one committed; ideal_s: what must be slept.
    losses: how often a worker, or all of them, went away with something in hand; nodes: that workers were on."""

    workers: int
    segments: int
    observed: int
    state: str
    wall_s: float
    ideal_s: float
    losses: int
    nodes: int

    @property
    def loss(self) -> float:
        """One less the efficiency, in terms of what so many segments on so many workers can reach."""
        possible = self.segments / (self.workers * math.ceil(self.segments / self.workers))
        return 1 - self.ideal_s / self.workers / self.wall_s / possible


def main() -> None:
    """All clusters one after the other; or, with settings on standard input, one."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.engine.scaling", description=__doc__)
    parser.add_argument("--nodes", type=int, help="only this many, on the server of the settings on standard input")
    parser.add_argument("--lose", action="store_true", help="take one away in the middle")
    parser.add_argument("--second", type=float, help="what a second of video costs; else as bench.json has it")
    given = parser.parse_args()
    costs = {"all": given.second} if given.second else recorded(ROOT / "bench.json")
    if given.nodes:
        print(json.dumps(asdict(one(Settings(**json.load(sys.stdin)), given.nodes, costs, lose=given.lose))))
        return
    with database() as settings:
        figures = list(measure(settings, ["--second", sum(costs.values())]))
    report.show(report.write(figures, ROOT / "bench.json", ROOT / "docs" / "benchmarks.md"))


def recorded(path: Path) -> dict[str, float]:
    """Stage costs by name, in seconds for a second of video."""
    found = {one.name: one.a.median for one in report.read(path) if one.quantity == "stage_cpu"}
    if not found:
        raise SystemExit("bench.json holds no stage costs: run make bench first, or give --second")
    return found


@contextmanager
def database() -> Iterator[Settings]:
    """PostgreSQL alone, in a home of its own."""
    settings = make_settings(make_home(), **ONLY_POSTGRES)
    local.start(settings)
    try:
        yield settings
    finally:
        local.stop(settings)
        shutil.rmtree(settings.home, ignore_errors=True)


def measure(settings: Settings, more: list[object]) -> Iterator[Figure]:
    """Each cluster in a process of its own, since Ray remembers."""
    for nodes in SIZES:
        found = Outcome(**told("scaling", ["--nodes", nodes, *more], settings))
        yield figure(f"scaling_loss.{nodes}", [found.loss], label=f"{nodes} nodes, {found.wall_s:.1f} s")
    found = Outcome(**told("scaling", ["--nodes", LOSING, "--lose", *more], settings))
    yield figure("scaling_lost_segments", [found.segments - found.observed], label=f"job {found.state}")


def one(settings: Settings, nodes: int, costs: Mapping[str, float], *, lose: bool) -> Outcome:
    """Bring up a cluster, warm a fleet on it, and run a job; `lose`: without the last node from the middle on."""
    replay.install()
    notes = Notes()
    listening(notes)
    wanted = {replay.NAME: {"stages": dict(costs), "speed": SPEED}}
    with folder(settings) as place, machines.cluster(nodes) as made, fresh(settings) as own:
        media = own.media.model_copy(update={"sample_fps": SAMPLE_FPS})
        ray = own.ray.model_copy(update={"address": made.address, "workers": nodes})
        placed = own.model_copy(update={"media": media, "ray": ray})
        with open_services(placed, logged=False) as services, resident(services):
            services.analyses.analyze([machines.slow_film(place / "first.mp4", nodes)], wanted)
            notes.clear()
            if lose:
                threading.Thread(target=_lose_one, args=(made, notes), daemon=True).start()
            found = services.analyses.analyze([machines.slow_film(place / "film.mp4", SEGMENTS)], wanted)
            medium = services.stores.media.get(found.files[0].media_id or "")
            assert medium is not None
            observed = len(services.stores.observations.receipts(medium.content_id))
    ideal_s = SEGMENTS * SEGMENT_S * sum(costs.values()) / SPEED
    return Outcome(
        nodes, SEGMENTS, observed, found.files[0].state, notes.wall_s, ideal_s, notes.losses, len(notes.nodes)
    )


def _lose_one(made: Any, notes: Notes) -> None:
    wait_for(lambda: notes.finished >= SEGMENTS // 3)
    working = [node for node in made.worker_nodes if node.node_id in notes.nodes]
    made.remove_node(working[-1], allow_graceful=False)


if __name__ == "__main__":
    main()
