"""Costs: per analysed frame, videos by size, pictures together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aima.domain.media import MediaInfo, Medium
from aima.evaluation.costs import Spent, costs, sound_costs
from aima.evaluation.taking import Taken
from aima.services.fusion import Watched
from aima.services.reports import FileReport
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


def heard(name: str, seconds: float, **cpu_s: float) -> tuple[Medium, FileReport]:
    info = MediaInfo("audio", "wav", "pcm", 0, 0, round(seconds * 1e6), 0.0, has_sound=True)
    return replace(made_medium(name, "owner"), info=info), FileReport(name, "done", cpu_s=cpu_s)


def test_sound_costs_are_per_second_and_every_content_counts_once():
    found = {
        "a.wav": heard("a.wav", 10, decode=0.5, speech=1.0),
        "same.wav": heard("a.wav", 10, decode=0.5, speech=1.0),
        "b.wav": heard("b.wav", 30, speech=3.0),
        "known.wav": heard("known.wav", 100),
    }
    taken = Taken(
        {file: medium for file, (medium, _) in found.items()}, {file: told for file, (_, told) in found.items()}
    )
    assert sound_costs(taken) == ({"total": 0.1125, "decode": 0.0125, "speech": 0.1}, 40.0)


def test_without_sound_there_is_no_cost_of_it():
    assert sound_costs(Taken()) == (None, 0.0)
