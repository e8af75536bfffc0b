"""Media that several tests share."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
import pytest

from aima.domain.media import MediaInfo, Problem, Segment
from aima.media.contained.keeper import KEEPER
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.settings import Media
from tests.media.making import pattern, write_video

SHARED = Path(os.environ.get("AIMA_TEST_MEDIA", Path(__file__).parents[3] / "shared" / "data"))


@dataclass
class Reading:
    """All chunks of some segments joined."""

    frames: npt.NDArray[np.uint8]
    pts_us: list[int]
    strip: npt.NDArray[np.uint8]
    strip_us: list[int]
    problems: list[Problem]


def read(reader: SegmentReader, borders: list[int]) -> Reading:
    chunks = [
        chunk
        for number, (start, end) in enumerate(itertools.pairwise(borders))
        for chunk in reader.chunks(Segment("content", number, "sight", start, end))
    ]
    return Reading(
        np.concatenate([chunk.frames for chunk in chunks]),
        [int(at) for chunk in chunks for at in chunk.pts_us],
        np.concatenate([chunk.strip.frames for chunk in chunks]),
        [int(at) for chunk in chunks for at in chunk.strip.pts_us],
        [problem for chunk in chunks for problem in chunk.problems],
    )


def read_all(path: Path, options: Media | None = None, decoder: str = "pyav") -> tuple[MediaInfo, Reading]:
    """What the gate says of a file, and everything the reader gives."""
    options = options or Media()
    info = inspect(path, options)
    with SegmentReader(path, info, options, decoder) as reader:
        return info, read(reader, [0, max(info.duration_us, 200_000)])


def decoders() -> list[psutil.Process]:
    """The contained children of this process: those that its nursery has forked. There are no other children."""
    started = psutil.Process().children(recursive=True)
    return [process for process in started if process.pid != KEEPER.pid]


@pytest.fixture(scope="session")
def plain_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 frames at 25 per second with sound, a keyframe every 10."""
    path = tmp_path_factory.mktemp("media") / "plain.mp4"
    return write_video(path, [pattern(number) for number in range(60)], sound=True)


@pytest.fixture
def hostile() -> Callable[[str], Path]:
    """A file of the shared hostile set; skips where it is not there."""

    def find(name: str) -> Path:
        path = SHARED / "hostile" / name
        if not path.is_file():
            pytest.skip("no shared test media (AIMA_TEST_MEDIA)")
        return path

    return find
