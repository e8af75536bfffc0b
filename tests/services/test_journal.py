from __future__ import annotations

import logging

from aima.domain.media import Segment
from aima.pipeline.task import Failure, Finished
from aima.services import journal

SEGMENT = Segment("content", 4, "sight", 0, 1)


def test_failures_and_ends_of_jobs_are_logged_with_the_ids_they_are_about(caplog):
    caplog.set_level(logging.INFO, "aima")
    hear = journal.failures({"content": "job"})
    hear(Finished(SEGMENT, (), 0.1))
    hear(Failure(SEGMENT, "emotion", "model_corrupt", "/media/somebody.mp4: broken"))
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
