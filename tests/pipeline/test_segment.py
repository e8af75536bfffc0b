"""One segment through one stage: stored columns are used, and one broken analyzer never stops the others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aima.analyzers.base import Analyzer, Options
from aima.domain.media import FrameChunk, MediaInfo, Problem, Segment, Strip
from aima.pipeline.plan import Step
from aima.pipeline.read import CHUNK, Gathered, sent_chunks
from aima.pipeline.runs import Run
from aima.pipeline.segment import SegmentWork
from aima.pipeline.task import SegmentTask, row, task_row
from aima.pipeline.write import read_observations
from aima.storage.archive import Archive

SEGMENT = Segment("c" * 64, 0, "sight", 0, 4_000_000)
INFO = MediaInfo("video", "mp4", "h264", 64, 48, 4_000_000, 5.0)


class Brightness(Analyzer[Options]):
    """Mean of each frame."""

    name, version, task, reads = "brightness", "1", None, ("frames",)
    adds = pa.schema([("brightness", pa.float32())])
    options_type = Options

    def analyze(self, batch, options):
        return self.table(batch.pts_us, {"brightness": batch.frames.mean((1, 2, 3)).astype(np.float32)})


class Doubled(Analyzer[Options]):
    """Twice the brightness."""

    name, version, task, reads = "doubled", "1", None, ("brightness",)
    adds = pa.schema([("doubled", pa.float32())])
    options_type = Options

    def analyze(self, batch, options):
        return self.table(batch.pts_us, {"doubled": [2 * v for v in batch.columns["brightness"].to_pylist()]})


class Broken(Brightness):
    """Fails on the second chunk."""

    def analyze(self, batch, options):
        if batch.pts_us[0] > 0:
            raise ValueError("cannot count")
        return super().analyze(batch, options)


class StripLength(Analyzer[Options]):
    """How many grey frames the segment has."""

    name, version, task, reads, scope = "strip_length", "1", None, ("strip",), "segment"
    adds = pa.schema([("length", pa.int32())])
    options_type = Options

    def analyze(self, batch, options):
        return self.table(batch.strip.pts_us[:1], {"length": [len(batch.strip.frames)]})


def chunks(frames: int = 20) -> list[FrameChunk]:
    pixels = np.arange(frames * 48 * 64 * 3, dtype=np.uint8).reshape(frames, 48, 64, 3)
    pts = np.arange(frames, dtype=np.int64) * 200_000
    strip = Strip(np.arange(frames * 5 * 12, dtype=np.uint8).reshape(frames * 5, 3, 4), np.arange(frames * 5) * 40_000)
    return [
        FrameChunk(
            pixels[n : n + CHUNK],
            pts[n : n + CHUNK],
            Strip(strip.frames[n * 5 : (n + CHUNK) * 5], strip.pts_us[n * 5 : (n + CHUNK) * 5]),
            (Problem("bad_packet", "media", f"chunk {n}"),) if n == 0 else (),
        )
        for n in range(0, frames, CHUNK)
    ]


def step(analyzer: type[Analyzer]) -> Step:
    return Step(analyzer.name, Options(), None, f"{analyzer.name}+1", "0" * 16, 200_000)


def through(archive, analyzers, wanted=None, stored=None, carries=(), given=None):
    names = tuple(wanted if wanted is not None else [a.name for a in analyzers])
    task = SegmentTask("/a.mp4", INFO, SEGMENT, names, stored or {}, attempt=2)
    runs = [Run(a(), step(a), task, archive) for a in analyzers]
    work = SegmentWork(task, runs, carries, 200_000, given if given is not None else task_row(task))
    for chunk in chunks():
        work.add(chunk)
    return work, {r.key.analyzer: r for r in work.finish(archive)}


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path)


def test_tables_of_all_chunks_become_one_and_problems_are_noted_once(archive):
    _, receipts = through(archive, [Brightness, Doubled, StripLength])
    assert receipts["brightness"].rows == 20
    assert read_observations(archive, receipts["strip_length"].path)["length"].to_pylist() == [100]
    assert [len(r.problems) for r in receipts.values()] == [1, 0, 0]
    assert {r.attempts for r in receipts.values()} == {2}


def test_a_broken_analyzer_and_what_hangs_on_it_fail_and_the_rest_goes_on(archive):
    work, receipts = through(archive, [Broken, Doubled, StripLength])
    assert set(receipts) == {"strip_length"}
    assert [(f.analyzer, f.code) for f in work.failures] == [
        ("brightness", "analyzer_failed"),
        ("doubled", "column_missing"),
    ]
    assert "cannot count" in work.failures[0].detail


def test_stored_observations_are_read_instead_of_computed(archive):
    _, first = through(archive, [Brightness])
    _, second = through(archive, [Broken, Doubled], ["doubled"], {"brightness": first["brightness"].path})
    assert set(second) == {"doubled"}
    expected = [2 * v for v in read_observations(archive, first["brightness"].path)["brightness"].to_pylist()]
    assert read_observations(archive, second["doubled"].path)["doubled"].to_pylist() == expected


def test_a_later_stage_gets_only_the_columns_it_reads(archive):
    work, _ = through(archive, [Brightness, Doubled], carries=("brightness",))
    sent = row("segment", task="{}", **work.carried())
    assert not sent["frames"][0].is_valid
    _, receipts = through(archive, [Doubled], given=sent)
    assert receipts["doubled"].rows == 20


def test_pixels_sent_to_another_stage_arrive_as_they_were_cut():
    gathered = Gathered()
    for chunk in chunks():
        gathered.add(chunk)
    arrived = list(sent_chunks(row("segment", task="{}", **gathered.columns())))
    assert len(arrived) == len(chunks())
    for sent, came in zip(chunks(), arrived, strict=True):
        assert np.array_equal(sent.frames, came.frames)
        assert np.array_equal(sent.strip.frames, came.strip.frames)
        assert sent.pts_us.tolist() == came.pts_us.tolist()
