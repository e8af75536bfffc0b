"""Reading: a file that is not the one that was taken in is refused before anything is decoded."""

from __future__ import annotations

import pytest

from aima.domain.media import MediaInfo, Segment
from aima.errors import MediaChanged, MediaMissing
from aima.pipeline.read import Readers
from aima.pipeline.task import SegmentTask
from aima.settings import Media

INFO = MediaInfo("video", "mp4", "h264", 64, 48, 4_000_000, 5.0)
SEGMENT = Segment("c" * 64, 0, "sight", 0, 4_000_000)


def test_a_file_of_another_size_is_refused(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"12345")
    with pytest.raises(MediaChanged, match=r"film\.mp4 has changed"):
        list(Readers().chunks(SegmentTask(str(path), INFO, SEGMENT, ("x",), size=4), Media()))


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(MediaMissing, match=r"gone\.mp4 cannot be read"):
        list(Readers().chunks(SegmentTask(str(tmp_path / "gone.mp4"), INFO, SEGMENT, ("x",), size=4), Media()))
