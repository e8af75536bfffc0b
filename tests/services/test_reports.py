"""Reports: the state of a file in words that say what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aima.domain.media import MediaInfo, Medium, Problem, Segment
from aima.domain.observation import ObservationKey, Receipt
from aima.errors import MediaEmpty, MediaUnknown
from aima.pipeline.task import Failure, Finished
from aima.services.reports import Tally, ended, refused

INFO = MediaInfo("video", "mp4", "h264", 640, 360, 60_000_000, 25.0)
MEDIUM = Medium("m", "c", "o", "film.mp4", "/a/film.mp4", 1, INFO)
SEGMENTS = [Segment("c", n, "sight", n * 30_000_000, (n + 1) * 30_000_000) for n in range(2)]


def receipt(analyzer: str, *problems: Problem) -> Receipt:
    key = ObservationKey("c", analyzer, "v", "h")
    return Receipt(key, 0, "observations/x", "d", 1, 0.5, 0.6, "node", problems=problems)


def test_a_whole_film_is_done_without_a_remark():
    report = ended(MEDIUM, SEGMENTS, set(), Tally(), known=True)
    assert (report.state, report.known, report.code, report.whole) == ("done", True, None, True)


def test_what_failed_is_counted_and_the_reason_named():
    tally = Tally()
    tally.see(Failure(SEGMENTS[1], None, "decoder_died", "killed after 600 s of CPU"))
    report = ended(MEDIUM, SEGMENTS, {("c", 1)}, tally, known=False)
    assert (report.state, report.code, report.whole) == ("failed", "decoder_died", False)
    assert report.detail == "film.mp4: 1 of 2 segments failed: killed after 600 s of CPU"
    assert "AIMA_MEDIA__CHILD_CPU_S" in report.remedy


def test_a_worker_that_died_without_a_word_is_told_too():
    report = ended(MEDIUM, SEGMENTS, {("c", 0), ("c", 1)}, Tally(), known=False)
    assert report.code == "worker_died"
    assert "2 of 2" in (report.detail or "")
    assert report.remedy


@pytest.mark.parametrize(
    ("info", "code", "whole"),
    [
        (replace(INFO, kind="audio"), "nothing_to_see", True),
        (replace(INFO, partial=True), "partial", False),
    ],
)
def test_what_is_left_out_is_said(info, code, whole):
    report = ended(replace(MEDIUM, info=info), [], set(), Tally(), known=False)
    assert (report.state, report.code, report.whole) == ("done", code, whole)
    assert "film.mp4" in (report.detail or "")


def test_problems_and_cpu_are_added_up():
    tally = Tally()
    problem = Problem("bad_packet", "media", "at 3 s")
    tally.see(Finished(SEGMENTS[0], (receipt("face_detector", problem), receipt("shot_cuts")), 2.0))
    tally.see(Finished(SEGMENTS[1], (receipt("face_detector", problem),), 1.0))
    assert tally.cpu_s == {"decode": 3.0, "face_detector": 1.0, "shot_cuts": 0.5}
    report = ended(MEDIUM, SEGMENTS, set(), tally, known=False)
    assert report.cpu_s == tally.cpu_s
    assert ended(replace(MEDIUM, content_id="other"), [], set(), tally, known=True).cpu_s == {}
    assert (report.code, report.detail) == ("bad_packet", "2 problems, the first: at 3 s")


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
