"""The stream on real Ray: results as they come, jobs of all kinds in one, and every death is told."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from aima.bootstrap.flow import RayFlow
from aima.errors import AnalysisFailed
from aima.pipeline.events import Begun, Ended, Lost, Stream
from aima.pipeline.plan import fused, split
from aima.pipeline.task import Failure, Finished, Progressed, SegmentTask
from aima.services.sample import portraits
from aima.settings import Settings
from tests.media_made import two_person_clip
from tests.pipeline.tasks_made import Heard, numbered, task_of

CUTS = {"shot_cuts": {}}
FACES = {"shot_cuts": {}, "face_detector": {}}
SLOW_FPS = 12.5
"""The detector needs some seconds for the clip at this rate."""


def is_end(event) -> bool:
    return isinstance(event, Finished | Lost | Ended) or (isinstance(event, Failure) and event.analyzer is None)


@pytest.fixture(scope="module")
def own(stack: Settings, tmp_path_factory) -> Settings:
    return stack.model_copy(update={"archive": tmp_path_factory.mktemp("archive")})


@pytest.fixture(scope="module")
def clip(own: Settings, tmp_path_factory) -> Path:
    return two_person_clip(tmp_path_factory.mktemp("stream") / "two.mp4", portraits(own), 8.0)


@pytest.fixture(scope="module")
def flow(own: Settings) -> Iterator[RayFlow]:
    with ExitStack() as at_end:
        yield RayFlow(own, at_end)


@pytest.fixture
def opened(flow: RayFlow) -> Iterator[Callable[..., tuple[Stream, Heard]]]:
    """Opens streams over two workers, or other places, and closes them."""
    with ExitStack() as at_end:

        def open_stream(places=fused(2)) -> tuple[Stream, Heard]:
            heard = Heard()
            stream = flow.open(places, heard)
            at_end.callback(stream.close, 0.0)
            return stream, heard

        yield open_stream


@pytest.fixture(scope="module")
def quick(own, clip) -> SegmentTask:
    return task_of(own, clip, CUTS, fused(2))


@pytest.fixture(scope="module")
def slow(own, clip) -> SegmentTask:
    return numbered(task_of(own, clip, FACES, fused(2), sample_fps=SLOW_FPS), 100)


def kill(settings: Settings, title: str) -> None:
    """Kill the one process of this test run's Ray that has such a title."""
    (pid,) = [
        p.pid for p in psutil.process_iter(["cmdline"]) if title in str(p.info["cmdline"]) and _is_of(settings, p)
    ]
    os.kill(pid, signal.SIGKILL)


def _is_of(settings: Settings, process: psutil.Process) -> bool:
    try:
        return process.environ().get("AIMA_HOME") == str(settings.home)
    except psutil.Error:
        return False


def test_the_workers_of_a_cluster_without_gpus_are_one_for_each_cpu(flow):
    choice = flow.choose()
    assert choice.places == flow.places() == fused(2)
    assert "2 CPUs" in choice.why


def test_segments_of_jobs_of_all_kinds_come_back_while_the_stream_stays_open(opened, own, clip, quick, slow):
    stream, heard = opened()
    assert stream.workers == 2
    stream.put(slow)
    stream.put(quick)
    first = heard.until(is_end)
    assert first.segment == quick.segment, "it does not wait for the slow one"
    assert [r.key.analyzer for r in first.receipts] == ["shot_cuts"]
    (begun,) = heard.of(Begun, 0)
    assert begun.node.node_id
    assert begun.node.name
    assert begun.node.gpu is None
    assert psutil.pid_exists(begun.pid)
    second = heard.until(is_end)
    assert second.segment == slow.segment
    assert {r.rows for r in second.receipts if r.key.analyzer == "face_detector"} == {8 * SLOW_FPS}
    progress = heard.of(Progressed, 100)
    assert [p.done_us for p in progress] == sorted({p.done_us for p in progress})
    assert progress[0].done_us < 1_000_000, "told after the first frames"
    with pytest.raises(queue.Empty):
        heard.until(lambda event: True, 1.5)
    other = numbered(task_of(own, clip, CUTS, fused(2), strip_long_side=64), 7)
    stream.put(other)
    third = heard.until(is_end)
    assert third.receipts[0].key != first.receipts[0].key
    broken = numbered(replace(quick, path="/nowhere/gone.mp4"), 8)
    stream.put(broken)
    assert heard.until(is_end).code == "media_missing"
    stream.close()
    assert heard.until(is_end) == Ended(None)


def test_a_killed_worker_loses_what_it_held_and_another_takes_its_place(opened, quick, slow):
    stream, heard = opened()
    stream.put(slow)
    begun = heard.until(lambda event: isinstance(event, Begun))
    stream.put(quick)
    heard.until(is_end)
    os.kill(begun.pid, signal.SIGKILL)
    for no in range(1, 4):
        stream.put(numbered(quick, no))
    for _ in range(4):
        heard.until(is_end)
    (lost,) = heard.of(Lost)
    assert lost.segment == slow.segment
    assert lost.is_suspect
    assert f"worker {begun.pid}" in lost.why
    assert sorted(e.segment.no for e in heard.of(Finished)) == [0, 1, 2, 3]
    stream.put(numbered(slow, 101))
    stream.put(numbered(slow, 102))
    pids = {heard.until(lambda event: isinstance(event, Begun)).pid for _ in range(2)}
    assert len(pids) == 2, "both places are taken again"
    assert begun.pid not in pids


def test_closing_waits_for_what_is_in_flight(opened, quick, slow):
    stream, heard = opened()
    tasks = [slow, *(numbered(quick, no) for no in range(3))]
    for task in tasks:
        stream.put(task)
    stream.close(120.0)
    heard.until(lambda event: isinstance(event, Ended))
    assert heard.events[-1] == Ended(None)
    assert {e.segment for e in heard.of(Finished)} == {task.segment for task in tasks}
    stream.close()


def test_closing_does_not_wait_for_longer_than_it_may(opened, slow):
    stream, heard = opened()
    stream.put(slow)
    begun = heard.until(lambda event: isinstance(event, Begun))
    stream.close(0.0)
    heard.until(lambda event: isinstance(event, Ended))
    assert heard.events[-1] == Ended(None)
    assert heard.of(Finished) == []
    psutil.wait_procs([psutil.Process(begun.pid)] if psutil.pid_exists(begun.pid) else [], 20)
    assert not psutil.pid_exists(begun.pid), "nobody works on for a stream that is over"


@pytest.mark.parametrize("victim", ["ray::ReadSegmentSource", "ray::Feed"])
def test_a_stream_whose_reader_or_feed_dies_ends_with_an_error_and_a_new_one_works(opened, own, quick, slow, victim):
    stream, heard = opened()
    stream.put(slow)
    heard.until(lambda event: isinstance(event, Progressed))
    kill(own, victim)
    ended = heard.until(lambda event: isinstance(event, Ended))
    assert isinstance(ended.error, AnalysisFailed)
    assert len(heard.of(Finished)) == (victim != "ray::Feed"), "without a feed nobody works on"
    stream.put(quick)
    stream.close()
    again, heard_again = opened()
    again.put(quick)
    assert isinstance(heard_again.until(is_end), Finished)


def test_a_split_plan_sees_the_same_as_a_fused_one(opened, own, clip):
    seen = []
    for places in (fused(1), split(1, 1)):
        stream, heard = opened(places)
        assert stream.workers == sum(place.workers for place in places)
        stream.put(task_of(own, clip, FACES, places))
        finished = heard.until(is_end)
        assert finished.decode_cpu_s > 0
        assert [event.stage for event in heard.of(Begun)] == list(range(len(places)))
        seen.append({(r.key, r.segment_no): r.sha256 for r in finished.receipts})
        stream.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) == len(FACES)
