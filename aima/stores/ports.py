"""Ports: what AIMA needs of its truth. `bootstrap` picks the adapter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from aima.domain.job import Job, JobState
from aima.domain.media import Medium, Segment
from aima.domain.observation import Crop, ObservationKey, Receipt


class MediaStore(Protocol):
    """Media and the segments of their contents."""

    def add(self, medium: Medium, segments: Sequence[Segment]) -> Medium:
        """Insert or, for a known media_id, update name and path. Segments of a known content stay as they are."""
        ...

    def get(self, media_id: str) -> Medium | None:
        """The medium, or None."""
        ...

    def all(self) -> list[Medium]:
        """Every medium, sorted by (filename, media_id)."""
        ...

    def segments(self, content_id: str) -> list[Segment]:
        """Segments of a content, sorted by stream and no."""
        ...


class JobStore(Protocol):
    """Jobs and how they ended."""

    def add(self, job: Job) -> None:
        """Insert a job."""
        ...

    def set_state(self, job_id: str, state: JobState, *, code: str | None = None, detail: str | None = None,
                  problems: Sequence[dict[str, object]] = ()) -> None:  # fmt: skip
        """Move a job on; sets started_at or completed_at with it."""
        ...

    def of_medium(self, media_id: str) -> list[Job]:
        """Jobs of a medium, newest first."""
        ...

    def ended(self) -> list[Job]:
        """Every job that is done or failed, oldest first (by completed_at, then job_id)."""
        ...


class ObservationStore(Protocol):
    """Marker rows: what has been observed, and where it lies."""

    def done(self, keys: Iterable[ObservationKey]) -> set[tuple[ObservationKey, int]]:
        """Which (key, segment no) are committed."""
        ...

    def commit(self, receipts: Sequence[Receipt]) -> None:
        """Write markers and crops in one transaction; repeating it changes nothing."""
        ...

    def receipts(self, content_id: str | None = None) -> list[Receipt]:
        """Committed markers, without their crops, sorted by key and segment no."""
        ...

    def crops(self, content_id: str) -> list[Crop]:
        """Kept crops of a content, sorted by (pts_us, ordinal)."""
        ...
