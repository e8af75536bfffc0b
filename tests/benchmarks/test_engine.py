"""The parts of the bench whose errors would look like figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.batch import FrameBatch
from aima.domain.media import Strip
from aima.media.gate import inspect
from aima.media.segments import plan_segments
from aima.settings import Media
from tests.benchmarks.engine import machines, media, replay, report
from tests.benchmarks.engine.peers import pack, unpack
from tests.benchmarks.engine.processes import Watch
from tests.benchmarks.engine.results import QUANTITIES, Figure, figure, ratio_of
from tests.benchmarks.engine.scaling import Outcome
from tests.media_made import write_clip

BURN = "import time\nwhile time.process_time() < {}: pass"
PARENT = """
import signal, subprocess, sys
signal.signal(signal.SIGCHLD, signal.{handler})
children = [subprocess.Popen([sys.executable, "-c", {burn!r}]) for _ in range(2)]
[child.wait() for child in children]
signal.pause()
"""


@pytest.mark.parametrize("handler", ["SIG_DFL", "SIG_IGN"])
def test_dead_grandchildren_count_once_whether_or_not_their_parent_was_credited(handler):
    code = PARENT.format(handler=handler, burn=BURN.format(1.6))
    with Watch(lambda: [os.getpid()]) as watch:
        parent = subprocess.Popen([sys.executable, "-c", code])
        children_gone(parent.pid)
    parent.kill()
    parent.wait()
    assert 2.2 < watch.spent.cpu_s < 3.8
    assert watch.spent.wall_s > 1.6


def children_gone(pid: int) -> None:
    """Wait until both children of a process have come and gone."""
    path, seen = Path(f"/proc/{pid}/task/{pid}/children"), 0
    while seen < 2 or path.read_text().split():
        seen = max(seen, len(path.read_text().split()))
        time.sleep(0.01)


def test_what_the_measuring_process_itself_does_costs_nothing():
    with Watch(lambda: [os.getpid()]) as watch:
        sum(i * i for i in range(3_000_000))
    assert watch.spent.cpu_s < 0.05


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    def paint(picture: np.ndarray, now: float) -> None:
        picture[:, :, 1] = np.uint8(40 * now)

    return write_clip(tmp_path_factory.mktemp("bench") / "film.mp4", 4.0, paint)


def test_a_clip_longer_than_its_film_goes_on_from_the_beginning(film, tmp_path):
    clip = media.cut(film, tmp_path / "long.mp4", 9.0)
    info = inspect(clip, Media())
    assert (info.duration_us, info.frames, info.partial) == (9_000_000, 225, False)
    assert shades(clip)[::50] == shades(film)[::50] * 2 + shades(film)[:25:50]


def test_a_clip_begins_at_the_keyframe_that_is_asked_for(film, tmp_path):
    assert media.keyframes(film) == [0.0, 2.0]
    clip = media.cut(film, tmp_path / "late.mp4", 1.0, start=2.0)
    assert shades(clip) == shades(film)[50:75]


def shades(path: Path) -> list[int]:
    """The green of each frame's middle."""
    with av.open(str(path)) as container:
        return [int(frame.to_ndarray(format="rgb24")[180, 320, 1]) for frame in container.decode(video=0)]


def test_observations_survive_the_way_between_processes():
    tables = {
        "one": pa.table({"pts_us": [1, 2], "faces": [[0.5], []]}),
        "none": pa.table({"pts_us": pa.array([], "i8")}),
    }
    assert unpack(pack(tables)) == tables


positive = st.floats(0.1, 100)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=7))
@settings(deadline=None, derandomize=True)
def test_a_ratio_lies_among_those_of_the_pairs(pairs):
    ratio = ratio_of([a for a, _ in pairs], [b for _, b in pairs])
    each = [a / b for a, b in pairs]
    assert min(each) - 1e-4 <= ratio <= max(each) + 1e-4


def test_a_ratio_is_that_of_pairs_and_not_of_medians():
    assert ratio_of([10, 40, 90], [10, 20, 60]) == 1.5


def test_figures_are_judged_by_their_ratio_where_there_is_a_peer():
    ours = figure("whole_job_cpu_loop", [110, 130], ("loop", [100, 100]))
    assert (ours.ratio, ours.is_met) == (1.2, True)
    assert figure("spilled_bytes", [0.0, 0.1, 0.2]).is_met is False
    assert figure("idle_servers", [3.0]).is_met is None


def test_a_part_of_the_bench_replaces_its_own_figures_and_keeps_the_others(tmp_path):
    path, page = tmp_path / "bench.json", tmp_path / "page.md"
    report.write([figure("idle_open", [5.0]), figure("idle_closed", [2.0])], path, page)
    report.write([figure("idle_closed", [0.5])], path, page)
    known = report.read(path)
    assert [(one.name, one.a.samples, one.is_met) for one in known] == [
        ("idle_open", (5.0,), True),
        ("idle_closed", (0.5,), True),
    ]
    assert [sorted(one) for one in json.loads(path.read_text())] == [
        ["a", "b", "goal", "how", "name", "ratio", "unit"]
    ] * 2
    assert "| idle_closed [% of a core] | 0.5 |" in page.read_text()


def test_every_figure_can_be_read_back_as_it_was():
    one = figure("marginal_cpu_loop", [0.5], ("loop", [0.49]))
    assert Figure.from_data(json.loads(json.dumps(one.as_data()))) == one


def test_a_simulated_film_has_a_segment_a_minute_and_is_next_to_nothing_to_decode(tmp_path):
    film = machines.slow_film(tmp_path / "film.mp4", 3)
    info = inspect(film, Media())
    borders = [(s.start_us, s.end_us) for s in plan_segments("content", info)]
    assert borders == [(0, 60_000_000), (60_000_000, 120_000_000), (120_000_000, 180_000_000)]
    assert info.width * info.height * info.frames < 1e6


def test_replaying_takes_the_recorded_time_for_the_frames_at_hand():
    options = replay.ReplayedOptions(stages={"decode": 0.2, "faces": 0.4}, speed=6.0)
    began = time.monotonic()
    table = replay.Replayed().analyze(batch(frames=3, step_us=1_000_000), options)
    assert 0.3 <= time.monotonic() - began < 2.0
    assert table["slept_s"].to_pylist() == pytest.approx([0.1] * 3)


def batch(frames: int, step_us: int) -> FrameBatch:
    """Black frames of a segment."""
    pts_us = np.arange(frames, dtype=np.int64) * step_us
    black = np.zeros((frames, 4, 4, 3), np.uint8)
    strip = Strip(black[..., 0], pts_us)
    return FrameBatch("content", 0, black, pts_us, strip, pa.table({"pts_us": pts_us}), (4, 4), step_us)


@pytest.mark.parametrize(
    ("workers", "wall_s", "loss"),
    [(1, 40.0, 0.0), (4, 10.0, 0.0), (4, 12.5, 0.2), (3, 14.0, 0.0)],
)
def test_what_a_cluster_loses_is_judged_by_what_so_many_segments_could_reach(workers, wall_s, loss):
    outcome = Outcome(workers, 40, 40, "done", wall_s, ideal_s=40.0, losses=0, nodes=workers)
    assert outcome.loss == pytest.approx(loss)


def test_every_quantity_says_how_it_is_measured():
    assert all(about["unit"] and about["how"] for about in QUANTITIES.values())
