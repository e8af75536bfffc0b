"""What a resident fleet costs: for one more small clip, and while it waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aima.settings import Settings
from tests.benchmarks.engine import media
from tests.benchmarks.engine.processes import Spent, Watch
from tests.benchmarks.engine.results import Figure, figure
from tests.benchmarks.engine.stack import ONE_THREAD, PACKAGE, Broken, fresh, servers

CLIP_S = 2.0
WARMING = 4
"""Clips before those that count: each worker has had some, and has loaded what it needs."""
SETTLE_S = 3.0
"""After the last clip, before idleness is measured."""


@dataclass(frozen=True)
class Fleet:
    """The process of `fleet.py`, by its pipes."""

    process: subprocess.Popen[str]

    def ask(self, line: str) -> dict[str, Any]:
        """Send a line and wait for its answer.

        Raises:
            Broken: the process ended instead.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Broken(f"the fleet ended with code {self.process.wait()}; its words are above")
        found: dict[str, Any] = json.loads(answer)
        return found


@contextmanager
def fleet(settings: Settings) -> Iterator[Fleet]:
    """A fleet that lives until the end."""
    command = [sys.executable, "-m", f"{PACKAGE}.fleet"]
    environment = os.environ | ONE_THREAD
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        one = Fleet(process)
        one.ask(settings.model_dump_json())
        yield one
        assert process.stdin is not None
        process.stdin.close()


def figures(
    settings: Settings, film: Path, work: Path, clips: int, idle_s: float, told: Callable[[str], None]
) -> list[Figure]:
    """One more small clip, so many times; then so long without work, with workers and without."""
    keyframes = media.keyframes(film)
    starts = [keyframes[number * len(keyframes) // (clips + WARMING)] for number in range(clips + WARMING)]
    cuts = [media.cut(film, work / f"small-{n}.mp4", CLIP_S, start) for n, start in enumerate(starts)]
    bare = share(settings, idle_s)
    told(f"without a fleet: {bare.most}")
    closes = settings.worker.model_copy(update={"idle_s": 2 * idle_s + 2 * SETTLE_S})
    with fresh(settings.model_copy(update={"worker": closes})) as own, fleet(own) as one:
        for clip in cuts[:WARMING]:
            one.ask(str(clip))
        answers = [_one_more(settings, one, clip, told) for clip in cuts[WARMING:]]
        time.sleep(SETTLE_S)
        opened = share(settings, idle_s)
        told(f"idle with workers: {opened.most}")
        one.ask("")
        time.sleep(SETTLE_S)
        closed = share(settings, idle_s)
        told(f"idle without workers: {closed.most}")
    return [
        figure("warm_overhead_cpu", [answer["cpu_s"] - answer["work_cpu_s"] for answer in answers]),
        figure("warm_first_progress", [answer["first_progress_s"] for answer in answers]),
        figure("warm_first_result", [answer["first_result_s"] for answer in answers]),
        figure("warm_done", [answer["done_s"] for answer in answers]),
        figure("idle_open", [opened.share - bare.share]),
        figure("idle_closed", [closed.share - bare.share]),
        figure("idle_servers", [bare.share], label="servers"),
    ]


def _one_more(settings: Settings, one: Fleet, clip: Path, told: Callable[[str], None]) -> dict[str, float]:
    with Watch(servers(settings), memory=False) as watch:
        answer = one.ask(str(clip))
    told(f"{clip.name}: done after {answer['done_s']:.2f} s; {watch.spent.most}")
    return {**answer, "cpu_s": watch.spent.cpu_s}


def share(settings: Settings, seconds: float) -> Spent:
    """What everything uses for so long."""
    with Watch(servers(settings), memory=False) as watch:
        time.sleep(seconds)
    return watch.spent
