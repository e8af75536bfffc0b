"""Observations of speech made up for tests: who speaks when is cut into windows as the speaker network gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from aima.domain.observation import SOUND_EVENT_COLUMNS, VOICE_VECTOR_COLUMNS, WINDOW_COLUMNS, WORD_COLUMNS
from tests.fusion.making import look

SECOND = 1_000_000
STEP_US = 20_000.0
WINDOW = 10
HOP = 2

Talk = Mapping[int, Sequence[tuple[float, float]]]
"""Per person the spans in seconds in which it speaks."""


def spoken(talk: Talk, end_s: float, noise: float = 0.5) -> dict[str, pa.Table]:
    """Tables of `speaker_turns` and `speaker_embedder`: windows of ten seconds every two."""
    rows = [_window(talk, start, noise) for start in range(0, max(int(np.ceil(end_s)) - WINDOW + HOP, 1), HOP)]
    starts, activities, vectors, seconds = zip(*rows, strict=True)
    times = {
        "segment_no": [start // 60 for start in starts],
        "pts_us": [start * SECOND for start in starts],
        "end_us": [(start + WINDOW) * SECOND for start in starts],
    }
    windows = {**times, "activities": activities, "activity_step_us": [STEP_US] * len(starts)}
    voices = {**times, "voice_vectors": vectors, "voice_seconds": seconds}
    return {
        "speaker_turns": _table(windows, WINDOW_COLUMNS),
        "speaker_embedder": _table(voices, VOICE_VECTOR_COLUMNS),
    }


def words(*said: tuple[str, float, float], phrase: int = 0, language: str = "en") -> pa.Table:
    """Rows of `speech`: words with their start and end in seconds."""
    return pa.concat_tables([_word(text, start, end, phrase, language) for text, start, end in said] or [_NO_WORDS])


def sounds(looks: Mapping[float, Mapping[str, float]]) -> pa.Table:
    """Rows of `sound_events`: looks of one second by their start."""
    columns = {
        "segment_no": [0] * len(looks),
        "pts_us": [round(start * SECOND) for start in looks],
        "end_us": [round((start + 1) * SECOND) for start in looks],
        "sounds": [[{"label": k, "score": v} for k, v in shown.items()] for shown in looks.values()],
    }
    return _table(columns, SOUND_EVENT_COLUMNS)


def shuffled(heard: Mapping[str, pa.Table], seed: int) -> dict[str, pa.Table]:
    """The same rows in another order."""
    random = np.random.default_rng(seed)
    return {name: table.take(pa.array(random.permutation(table.num_rows))) for name, table in heard.items()}


def _window(talk: Talk, start: int, noise: float) -> tuple[int, list, list, list]:
    """Activities, vectors and seconds of the persons heard in a window, in an order of its own."""
    times = start + (np.arange(round(WINDOW * SECOND / STEP_US)) + 0.5) * STEP_US / SECOND
    active = {who: np.any([(a <= times) & (times < b) for a, b in spans], axis=0) for who, spans in talk.items()}
    here = sorted((who for who in active if active[who].any()), key=lambda who: (who * 7 + start) % 5)
    at_once = np.sum([active[who] for who in here] or [np.zeros(len(times))], axis=0)
    seconds = [float((active[who] & (at_once == 1)).sum() * STEP_US / SECOND) for who in here]
    vectors = [
        look(who, start, noise).tolist() if alone >= 0.4 else None for who, alone in zip(here, seconds, strict=True)
    ]
    return start, [active[who].tolist() for who in here], vectors, seconds


def _word(text: str, start: float, end: float, phrase: int, language: str) -> pa.Table:
    columns = {
        "segment_no": [int(start // 60)],
        "pts_us": [round(start * SECOND)],
        "end_us": [round(end * SECOND)],
        "word": [text],
        "word_score": [0.9],
        "phrase": [phrase],
        "language": [language],
        "language_chance": [0.99],
    }
    return _table(columns, WORD_COLUMNS)


def _table(columns: Mapping[str, Sequence[object]], added: pa.Schema) -> pa.Table:
    schema = pa.schema([("segment_no", pa.int32()), ("pts_us", pa.int64()), *added])
    return pa.table({name: list(values) for name, values in columns.items()}, schema=schema)


_NO_WORDS = pa.schema([("segment_no", pa.int32()), ("pts_us", pa.int64()), *WORD_COLUMNS]).empty_table()
