from __future__ import annotations

import logging

from aima.domain.media import Segment
from aima.pipeline.task import Failure
from aima.services import journal

SEGMENT = Segment("content", 4, "sight", 0, 1)


def test_failures_and_ends_of_jobs_are_logged_with_the_ids_they_are_about(caplog):
    caplog.set_level(logging.INFO, "aima")
    journal.segment_failed("job", Failure(SEGMENT, "emotion", "model_corrupt", "/media/somebody.mp4: broken"))
    journal.job_ended("job", "failed", "model_corrupt", media_id="medium")
    journal.job_ended("job", "done", None)
    failed, ended, done = caplog.records
    assert failed.fields == {
        "job_id": "job",
        "content_id": "content",
        "segment": "sight 4",
        "analyzer": "emotion",
        "code": "model_corrupt",
    }
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "INFO"]
    assert (ended.fields["media_id"], ended.fields["code"], done.fields["state"]) == ("medium", "model_corrupt", "done")
    assert "somebody" not in caplog.text


def test_what_was_lost_and_where_a_job_began_is_logged(caplog):
    caplog.set_level(logging.INFO, "aima")
    journal.job_begun("job", "node-1")
    journal.segment_lost(("job", "sight", 4), "its worker died", is_suspect=True)
    journal.workers_lost("analysis_failed", "Ray gave up", 3)
    begun, lost, workers = (record.fields for record in caplog.records)
    assert begun == {"job_id": "job", "node": "node-1"}
    assert lost == {"job_id": "job", "segment": "sight 4", "why": "its worker died", "is_suspect": True}
    assert workers == {"code": "analysis_failed", "detail": "Ray gave up", "segments": 3}
