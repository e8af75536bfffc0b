"""The queue: segments of jobs that wait for a fleet, who has taken them, and the fleets themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aima.domain.job import Job, JobState
from aima.domain.media import Medium, Segment, Stream

LeaseKey = tuple[str, Stream, int]
"""job_id, stream and number of the segment."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A segment that a fleet has taken for a while.

    attempt: counts from 1. losses: how often it was given back through no fault of its own.
    """

    job: Job
    medium: Medium
    segment: Segment
    attempt: int = 1
    losses: int = 0

    @property
    def key(self) -> LeaseKey:
        """Which one it is."""
        return self.job.job_id, self.segment.stream, self.segment.no


@dataclass(frozen=True, slots=True)
class SegmentFailure:
    """Why a segment of a job was given up."""

    segment_no: int
    code: str
    detail: str
    stream: Stream = "sight"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is. Segments of media that were observed before count as done from the start.

    done_us, total_us: microseconds of media, running segments with what they have done. decode_cpu_s: CPU seconds.
    failures: the segments that were given up.
    """

    job: Job
    state: JobState
    filename: str
    segments: int
    done: int
    leased: int
    waiting: int
    done_us: int
    total_us: int
    decode_cpu_s: float
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    failures: tuple[SegmentFailure, ...] = ()


FleetState = Literal["idle", "working", "closed"]
"""idle: waits with its workers; closed: waits without."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A process that takes segments from the queue. seen_at: when it last said that it lives; since: when it came into
    this state.

    name: the same after a restart, and never that of two at once. places: how its stages are placed.
    """

    fleet_id: str
    name: str
    node: str
    pid: int
    state: FleetState
    places: tuple[Mapping[str, Any], ...] = ()
    in_flight: int = 0
    segments_done: int = 0
    started_at: datetime | None = None
    seen_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A machine that works: its name, Ray's id of it, and its GPU, if a worker there has one."""

    name: str
    node_id: str = ""
    gpu: str | None = None
    vram: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A job was worked on by a machine. completed_at and status: when and how the job ended.

    details: what was observed there meanwhile: segments, cpu_s, wall_s.
    """

    job_id: str
    node: Node
    assigned_at: datetime
    completed_at: datetime | None = None
    status: Literal["running", "done", "failed", "cancelled"] = "running"
    details: Mapping[str, Any] = field(default_factory=dict)
