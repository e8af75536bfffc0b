"""Memory does not grow with the length of a medium: an hour takes what ten minutes take.

Two sets of analyzers: faces and cuts, at one frame a second, over an hour; and all that are used by default, over
twenty minutes. The shorter film goes first, so what it leaves behind counts against the longer one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aima.analyzers.registry import DEFAULT
from aima.bootstrap import open_services
from aima.services.sample import portraits
from aima.settings import Settings
from tests.faults.conftest import fleet
from tests.faults.films import SCENE_S, make_film
from tests.faults.killing import Hunt
from tests.faults.memory import MemoryWatch, Peak

pytestmark = [pytest.mark.faults, pytest.mark.long]

GROWTH, MORE = 1.05, 100 << 20
LONG_S = 7200.0
FEW = ("face_detector", "face_embedder", "shot_cuts")


@pytest.mark.parametrize(
    ("analyzers", "fps", "minutes"), [(FEW, 1.0, (10, 60)), (DEFAULT, 5.0, (10, 20))], ids=["hour", "default"]
)
def test_a_longer_film_takes_no_more(
    settings: Settings, tmp_path: Path, analyzers: tuple[str, ...], fps: float, minutes: tuple[int, int]
) -> None:
    faces, wanted = portraits(settings), {name: {} for name in analyzers}
    films = [make_film(tmp_path / f"{m}.mp4", faces, math.ceil(m * 60 / SCENE_S), seed=m) for m in minutes]
    with fleet(media={"sample_fps": fps}) as running:
        short, long = (peak_of(running, film, wanted) for film in films)
    print(f"{minutes[0]} min: {short}", f"{minutes[1]} min: {long}", sep="\n", flush=True)
    assert long.pss <= GROWTH * short.pss + MORE
    assert short.spilled == long.spilled == 0


def peak_of(running: Settings, film: Path, wanted: Mapping[str, Mapping[str, Any]]) -> Peak:
    """Analyse a film with the worker of the stack, and watch."""
    with MemoryWatch(running) as watch:
        with open_services(running) as services:
            services.analyses.analyze([film], wanted, wait=False)
            (job_id,) = [p.job.job_id for p in services.stores.queue.progress() if p.filename == film.name]
        ended = Hunt(running, job_id, ()).run(LONG_S)
    assert (ended.state, ended.code) == ("done", None), ended.detail
    return watch.peak
