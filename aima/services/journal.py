"""What happens to jobs, as log lines with the ids of what they are about: no names of persons or files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aima.domain.job import JobState
from aima.pipeline.task import Failure, Outcome
from aima.telemetry.logs import FIELDS, logger

_logger = logger("services.analyses")


def failures(jobs: Mapping[str, str]) -> Callable[[Outcome], None]:
    """Logs each failure among the outcomes that it is called with. `jobs`: job ids by content."""

    def hear(outcome: Outcome) -> None:
        if not isinstance(outcome, Failure):
            return
        segment = outcome.segment
        fields = {
            "job_id": jobs.get(segment.content_id),
            "content_id": segment.content_id,
            "segment": f"{segment.stream} {segment.no}",
            "analyzer": outcome.analyzer,
            "code": outcome.code,
        }
        _logger.error("segment failed", extra={FIELDS: fields})

    return hear


def job_ended(job_id: str, state: JobState, code: str | None, **further: Any) -> None:
    """Log how a job ended; `further`: fields, for example its media_id."""
    log = _logger.info if state == "done" else _logger.warning
    log("job ended", extra={FIELDS: {"job_id": job_id, "state": state, "code": code, **further}})
