"""Interleaved runs of AIMA and its peers over the same film of two lengths."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from aima.bootstrap import open_services
from aima.pipeline.write import read_observations
from aima.settings import Settings
from aima.storage.archive import Archive
from tests.benchmarks.engine import media
from tests.benchmarks.engine.object_store import Held, held
from tests.benchmarks.engine.processes import Spent
from tests.benchmarks.engine.results import QUANTITIES, Figure, figure
from tests.benchmarks.engine.stack import Broken, folder, fresh, measured

LENGTHS = (64, 180)
"""Seconds. The shorter one has a segment for each of two workers, so that both load their models in both."""
QUICK = (16, 48)
AIMA = "aima"
PEERS = ("loop", "daft", "processes")
WHOLE: Mapping[str, tuple[str, Callable[[Spent], float]]] = {
    "whole_job_cpu_loop": ("loop", lambda spent: spent.cpu_s),
    "whole_job_cpu_loop_files": ("loop-files", lambda spent: spent.cpu_s),
    "whole_job_wall_daft": ("daft", lambda spent: spent.wall_s),
    "whole_job_wall_processes": ("processes", lambda spent: spent.wall_s),
    "peak_memory_processes": ("processes", lambda spent: spent.peak_bytes / 1e9),
}
"""Figures of the longer runs: the peer, and what is compared."""
Told = Callable[[str], None]


@dataclass
class Runs:
    """What was measured, in the order of the rounds. lengths: seconds of both films. cpu_s: by analyzer, of AIMA's last
    long run."""

    lengths: tuple[int, int]
    spent: dict[tuple[str, int], list[Spent]] = field(default_factory=lambda: defaultdict(list))
    held: list[Held] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def marginal(self, who: str) -> list[float]:
        """CPU seconds per further second of video, by round."""
        short, long = self.lengths
        pairs = zip(self.spent[who, short], self.spent[who, long], strict=True)
        return [(whole.cpu_s - part.cpu_s) / (long - short) for part, whole in pairs]

    def whole(self, who: str, what: Callable[[Spent], float]) -> list[float]:
        """A quantity of the longer runs, by round."""
        return [what(spent) for spent in self.spent[who, self.lengths[1]]]


class Comparison:
    """Runs everybody in turn and sees that all observed the same."""

    def __init__(self, settings: Settings, film: Path, work: Path, lengths: tuple[int, int], told: Told) -> None:
        self._settings, self._lengths, self._told = settings, lengths, told
        self._clips = {seconds: media.cut(film, work / f"{seconds}.mp4", seconds) for seconds in lengths}
        self._seen: dict[int, dict[str, pa.Table]] = {}

    def run(self, rounds: int, peers: Sequence[str]) -> Runs:
        """Every length by everybody, so many times; who begins changes from round to round.

        Raises:
            Broken: a peer failed, or did not observe what the others did.
        """
        runs = Runs(self._lengths)
        for number in range(rounds):
            turn = number % (len(peers) + 1)
            order = [AIMA, *peers][turn:] + [AIMA, *peers][:turn]
            for seconds in self._lengths:
                for who in order:
                    spent = self._aima(seconds, runs) if who == AIMA else self._peer(who, seconds)
                    runs.spent[who, seconds].append(spent)
                    took = f"{spent.cpu_s:.1f} CPU s ({spent.most}), {spent.wall_s:.1f} s"
                    self._told(f"round {number + 1}, {who}, {seconds} s of video: {took}")
        return runs

    def _peer(self, who: str, seconds: int) -> Spent:
        with folder(self._settings) as out, folder(self._settings) as archive:
            own = self._settings.model_copy(update={"archive": archive})
            spent, _ = measured("peers", [who, self._clips[seconds], out], own, with_servers=False)
            self._same(who, seconds, {path.stem: _read(path) for path in out.iterdir()})
        return spent

    def _aima(self, seconds: int, runs: Runs) -> Spent:
        with fresh(self._settings) as own:
            before = held(own)
            spent, said = measured("job", [self._clips[seconds]], own, with_servers=True)
            if seconds == self._lengths[1]:
                runs.held.append(held(own).since(before))
                for stage, cpu_s in json.loads(said).items():
                    runs.stages[stage].append(cpu_s / seconds)
            self._same(AIMA, seconds, observed(own))
        return spent

    def _same(self, who: str, seconds: int, tables: dict[str, pa.Table]) -> None:
        """All must have observed what the first one did, bit by bit."""
        first = self._seen.setdefault(seconds, tables)
        different = sorted(n for n in {*first, *tables} if n not in first or n not in tables or first[n] != tables[n])
        if different:
            raise Broken(f"{who} observed something else of {seconds} s: {', '.join(different)}")


def observed(settings: Settings) -> dict[str, pa.Table]:
    """Observations in the archive, by number of the segment and analyzer, without the columns of keys."""
    archive = Archive(settings.archive_dir)
    with open_services(settings, logged=False) as services:
        receipts = services.stores.observations.receipts()
    tables = {f"{r.segment_no:06d}.{r.key.analyzer}": read_observations(archive, r.path) for r in receipts}
    return {name: table.drop_columns(["content_id", "segment_no", "observation_id"]) for name, table in tables.items()}


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_stream(file.read_buffer()).read_all()


def figures(runs: Runs, peers: Sequence[str]) -> list[Figure]:
    """What the runs say about these peers."""
    found = [
        figure(f"marginal_cpu_{peer}", runs.marginal(AIMA), (peer, runs.marginal(peer)))
        for peer in peers
        if f"marginal_cpu_{peer}" in QUANTITIES
    ]
    for name, (peer, what) in WHOLE.items():
        if peer in peers:
            found.append(figure(name, runs.whole(AIMA, what), (peer, runs.whole(peer, what))))
    hours = runs.lengths[1] / 3600
    found.append(figure("object_store_bytes", [one.created / 1e9 / hours for one in runs.held]))
    found.append(figure("spilled_bytes", [one.spilled / 1e9 / hours for one in runs.held]))
    return found + [figure(f"stage_cpu.{stage}", samples) for stage, samples in runs.stages.items()]
