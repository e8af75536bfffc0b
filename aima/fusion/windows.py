"""Looks: what each window of the speaker network heard of each of its local speakers, as flat arrays.

Windows overlap, so the same stretch of speech is looked at several times; which local speakers of different windows
are one voice is not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

TURNS: Final = "speaker_turns"
VECTORS: Final = "speaker_embedder"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Activity = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Looks:
    """All local speakers of a content that are heard at all: n looks in w windows.

    starts_us, ends_us: int64 [w], windows ascending; steps: int64 [w], how many steps each has; step_us: length of a
    step. window: int64 [n], index of the window of a look; activities: per look bool [steps of its window].
    vectors: float32 [n, d], L2-normalised, NaN where too little is heard alone; seconds: float32 [n], of speech that
    nobody else speaks into.
    """

    starts_us: Ints
    ends_us: Ints
    steps: Ints
    step_us: float
    window: Ints
    activities: tuple[Activity, ...]
    vectors: Floats
    seconds: Floats

    def __len__(self) -> int:
        return len(self.window)

    @property
    def known(self) -> Activity:
        """bool [n], which looks have a vector."""
        return np.asarray(~np.isnan(self.vectors).any(axis=1) & (self.vectors.shape[1] > 0), bool)


def read_looks(heard: Mapping[str, pa.Table]) -> Looks | None:
    """Flatten the tables of turns and vectors; None without both, or without a window.

    Rows may come in any order. A window of which no vectors were made has looks without vectors.
    """
    if TURNS not in heard or VECTORS not in heard:
        return None
    windows = _ordered(heard[TURNS].filter(pc.is_valid(heard[TURNS]["activities"])))
    if not windows.num_rows:
        return None
    counts, activities = _activities(windows)
    vectors, seconds = _voices(windows, _ordered(heard[VECTORS]), counts)
    window = np.repeat(np.arange(windows.num_rows), counts)
    audible = [number for number, activity in enumerate(activities) if activity.any()]
    starts_us, ends_us = _times(windows).T
    step_us = float(windows["activity_step_us"][0].as_py())
    return Looks(
        starts_us=starts_us,
        ends_us=ends_us,
        # Of a window in which nobody speaks no activity tells it.
        steps=np.rint((ends_us - starts_us) / step_us).astype(np.int64),
        step_us=step_us,
        window=window[audible],
        activities=tuple(activities[number] for number in audible),
        vectors=vectors[audible],
        seconds=seconds[audible],
    )


def _ordered(table: pa.Table) -> pa.Table:
    """Rows by time, one for each span."""
    _, first = np.unique(_times(table), axis=0, return_index=True)
    return table.take(pa.array(first))


def _times(table: pa.Table) -> Ints:
    """int64 [rows, 2], where each row starts and ends."""
    return np.stack([np.asarray(table[name], np.int64) for name in ("pts_us", "end_us")], axis=1)


def _activities(windows: pa.Table) -> tuple[Ints, list[Activity]]:
    """How many local speakers each window has, and when each of them speaks."""
    column = windows["activities"]
    counts = np.asarray(pc.list_value_length(column), np.int64)
    speakers = _joined(pc.list_flatten(column))
    lengths = np.asarray(pc.list_value_length(speakers), np.int64)
    values = np.asarray(speakers.flatten().to_numpy(zero_copy_only=False), bool)
    return counts, np.split(values, np.cumsum(lengths)[:-1]) if len(lengths) else []


def _voices(windows: pa.Table, vectors: pa.Table, counts: Ints) -> tuple[Floats, Floats]:
    """Vectors [n, d] and seconds [n] of all local speakers of the windows."""
    places = {(start, end): place for place, (start, end) in enumerate(_times(vectors).tolist())}
    aligned = vectors.take(pa.array([places.get((start, end)) for start, end in _times(windows).tolist()], pa.int64()))
    heard = _joined(aligned["voice_vectors"])
    lengths = np.asarray(pc.fill_null(pc.list_value_length(heard), 0), np.int64)
    there = np.repeat(lengths == counts, counts)
    own = heard.filter(pa.array(lengths == counts)).flatten()
    seconds = np.zeros(len(there), np.float32)
    lasting = _joined(aligned["voice_seconds"]).filter(pa.array(lengths == counts)).flatten()
    seconds[there] = np.nan_to_num(np.asarray(lasting.to_numpy(zero_copy_only=False), np.float32))
    filled = np.asarray(own.is_valid())
    there[there] = filled
    values = np.asarray(own.drop_null().flatten().to_numpy(zero_copy_only=False), np.float32)
    rows = np.full((len(there), len(values) // max(int(filled.sum()), 1)), np.nan, np.float32)
    rows[there] = values.reshape(-1, rows.shape[1]) if rows.shape[1] else 0
    return rows, seconds


def _joined(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(column, pa.Array):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
