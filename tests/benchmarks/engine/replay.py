"""An analyzer that takes the time that others took, and nothing else: what many machines would do, on one."""

from __future__ import annotations

import sys
import time
from typing import Final

import pyarrow as pa

from aima.analyzers import registry
from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import FrameBatch

NAME: Final = "replayed"


class ReplayedOptions(Options):
    """stages: seconds that each stage takes for a second of video. speed: so many times faster it is replayed."""

    stages: dict[str, float]
    speed: float = 1.0


class Replayed(Analyzer[ReplayedOptions]):
    """Sleeps the recorded costs of the stages, chunk by chunk."""

    name = NAME
    version = "1"
    task = None
    reads = ("frames",)
    adds = pa.schema([("slept_s", pa.float64())])
    options_type = ReplayedOptions

    def analyze(self, batch: FrameBatch, options: ReplayedOptions) -> pa.Table:
        """Sleep; a row per frame says for how long."""
        seconds = batch.step_us / 1e6 / options.speed
        for stage in options.stages.values():
            time.sleep(stage * seconds * len(batch.pts_us))
        slept = [sum(options.stages.values()) * seconds] * len(batch.pts_us)
        return self.table(batch.pts_us, {"slept_s": slept})


def install() -> None:
    """Make it one of the analyzers that this process knows."""
    registry.ANALYZERS[NAME] = Replayed.__name__
    sys.modules[f"aima.analyzers.{NAME}"] = sys.modules[__name__]
