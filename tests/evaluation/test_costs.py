"""Costs: per analysed frame, videos by size, pictures together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aima.domain.media import MediaInfo
from aima.evaluation.costs import Spent, costs
from aima.services.fusion import Watched
from tests.persons_made import made_medium


def spent(name, kind, width, height, frames, faces, **cpu_s) -> Spent:
    info = MediaInfo(kind, "x", "x", width, height, 1_000_000, 25.0)
    medium = replace(made_medium(name, "owner"), info=info)
    return Spent(medium, Watched(medium.content_id, (), (), frames, faces), cpu_s)


def test_videos_of_one_size_and_all_pictures_are_put_together():
    small, large, pictures = costs(
        [
            spent("p.jpg", "image", 900, 900, 1, 1, decode=0.1),
            spent("b.mp4", "video", 1280, 720, 10, 0, decode=0.2, face_detector=0.5),
            spent("q.jpg", "image", 100, 50, 1, 4, decode=0.3),
            spent("a.mp4", "video", 1280, 720, 30, 60, decode=0.2, face_detector=1.5),
            spent("c.mp4", "video", 640, 360, 5, 5, decode=0.05),
        ]
    )
    assert [small.size, large.size] == ["640x360", "1280x720"]
    assert (large.files, large.frames, large.faces) == (2, 40, 1.5)
    assert large.ms_per_frame == {"decode": 10.0, "face_detector": 50.0}
    assert large.total == pytest.approx(60.0)
    assert (pictures.kind, pictures.size, pictures.files) == ("image", "100x50 - 900x900", 2)
    assert pictures.faces == 2.5


def test_what_had_no_frames_costs_nothing_that_could_be_told():
    assert costs([spent("a.mp4", "video", 640, 360, 0, 0, decode=1.0)]) == ()
