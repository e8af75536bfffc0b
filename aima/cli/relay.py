"""`aima relay`: the process of the local stack that publishes changes. Started by the supervisor, not by people."""

from __future__ import annotations

import signal
import threading

import typer

from aima.cli.output import speaks
from aima.cli.services import opened
from aima.local.home import home_at
from aima.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command, without showing it in the help."""
    app.command(hidden=True)(relay)


@speaks
def relay() -> None:
    """Carry every change into documents and vectors until SIGTERM. Logs as lines of JSON to standard error."""
    from aima.events.publishing import Chore, publish
    from aima.telemetry.logs import configure

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = load_settings()
    configure(settings.log_level)
    heartbeat = home_at(settings.home).heartbeat("relay")
    heartbeat.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened() as services:
        chores = [Chore("metrics", 60.0, services.metrics.upkeep)]
        publish(services.projections.relay(), services.stores.outbox, stop, heartbeat, chores)
