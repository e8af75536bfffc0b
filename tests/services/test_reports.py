"""Reports: the state of a file in words that say what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aima.domain.job import Job
from aima.domain.media import MediaInfo, Medium
from aima.domain.queue import SegmentFailure
from aima.errors import MediaEmpty, MediaUnknown
from aima.services.reports import Verdict, judged, known, refused, told

INFO = MediaInfo("video", "mp4", "h264", 640, 360, 60_000_000, 25.0)
MEDIUM = Medium("m", "c", "o", "film.mp4", "/a/film.mp4", 1, INFO)


def test_a_whole_film_is_done_without_a_remark():
    assert judged(MEDIUM, 2, set(), (), ()) == Verdict("done")


def test_what_failed_is_counted_and_the_reason_named():
    failures = (SegmentFailure(0, "worker_died", "no"), SegmentFailure(1, "decoder_died", "killed after 600 s of CPU"))
    verdict = judged(MEDIUM, 2, {("sight", 1)}, failures, ())
    assert (verdict.state, verdict.code) == ("failed", "decoder_died")
    assert verdict.detail == "film.mp4: 1 of 2 segments failed: killed after 600 s of CPU"


def test_a_job_that_was_broken_off_is_told_too():
    verdict = judged(MEDIUM, 2, {("sight", 0), ("sound", 0)}, (), ())
    assert (verdict.state, verdict.code) == ("failed", "interrupted")
    assert "2 of 2" in (verdict.detail or "")


def test_what_failed_is_told_of_its_own_stream():
    failures = (SegmentFailure(0, "worker_died", "no"), SegmentFailure(0, "decoder_died", "killed", "sound"))
    assert judged(MEDIUM, 3, {("sound", 0)}, failures, ()).code == "decoder_died"


@pytest.mark.parametrize(
    ("info", "segments", "code", "words"),
    [
        (replace(INFO, kind="audio"), 0, "nothing_fits", "has no pictures"),
        (INFO, 0, "nothing_fits", "has no sound that can be heard"),
        (replace(INFO, partial=True), 1, "partial", "what could be read was analysed"),
    ],
)
def test_what_is_left_out_is_said(info, segments, code, words):
    medium = replace(MEDIUM, info=info)
    verdict = judged(medium, segments, set(), (), ())
    assert (verdict.state, verdict.code) == ("done", code)
    assert verdict.detail.startswith("film.mp4")
    assert words in verdict.detail
    assert known(medium, segments).code == code
    assert known(medium, segments).whole == (code != "partial")


def test_sound_that_cannot_be_decoded_is_a_problem_of_its_own():
    details = {"sound_problem": "it cannot be decoded", "warning": "its sound is left out: it cannot be decoded"}
    verdict = judged(replace(MEDIUM, info=replace(INFO, partial=True, details=details)), 1, set(), (), ())
    assert (verdict.state, verdict.code) == ("done", "partial")
    assert [(p["code"], p["analyzer"]) for p in verdict.problems] == [("sound_undecodable", "media")]


def test_problems_are_kept_and_the_first_is_told():
    noted = [{"code": "bad_packet", "analyzer": "media", "detail": f"at {n} s"} for n in (3, 4)]
    verdict = judged(MEDIUM, 2, set(), (), noted)
    assert (verdict.code, verdict.detail) == ("bad_packet", "2 problems, the first: at 3 s")
    assert verdict.problems == tuple(noted)


@pytest.mark.parametrize(
    ("job", "state", "code", "remedy"),
    [
        (Job("j", "m", {}, "done"), "done", None, ""),
        (Job("j", "m", {}, "done", code="partial", detail="film.mp4: short"), "done", "partial", "copy it again"),
        (Job("j", "m", {}, "failed", code="decoder_died"), "failed", "decoder_died", "AIMA_MEDIA__CHILD_CPU_S"),
        (Job("j", "m", {}, "failed", code="worker_died"), "failed", "worker_died", "only what is missing runs"),
        (Job("j", "m", {}, "cancelled"), "failed", "cancelled", "only what is missing runs"),
        (Job("j", "m", {}, "queued"), "queued", None, ""),
    ],
)
def test_a_job_is_told_as_the_report_of_its_file(job, state, code, remedy):
    report = told(MEDIUM, job, {"decode": 1.5})
    assert (report.path, report.media_id, report.job_id) == ("/a/film.mp4", "m", "j")
    assert (report.state, report.code, report.cpu_s) == (state, code, {"decode": 1.5})
    assert remedy in report.remedy


def test_a_refused_file_keeps_the_words_of_its_error():
    report = refused(Path("/a/b.mp4"), MediaEmpty("/a/b.mp4 is empty", "copy it again"), named=False)
    assert (report.state, report.code, report.remedy) == ("failed", "media_empty", "copy it again")


@pytest.mark.parametrize(
    ("name", "named", "state"),
    [
        ("notes.txt", False, "skipped"),
        ("notes.txt", True, "failed"),
        ("film.mp4", False, "failed"),
        ("x", False, "skipped"),
    ],
)
def test_what_is_no_medium_by_name_and_content_is_skipped_unless_it_was_asked_for(name, named, state):
    report = refused(Path("/a") / name, MediaUnknown(f"{name} is no medium"), named)
    assert report.state == state
    assert report.whole == (state == "skipped")
