"""Only what is missing runs."""

from __future__ import annotations

from aima.domain.media import MediaInfo, Medium, Segment
from aima.pipeline import resume
from aima.pipeline.plan import fused, make_plan
from aima.settings import Media
from tests.pipeline.test_plan import MODELS

INFO = MediaInfo("video", "mp4", "h264", 640, 360, 60_000_000, 25.0)
CONTENT = "a" * 64
SEGMENTS = {CONTENT: [Segment(CONTENT, n, "sight", n * 30_000_000, (n + 1) * 30_000_000) for n in range(2)]}
PLAN = make_plan({"face_detector": {}, "face_embedder": {}}, MODELS, Media(), fused(1))


def medium(owner: str) -> Medium:
    return Medium(f"medium-of-{owner}", CONTENT, owner, "a.mp4", "/a.mp4", 1, INFO)


def test_equal_bytes_of_two_owners_are_one_piece_of_work():
    tasks = resume.missing(PLAN, [medium("a"), medium("b")], SEGMENTS, set())
    assert [t.segment.no for t in tasks] == [0, 1]
    assert all(t.wanted == ("face_detector", "face_embedder") for t in tasks)


def test_what_was_observed_is_given_and_not_run_again():
    detector, embedder = (step.key(CONTENT) for step in PLAN.steps)
    done = {(detector, 0), (detector, 1), (embedder, 1)}
    (task,) = resume.missing(PLAN, [medium("a")], SEGMENTS, done)
    assert task.segment.no == 0
    assert task.wanted == ("face_embedder",)
    assert list(task.stored) == ["face_detector"]


def test_nothing_is_left_when_all_is_done():
    done = {(key, s.no) for key in resume.keys(PLAN, [CONTENT]) for s in SEGMENTS[CONTENT]}
    assert resume.missing(PLAN, [medium("a")], SEGMENTS, done) == []
