"""Only what is missing runs."""

from __future__ import annotations

from aima.domain.job import Job
from aima.domain.media import MediaInfo, Medium, Segment
from aima.pipeline import resume
from aima.pipeline.plan import fused, make_plan, request_of
from aima.settings import Media
from tests.pipeline.test_plan import MODELS

CONTENT = "a" * 64
SEGMENTS = [Segment(CONTENT, n, "sight", n * 30_000_000, (n + 1) * 30_000_000) for n in range(2)]
PLAN = make_plan({"face_detector": {}, "face_embedder": {}}, MODELS, Media(), fused(1))
JOB = Job("j", "m", {step.analyzer: step.describe() for step in PLAN.steps}, request=request_of(PLAN, Media()))
DETECTOR, EMBEDDER = (step.key(CONTENT) for step in PLAN.steps)


def test_keys_of_a_job_are_those_of_its_plan():
    assert resume.keys(JOB.analyzers, CONTENT) == {"face_detector": DETECTOR, "face_embedder": EMBEDDER}


def test_what_was_observed_is_given_and_not_run_again():
    done = {(DETECTOR, 0), (DETECTOR, 1), (EMBEDDER, 1)}
    lacks = resume.missing(JOB.analyzers, SEGMENTS[0], done)
    assert lacks.wanted == ("face_embedder",)
    assert list(lacks.stored) == ["face_detector"]
    assert resume.complete(JOB.analyzers, SEGMENTS, done) == [("sight", 1)]


def test_a_task_brings_what_a_worker_needs():
    info = MediaInfo("video", "mp4", "h264", 640, 360, 60_000_000, 25.0)
    medium = Medium("m", CONTENT, "o", "a.mp4", "/a.mp4", 17, info)
    lacks = resume.missing(JOB.analyzers, SEGMENTS[0], {(DETECTOR, 0)})
    task = resume.task_of(medium, SEGMENTS[0], JOB, PLAN, lacks, attempt=2)
    assert (task.path, task.size, task.attempt, task.wanted) == ("/a.mp4", 17, 2, ("face_embedder",))
    assert task.plan == PLAN
    assert task.reading == JOB.request["reading"]


def test_nothing_is_left_when_all_is_done():
    done = {(key, s.no) for key in (DETECTOR, EMBEDDER) for s in SEGMENTS}
    assert resume.complete(JOB.analyzers, SEGMENTS, done) == [("sight", 0), ("sight", 1)]
    assert not resume.missing(JOB.analyzers, SEGMENTS[0], done).wanted


def test_segments_wait_for_the_analyzers_of_their_stream_alone():
    plan = make_plan({"face_detector": {}, "waveform": {}}, MODELS, Media(), fused(1))
    analyzers = {step.analyzer: step.describe() for step in plan.steps}
    own = {step.analyzer: step.key(CONTENT) for step in plan.steps}
    sound = Segment(CONTENT, 0, "sound", 0, 60_000_000)
    assert resume.missing(analyzers, sound, set()).wanted == ("waveform",)
    assert resume.missing(analyzers, SEGMENTS[0], set()).wanted == ("face_detector",)
    assert resume.complete(analyzers, [*SEGMENTS, sound], {(own["waveform"], 0)}) == [("sound", 0)]
    assert resume.complete(analyzers, [*SEGMENTS, sound], {(own["face_detector"], 0)}) == [("sight", 0)]


def test_a_stream_that_nobody_analyzes_is_no_concern():
    sound = Segment(CONTENT, 0, "sound", 0, 60_000_000)
    assert resume.concerned({"waveform": {}}, [*SEGMENTS, sound]) == [sound]
    assert resume.concerned(JOB.analyzers, [*SEGMENTS, sound]) == SEGMENTS
