"""`aima jobs`: what waits, runs and has ended; and steering it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live

from aima.cli import job_output as output
from aima.cli.output import JsonFlag, emit_json, out, speaks
from aima.cli.services import opened

if TYPE_CHECKING:
    from aima.domain.job import Job
    from aima.services.jobs import JobService
    from aima.stores.queue import QueueStore

app = typer.Typer(help="Analyses that wait, run or have ended: one job for each medium.", no_args_is_help=True)

WATCH_S = 1.0
OPEN = ("queued", "running", "paused")

Which = Annotated[list[str], typer.Argument(help="Ids of jobs or their first 4 or more digits, or media.")]


@app.command(name="list")
@speaks
def list_jobs(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second until nothing is open.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Jobs, oldest first: how far each is, and what is to be said about it."""
    if watch and as_json:
        raise typer.BadParameter("--watch is for people: leave --json out, or ask again and again")
    with opened() as services:
        if watch:
            _watch(services.jobs, services.stores.queue, everything)
            return
        jobs = services.jobs.list(everything)
    if as_json:
        emit_json([output.job_json(job) for job in jobs])
    else:
        out.print(output.jobs_grid(jobs))


@app.command()
@speaks
def show(
    job: Annotated[str, typer.Argument(help="Id of a job or its first 4 or more digits, or a medium.")],
    as_json: JsonFlag = False,
) -> None:
    """A job: how far it is, what it runs, what was given up, and which machines worked on it."""
    with opened() as services:
        found = services.jobs.show(job)
        assignments = services.stores.queue.assignments(found.job.job_id)
    if as_json:
        emit_json(output.detail_json(found, assignments))
    else:
        output.detail_tables(found, assignments)


@app.command()
@speaks
def cancel(jobs: Which, as_json: JsonFlag = False) -> None:
    """End jobs. What they have observed stays; segments in work may still finish."""
    _steer(lambda service: service.cancel(jobs), "cancelled", as_json)


@app.command()
@speaks
def pause(jobs: Which, as_json: JsonFlag = False) -> None:
    """Take nothing more of these jobs in hand until they are resumed. Segments in work finish."""
    _steer(lambda service: service.pause(jobs), "paused", as_json)


@app.command()
@speaks
def resume(jobs: Which, as_json: JsonFlag = False) -> None:
    """Let paused jobs go on."""
    _steer(lambda service: service.resume(jobs), "resumed", as_json)


@app.command(context_settings={"ignore_unknown_options": True})  # so that -5 is a number
@speaks
def priority(
    jobs: Which,
    value: Annotated[int, typer.Argument(help="Higher comes first; 0 is usual.", min=-1000, max=1000)],
    as_json: JsonFlag = False,
) -> None:
    """Let jobs come before others, or after them. It counts from the next segment on."""
    _steer(lambda service: service.prioritise(jobs, value), f"has priority {value}", as_json)


def _steer(do: Callable[[JobService], Sequence[Job]], what: str, as_json: bool) -> None:
    with opened() as services:
        changed = do(services.jobs)
    if as_json:
        emit_json([{"id": job.job_id, "state": job.state, "priority": job.priority} for job in changed])
    else:
        output.changed_lines(changed, what)


def _watch(service: JobService, queue: QueueStore, everything: bool) -> None:
    """Draw the table anew until no job is open, or somebody presses Ctrl-C. Jobs that end meanwhile stay in it."""
    pace = output.Pace()
    known = {job.job.job_id for job in service.list(everything)}
    with Live(console=out, auto_refresh=False) as live:
        while True:
            known |= {job.job.job_id for job in queue.progress()}
            jobs = queue.progress(known)
            pace.see(jobs)
            live.update(output.jobs_grid(jobs, pace), refresh=True)
            if not any(job.state in OPEN for job in jobs):
                return
            time.sleep(WATCH_S)
