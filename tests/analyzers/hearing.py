"""Sound for the analyzers of sound: read from files, cut into batches as segments are, and listened to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa

from aima.analyzers.base import Analyzer
from aima.domain.batch import SOUND_RATE, SoundBatch
from aima.settings import Settings
from tests.analyzers.batches import ready

VOICE_ANALYZERS = ("voice_activity", "speaker_turns", "speaker_embedder")
SEGMENT_S = 60
CONTEXT_S = 5


def read_sound(path: Path) -> np.ndarray:
    """The whole file as float32 [n], 16 kHz, one channel."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
    with av.open(str(path)) as container:
        frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames]).astype(np.float32)


def sound_batch(
    samples: np.ndarray, start_s: float = 0, own_s: tuple[float, float] | None = None, **tables: pa.Table
) -> SoundBatch:
    """Samples that begin at start_s; own_s: what belongs to the segment, else all of it."""
    own = own_s or (start_s, start_s + len(samples) / SOUND_RATE)
    own_us = round(own[0] * 1e6), round(own[1] * 1e6)
    return SoundBatch("content", 0, np.asarray(samples, np.float32), round(start_s * 1e6), own_us, tables)


def batches(samples: np.ndarray) -> Iterator[SoundBatch]:
    """A batch per minute with its context."""
    length = len(samples) / SOUND_RATE
    for start in range(0, max(1, int(np.ceil(length))), SEGMENT_S):
        first, last = max(0, start - CONTEXT_S), min(length, start + SEGMENT_S + CONTEXT_S)
        part = samples[first * SOUND_RATE : round(last * SOUND_RATE)]
        yield sound_batch(part, first, (start, min(length, start + SEGMENT_S)))


def owned(batch: SoundBatch, table: pa.Table) -> pa.Table:
    """The rows that the segment keeps."""
    spans = zip(table["pts_us"].to_pylist(), table["end_us"].to_pylist(), strict=True)
    return table.filter(pa.array([batch.owns(*span) for span in spans], pa.bool_()))


def listened(samples: np.ndarray, analyzers: Sequence[Analyzer[Any, Any]]) -> dict[str, pa.Table]:
    """What analyzers hear in the whole sound, by their name, one after another as the pipeline runs them."""
    kept: dict[str, list[pa.Table]] = {analyzer.name: [] for analyzer in analyzers}
    for batch in batches(samples):
        tables: dict[str, pa.Table] = {}
        for analyzer in analyzers:
            heard = SoundBatch(
                batch.content_id, batch.segment_no, batch.samples, batch.start_us, batch.own_us, dict(tables)
            )
            table = analyzer.analyze(heard, analyzer.options_type())
            tables |= dict.fromkeys(analyzer.adds.names[1:], table)
            kept[analyzer.name].append(owned(batch, table))
    return {name: pa.concat_tables(parts) for name, parts in kept.items()}


def listen(path: Path, settings: Settings, names: Sequence[str] = VOICE_ANALYZERS) -> dict[str, pa.Table]:
    """What the analyzers of these names, with their real weights, hear in a file."""
    return listened(read_sound(path), [ready(name, settings) for name in names])
