"""What becomes of labelled files that cannot be taken."""

from __future__ import annotations

from aima.evaluation.taking import Taken, reason, take
from aima.evaluation.truth import Truth
from aima.services.reports import FileReport
from tests.evaluation.workspaces import workspace_over


def test_files_that_are_not_there_start_nothing(stores, settings, tmp_path):
    (tmp_path / "folder.wav").mkdir()
    with workspace_over(settings, stores, tmp_path / "archive") as workspace:
        taken = take(workspace, Truth(tmp_path), ["gone.wav", "folder.wav"], ["no_such_analyzer"])
    assert taken.failed == {
        "folder.wav": "media_missing: folder.wav is no file",
        "gone.wav": "media_missing: gone.wav does not exist",
    }
    assert (taken.media, taken.cpu_s) == ({}, 0.0)


def test_what_failed_is_told_with_what_is_missing():
    refused = FileReport("b.wav", "failed", code="media_corrupt", detail="torn")
    done = FileReport("c.wav", "done")
    taken = Taken(files={"b.wav": refused, "c.wav": done}, missing={"a.wav": "media_missing: a.wav"})
    assert taken.failed == {"a.wav": "media_missing: a.wav", "b.wav": "media_corrupt: torn"}
    assert reason(refused) == "media_corrupt: torn"
