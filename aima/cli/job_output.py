"""Jobs as people and programs see them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from rich.table import Column, Table

from aima.cli.output import clock, count, cut, grid, out, printable, seconds, table
from aima.domain.text import display

if TYPE_CHECKING:
    from aima.domain.job import Job
    from aima.domain.queue import Assignment, JobProgress

BAR: Final = 10
"""Characters of a progress bar."""
LOOK_BACK_S: Final = 30.0
"""The rate of a watched job is that of so many seconds."""
OPTIONAL: Final = {"of", "prio", "pace", "remark"}
"""Columns that are shown where there is something in them."""
NARROWEST: Final = 12
"""Characters of a name at least."""
GAP: Final = 2
"""Between two columns."""


class Pace:
    """How fast jobs go, from what was seen of them before."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[tuple[float, int]]] = {}

    def see(self, jobs: Iterable[JobProgress], now: float | None = None) -> None:
        """Take a look into account; `now`: seconds of a steady clock."""
        now = time.monotonic() if now is None else now
        for job in jobs:
            seen = self._seen.setdefault(job.job.job_id, deque())
            seen.append((now, job.done_us))
            while now - seen[0][0] > LOOK_BACK_S:
                seen.popleft()

    def rate(self, job: JobProgress) -> float:
        """Seconds of media in a second; 0.0: it does not move, or that is not known yet."""
        seen = self._seen.get(job.job.job_id)
        if not seen or seen[-1][0] <= seen[0][0]:
            return 0.0
        (first, before), (last, after) = seen[0], seen[-1]
        return max(0, after - before) / 1e6 / (last - first)

    def text(self, job: JobProgress) -> str:
        """Rate and time left in words; empty where they are not known."""
        rate = self.rate(job)
        if job.state != "running" or not rate:
            return ""
        left = round((job.total_us - job.done_us) / rate)
        return f"{rate:.1f} x, {_minutes(left)} left"


def jobs_grid(jobs: Sequence[JobProgress], pace: Pace | None = None) -> Table:
    """The table of jobs, one line each; with the rate and the time left of those that were watched."""
    cells: dict[str, list[str]] = {
        "id": [job.job.job_id[:8] for job in jobs],
        "state": [job.state for job in jobs],
        "progress": [f"{bar(percent(job))} {percent(job):3.0f} %" for job in jobs],
        "of": ["" if pace else _span(job) for job in jobs],
        "prio": [str(job.job.priority or "") for job in jobs],
        "pace": [pace.text(job) if pace else "" for job in jobs],
        "remark": [_remark(job) for job in jobs],
    }
    shown = {name: column for name, column in cells.items() if name not in OPTIONAL or any(column)}
    taken = sum(GAP + max(map(len, [name, *column])) for name, column in shown.items())
    medium = cut("medium", max(NARROWEST, out.width - taken))
    names = [display(job.filename) for job in jobs]
    columns = [medium, *(Column(name, no_wrap=True) for name in shown)]
    return grid(count(len(jobs), "job"), columns, zip(names, *shown.values(), strict=True))


def percent(job: JobProgress) -> float:
    """How much of a job's media is done, 0 to 100."""
    if job.total_us:
        return 100.0 * min(job.done_us, job.total_us) / job.total_us
    return 100.0 * (job.state == "done")


def bar(done: float, width: int = BAR) -> str:
    """A bar of characters for a percentage."""
    full, empty = ("━", "─") if "utf" in out.encoding else ("#", ".")
    filled = int(done * width / 100)
    return full * filled + empty * (width - filled)


def changed_lines(jobs: Sequence[Job], what: str) -> None:
    """What was changed, for people."""
    for job in jobs:
        out.print(printable(f"{job.job_id[:8]} {what}"), highlight=False)


def detail_tables(job: JobProgress, assignments: Sequence[Assignment]) -> None:
    """A job for people: how far it is, what it runs, what failed, and where it ran."""
    done = percent(job)
    for line in (
        f"{display(job.filename)}  {job.job.job_id}",
        f"{job.state}, {bar(done)} {done:.0f} %, {_span(job)}, priority {job.job.priority}",
        f"{count(job.segments, 'segment')}: {job.done} done, {job.leased} in work, {job.waiting} waiting",
        _times(job),
        job.job.detail or "",
    ):
        if line:
            out.print(printable(line), highlight=False, soft_wrap=True)
    out.print()
    steps = ((name, step.get("model_version", "")) for name, step in sorted(job.job.analyzers.items()))
    table("Analyzers", ("analyzer", "model"), steps)
    if job.failures:
        out.print()
        failures = ((f"{f.stream} {f.segment_no}", f.code, f.detail) for f in job.failures)
        table(count(len(job.failures), "segment") + " given up", ("segment", "code", "why"), failures)
    if assignments:
        out.print()
        places = ((a.node.name, a.node.gpu or "-", _when(a.assigned_at), a.status) for a in assignments)
        table("Where it ran", ("machine", "GPU", "since (UTC)", "state"), places)


def job_json(job: JobProgress) -> dict[str, Any]:
    """A job for programs; times of media in seconds."""
    return {
        "id": job.job.job_id,
        "media_id": job.job.media_id,
        "filename": display(job.filename),
        "state": job.state,
        "priority": job.job.priority,
        "percent": round(percent(job), 1),
        "done": seconds(job.done_us),
        "total": seconds(job.total_us),
        "segments": {"all": job.segments, "done": job.done, "leased": job.leased, "waiting": job.waiting},
        "decode_cpu_s": job.decode_cpu_s,
        "created_at": _iso(job.created_at),
        "started_at": _iso(job.started_at),
        "completed_at": _iso(job.completed_at),
        "code": job.job.code,
        "detail": job.job.detail,
        "failures": [asdict(failure) for failure in job.failures],
    }


def detail_json(job: JobProgress, assignments: Sequence[Assignment]) -> dict[str, Any]:
    """A job with its analyzers and machines, for programs."""
    return job_json(job) | {
        "analyzers": job.job.analyzers,
        "problems": list(job.job.problems),
        "assignments": [_assignment_json(one) for one in assignments],
    }


def _remark(job: JobProgress) -> str:
    return job.job.code or (f"{len(job.failures)} given up" if job.failures else "")


def _span(job: JobProgress) -> str:
    return _minutes(job.total_us) if job.total_us else "-"


def _minutes(us: int) -> str:
    """As m:ss, or h:mm:ss."""
    return clock(max(0, us) // 1_000_000 * 1_000_000).removesuffix(".0")


def _times(job: JobProgress) -> str:
    named = (("queued", job.created_at), ("begun", job.started_at), ("ended", job.completed_at))
    return ", ".join(f"{name} {_when(at)}" for name, at in named if at) + " (UTC)"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _assignment_json(one: Assignment) -> dict[str, Any]:
    times = {"assigned_at": _iso(one.assigned_at), "completed_at": _iso(one.completed_at)}
    return {"machine": asdict(one.node), "status": one.status, **times, "details": dict(one.details)}
