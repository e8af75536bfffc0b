"""Kills processes of a local stack in the middle of a job, and says what came of it.

Ray is not asked who is who: processes are found among the descendants of the stack's servers, by their titles.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import psutil
import psycopg

from aima import local
from aima.errors import AimaError
from aima.local.home import home_at
from aima.local.state import read_state
from aima.settings import Settings
from tests.databases import connect

Victim = Literal["worker actor", "read task", "driver", "raylet", "database"]
VICTIMS: tuple[Victim, ...] = ("worker actor", "read task", "driver", "raylet", "database")

OPEN = frozenset({"queued", "running", "paused"})
LOOK_S = 0.1
TITLES = {"worker actor": "StageWorker", "read task": "ray::Read", "raylet": "raylet/raylet "}


@dataclass(frozen=True)
class Standing:
    """How a job stands. again: how often its segments were lost or failed, and so were to be taken once more."""

    state: str = "queued"
    code: str | None = None
    detail: str | None = None
    segments: int = 0
    done: int = 0
    leased: int = 0
    again: int = 0


@dataclass
class Kill:
    """One kill: what was done and leased then, and after how many seconds the next segment was done."""

    victim: Victim
    pid: int
    at: Standing
    recovered_s: float | None = None


@dataclass
class Hunt:
    """Watches one job, and kills its victims in turn, each when its share of the segments is done."""

    settings: Settings
    job_id: str
    victims: Sequence[Victim]
    kills: list[Kill] = field(default_factory=list)
    _connection: psycopg.Connection | None = None

    def run(self, timeout_s: float) -> Standing:
        """Until the job has ended.

        Raises:
            AssertionError: it has not within this time, or a victim was nowhere to be found.
        """
        try:
            return self._run(time.monotonic() + timeout_s)
        finally:
            self._forget()

    def _run(self, until: float) -> Standing:
        for number, victim in enumerate(self.victims, start=1):
            share = number / (len(self.victims) + 1)
            standing = self._await(until, lambda now, share=share: now.segments and now.done >= share * now.segments)
            self._kill(victim, standing, until)
        return self._await(until, lambda now: now.state not in OPEN)

    def look(self) -> Standing | None:
        """How the job stands; None where the database does not answer."""
        try:
            if self._connection is None:
                self._connection = connect(local.postgres_url(self.settings))
            return standing(self._connection, self.job_id)
        except (psycopg.Error, AimaError):
            self._forget()
            return None

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _await(self, until: float, holds: Callable[[Standing], object]) -> Standing:
        last = None
        while time.monotonic() < until:
            found = self.look()
            if found is not None:
                last = found
                self._note(found)
                if holds(found):
                    return found
                assert found.state in OPEN, f"the job ended: {found}"
            time.sleep(LOOK_S)
        raise AssertionError(f"not in time: {last}, after {[kill.victim for kill in self.kills]}")

    def _note(self, now: Standing) -> None:
        """The first segment that is done after a kill shows that it was got over."""
        for kill in self.kills:
            if kill.recovered_s is None and now.done > kill.at.done:
                kill.recovered_s = time.monotonic() - self._killed_at

    def _kill(self, victim: Victim, at: Standing, until: float) -> None:
        while not (found := find(self.settings, victim)):
            assert time.monotonic() < until, f"there is no {victim}"
            time.sleep(LOOK_S)
        os.kill(found[0].pid, signal.SIGKILL)
        self._killed_at = time.monotonic()
        self.kills.append(Kill(victim, found[0].pid, at))

    def report(self) -> str:
        """The kills as lines of a table."""
        lines = [f"{'killed':<14}{'done':>5}{'in hand':>9}{'again':>7}{'next done after':>18}"]
        for kill in self.kills:
            after = "" if kill.recovered_s is None else f"{kill.recovered_s:.1f} s"
            lines.append(f"{kill.victim:<14}{kill.at.done:>5}{kill.at.leased:>9}{kill.at.again:>7}{after:>18}")
        return "\n".join(["", *lines])


def standing(connection: psycopg.Connection, job_id: str) -> Standing:
    """How a job stands, from the tables themselves."""
    row = connection.execute(
        "SELECT j.status, j.code, j.detail, count(s.*), count(*) FILTER (WHERE s.state = 'done'),"
        " count(*) FILTER (WHERE s.state = 'leased'), coalesce(sum(s.attempts + s.losses), 0)"
        " FROM analysis_jobs j LEFT JOIN job_segments s USING (job_id) WHERE j.job_id = %s GROUP BY j.job_id",
        [job_id],
    ).fetchone()
    return Standing(*row) if row else Standing()


def find(settings: Settings, victim: Victim) -> list[psutil.Process]:
    """The processes of this stack that may be meant."""
    servers = read_state(home_at(settings.home)).servers
    names = {"driver": "worker", "database": "postgres"}
    record = servers.get(names.get(victim, "ray"))
    if record is None or record.pid is None:
        return []
    with suppress(psutil.Error):
        process = psutil.Process(record.pid)
        return [process] if victim in names else [p for p in process.children(recursive=True) if _is(p, victim)]
    return []


def _is(process: psutil.Process, victim: Victim) -> bool:
    with suppress(psutil.Error):
        return TITLES[victim] in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE
    return False
