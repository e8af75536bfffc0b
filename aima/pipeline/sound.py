"""One segment of sound on its way through the stage that hears it: samples in, observations out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aima.analyzers import registry
from aima.domain.batch import SoundBatch
from aima.domain.media import Sound
from aima.domain.observation import Receipt
from aima.pipeline.borders import own_us
from aima.pipeline.plan import Step
from aima.pipeline.runs import Run
from aima.pipeline.task import Failure, SegmentTask


class SoundWork:
    """Has the runs of a segment hear it one after the other, and writes what the segment owns.

    reach: is told after each how many microseconds of the segment are done, as if all took equally long.
    """

    def __init__(self, task: SegmentTask, runs: Sequence[Run], reach: Callable[[int], None]) -> None:
        self._task, self._runs, self._reach = task, runs, reach

    @property
    def failures(self) -> list[Failure]:
        """The analyzers that failed on this segment."""
        return [run.failure for run in self._runs if run.failure]

    def hear(self, sound: Sound) -> tuple[Receipt, ...]:
        """Run the analyzers, and make everything durable. What could not be decoded is noted with the first one."""
        segment = self._task.segment
        batch = SoundBatch(
            content_id=segment.content_id,
            segment_no=segment.no,
            samples=sound.samples,
            start_us=sound.start_us,
            own_us=own_us(segment, sound, self._task.info.sound_end_us),
            tables={},
        )
        length_us = segment.end_us - segment.start_us
        self._reach(0)
        for done, run in enumerate(self._runs, 1):
            batch = run.hear(batch)
            self._reach(length_us * done // len(self._runs))
        receipts: list[Receipt] = []
        for run in self._runs:
            receipt = run.write(None, () if receipts else sound.problems)
            receipts += [receipt] if receipt else []
        return tuple(receipts)


def needed(steps: Sequence[Step], wanted: Sequence[str]) -> list[Step]:
    """The steps that are wanted and those whose columns they need, in their order."""
    columns: set[str] = set()
    chosen: list[Step] = []
    for step in reversed(steps):
        analyzer = registry.get(step.analyzer)
        if step.analyzer in wanted or columns & set(analyzer.adds.names):
            columns |= set(analyzer.reads)
            chosen.insert(0, step)
    return chosen
