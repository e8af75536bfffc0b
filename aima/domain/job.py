"""Jobs: one medium and a set of analyzers with options."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """One analysis of one medium. `code` and `detail` say why it failed, or what was left out.

    analyzers: by name, what makes their observation keys: options, model_version, digest, step_us.
    request: what else a fleet needs to run it: models (catalogue name by analyzer, for those that have one), reading
    (settings of the reader by name).
    """

    job_id: str
    media_id: str
    analyzers: dict[str, dict[str, Any]]
    state: JobState = "queued"
    batch_id: str | None = None
    priority: int = 0
    code: str | None = None
    detail: str | None = None
    problems: tuple[dict[str, Any], ...] = field(default=())
    request: dict[str, Any] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """It is not in the queue any more."""
        return self.state in {"done", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A job that is done or failed, the content of its medium, and when it ended."""

    job: Job
    content_id: str
    completed_at: datetime
