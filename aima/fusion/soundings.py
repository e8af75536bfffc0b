"""Soundings: what is heard beside speech, over consecutive looks of the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from aima.domain.speech import Sounding
from aima.fusion import thresholds as limits

SOUNDS: Final = "sound_events"
SPEECH: Final = "speech"
"""Label of looks at speech: turns and utterances tell better about it."""


@dataclass(frozen=True, slots=True, order=True)
class _Look:
    start_us: int
    end_us: int
    score: float


def soundings(content_id: str, end_us: int, table: pa.Table) -> tuple[Sounding, ...]:
    """Of each label the stretches in which it is heard, sorted by (start, end, label); the same for any row order."""
    found = [
        Sounding(content_id, label, run[0].start_us, max(look.end_us for look in run), max(look.score for look in run))
        for label, looks in _by_label(table, end_us).items()
        for run in _runs(sorted(looks))
        if max(look.score for look in run) >= limits.SOUND_SURE
    ]
    return tuple(sorted(found, key=lambda sounding: (sounding.start_us, sounding.end_us, sounding.label)))


def _by_label(table: pa.Table, end_us: int) -> dict[str, list[_Look]]:
    """Looks at each label that may be there, within the content."""
    looks = defaultdict(list)
    columns = (table[name].to_pylist() for name in ("pts_us", "end_us", "sounds"))
    for start, end, sounds in zip(*columns, strict=True):
        for sound in sounds or ():
            if sound["score"] >= limits.SOUND_HEARD and sound["label"].casefold() != SPEECH and start < end_us:
                looks[sound["label"]].append(_Look(max(start, 0), min(end, end_us), sound["score"]))
    return looks


def _runs(looks: Sequence[_Look]) -> Iterator[list[_Look]]:
    """Looks, ascending, with no longer pause between them."""
    run: list[_Look] = []
    for look in looks:
        if run and look.start_us - run[-1].end_us > limits.SOUND_PAUSE_US:
            yield run
            run = []
        run.append(look)
    if run:
        yield run
