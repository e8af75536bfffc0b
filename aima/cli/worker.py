"""`aima worker`: the resident fleet, and how it does."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, clock, count, emit_json, out, speaks, table
from aima.cli.services import opened
from aima.local.home import home_at
from aima.local.worker import fleet_name, only_worker
from aima.settings import load_settings
from aima.telemetry.logs import configure

if TYPE_CHECKING:
    from aima.domain.queue import Fleet, JobProgress

app = typer.Typer(help="The fleet that analyzes what is queued.", no_args_is_help=True)

TIMES = ("started_at", "seen_at", "since")


@app.command()
@speaks
def run(
    as_json: Annotated[bool, typer.Option("--json", help="Errors as JSON; the log always is.")] = False,
) -> None:
    """Analyze what is queued until SIGTERM or Ctrl-C. Logs as lines of JSON to standard error.

    What is in flight then may still end, for half a minute; the rest goes back into the queue. The local stack runs
    this by itself, see: aima status.
    """
    # Wires, and so imports the database: not needed for the help.
    from aima.bootstrap.resident import ResidentFleet

    settings = load_settings()
    configure(settings.log_level)
    home = home_at(settings.home)
    fleet = ResidentFleet(settings, fleet_name(home), home.heartbeat("worker").touch)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: fleet.stop())
    with only_worker(home):
        fleet.run()


@app.command()
@speaks
def status(as_json: JsonFlag = False) -> None:
    """Fleets, what they do, and what waits for them."""
    from aima.services.dispatching.fleets import ALIVE_S

    with opened() as services:
        queue = services.stores.queue
        fleets, jobs = queue.fleets(), queue.progress()
        living = {fleet.fleet_id for fleet in queue.fleets(ALIVE_S)}
    if as_json:
        emit_json({"fleets": [_fleet_json(f, f.fleet_id in living) for f in fleets], "queue": _queue_json(jobs)})
    else:
        _show(fleets, living, jobs)


def _show(fleets: Sequence[Fleet], living: set[str], jobs: Sequence[JobProgress]) -> None:
    columns = ("fleet", "pid", "state", "for", "workers", "in flight", "done", "seen")
    table(count(len(fleets), "fleet"), columns, (_row(fleet, fleet.fleet_id in living) for fleet in fleets))
    if not fleets:
        out.print("No fleet runs: analyses run in the process that asks for them. Start one with: aima up")
    waiting = sum(job.waiting for job in jobs)
    out.print()
    out.print(f"{count(len(jobs), 'open job')}, {count(waiting, 'segment')} waiting: aima jobs list", highlight=False)


def _row(fleet: Fleet, lives: bool) -> tuple[object, ...]:
    workers = ", ".join(f"{place['workers']} {place['name']}" for place in fleet.places)
    state = fleet.state if lives else "silent"
    seen = f"{_ago(fleet.seen_at)} ago"
    return fleet.name, fleet.pid, state, _ago(fleet.since), workers or "-", fleet.in_flight, fleet.segments_done, seen


def _ago(at: datetime | None) -> str:
    return clock(int((datetime.now(UTC) - at).total_seconds()) * 1_000_000).removesuffix(".0") if at else "-"


def _fleet_json(fleet: Fleet, lives: bool) -> dict[str, Any]:
    times = {name: at.isoformat() if (at := getattr(fleet, name)) else None for name in TIMES}
    return asdict(fleet) | times | {"alive": lives}


def _queue_json(jobs: Sequence[JobProgress]) -> list[dict[str, Any]]:
    return [
        {"job_id": j.job.job_id, "state": j.state, "priority": j.job.priority, "waiting": j.waiting, "leased": j.leased}
        for j in jobs
    ]
