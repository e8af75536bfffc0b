"""What the parts of the queue share: who takes segments does so alone, and who sleeps is woken."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

CHANNEL = "aima_queue"
TAKING = 0x71756575  # "queu"


class Part:
    """A part of the queue over one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine


def alone(connection: Connection) -> None:
    """Nobody else decides what is taken until the end of this transaction.

    Row locks do not keep two from taking the same segment of a content for two jobs, and a job that is paused meanwhile
    would still be begun.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TAKING})


def lightly(connection: Connection) -> None:
    """This transaction is not waited for until it lies on the disk: a crash of the server may undo it."""
    connection.execute(text("SET LOCAL synchronous_commit = off"))


def wake(connection: Connection) -> None:
    """Wake the fleets at the commit of this transaction."""
    connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
