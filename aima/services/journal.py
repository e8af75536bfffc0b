"""What happens to jobs, as log lines with the ids of what they are about: no names of persons or files."""

from __future__ import annotations

from typing import Any

from aima.domain.job import JobState
from aima.domain.queue import LeaseKey
from aima.pipeline.task import Failure
from aima.telemetry.logs import FIELDS, logger

_logger = logger("services.analyses")


def segment_failed(job_id: str, failure: Failure) -> None:
    """Log that a segment, or one analyzer on it, failed in an attempt."""
    segment = failure.segment
    fields = {
        "job_id": job_id,
        "content_id": segment.content_id,
        "segment": f"{segment.stream} {segment.no}",
        "analyzer": failure.analyzer,
        "code": failure.code,
    }
    _logger.error("segment failed", extra={FIELDS: fields})


def segment_lost(key: LeaseKey, why: str, *, is_suspect: bool) -> None:
    """Log that a segment went lost with its worker, or on the way; is_suspect: it may be the reason."""
    job_id, stream, no = key
    fields = {"job_id": job_id, "segment": f"{stream} {no}", "why": why, "is_suspect": is_suspect}
    _logger.warning("segment lost", extra={FIELDS: fields})


def workers_lost(code: str, detail: str, given_back: int) -> None:
    """Log that the workers were lost, and how many segments with them."""
    _logger.warning("workers lost", extra={FIELDS: {"code": code, "detail": detail, "segments": given_back}})


def job_begun(job_id: str, node: str) -> None:
    """Log that a machine began to work on a job."""
    _logger.info("job begun", extra={FIELDS: {"job_id": job_id, "node": node}})


def job_ended(job_id: str, state: JobState, code: str | None, **further: Any) -> None:
    """Log how a job ended; `further`: fields, for example its media_id."""
    log = _logger.info if state == "done" else _logger.warning
    log("job ended", extra={FIELDS: {"job_id": job_id, "state": state, "code": code, **further}})
