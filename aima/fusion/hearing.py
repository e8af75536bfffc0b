"""Hearing: from what analyzers heard to who says what when.

Pure and deterministic: the same observations give the same hearing, in whatever order their rows come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from aima.domain.speech import Hearing, Speaker, Turn, turn_id
from aima.fusion import thresholds as limits
from aima.fusion.soundings import SOUNDS, soundings
from aima.fusion.speakers import tell_apart
from aima.fusion.turns import Span, stitch
from aima.fusion.utterances import WORDS, utterances
from aima.fusion.windows import TURNS, VECTORS, Floats, Ints, Looks, read_looks
from aima.models.model import Calibration

READ: Final = (TURNS, VECTORS, WORDS, SOUNDS)
"""Analyzers whose columns are read; each may be missing."""


def hear(
    content_id: str,
    input_hash: str,
    end_us: int,
    heard: Mapping[str, pa.Table],
    calibration: Calibration | None,
    speakers: int | None = None,
) -> Hearing:
    """Speakers, turns, utterances and other sounds of a content whose sound ends at `end_us`.

    heard: rows of all segments by analyzer. calibration: of the model of the voice vectors; without it speakers are
    not told apart, and utterances have none. speakers: how many there are, where somebody knows.
    """
    looks = read_looks(heard)
    voices: tuple[Speaker, ...] = ()
    turns: tuple[Turn, ...] = ()
    if looks is not None and calibration is not None:
        owners = tell_apart(looks, calibration, speakers)
        spoken = stitch(looks, owners, end_us)
        order = sorted((spans[0], number) for number, spans in enumerate(spoken) if spans)
        voices = tuple(
            _speaker(content_id, no, looks, np.flatnonzero(owners == number), _alone(spoken, number))
            for no, (_, number) in enumerate(order)
        )
        turns = _turns(content_id, [spoken[number] for _, number in order])
    said = utterances(content_id, end_us, heard[WORDS], turns) if WORDS in heard else ()
    sounds = soundings(content_id, end_us, heard[SOUNDS]) if SOUNDS in heard else ()
    return Hearing(content_id, input_hash, voices, turns, said, sounds)


def _turns(content_id: str, spoken: Sequence[Sequence[Span]]) -> tuple[Turn, ...]:
    """Turns of all speakers, sorted by (start, end, speaker)."""
    placed = sorted((*span, no) for no, spans in enumerate(spoken) for span in spans)
    return tuple(Turn(turn_id(content_id, no, start, end), content_id, no, start, end) for start, end, no in placed)


def _alone(spoken: Sequence[Sequence[Span]], number: int) -> float:
    """Seconds in which this speaker speaks and nobody else does."""
    edges = sorted(
        (time, change, other == number)
        for other, spans in enumerate(spoken)
        for start, end in spans
        for time, change in ((start, 1), (end, -1))
    )
    alone_us = own = others = last_us = 0
    for time, change, mine in edges:
        alone_us += (time - last_us) if own and not others else 0
        own, others, last_us = own + change * mine, others + change * (not mine), time
    return alone_us / 1e6


def _speaker(content_id: str, no: int, looks: Looks, own: Ints, seconds: float) -> Speaker:
    """A speaker with the mean of its looks and those of most lone speech, of the looks that have a vector."""
    known = own[looks.known[own]]
    chosen = _longest(looks, known)
    vector = None
    most = looks.seconds[known].max(initial=0.0)
    if most >= limits.VECTOR_SECONDS:
        telling = known[looks.seconds[known] >= min(most, limits.VECTOR_ENOUGH_SECONDS)]
        mean = looks.seconds[telling] @ looks.vectors[telling]
        vector = np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
    return Speaker(content_id, no, vector, _rows(looks, chosen), seconds)


def _longest(looks: Looks, own: Ints) -> list[int]:
    """Looks of most lone speech, in windows that do not overlap."""
    chosen: list[int] = []
    for look in own[np.argsort(-looks.seconds[own], kind="stable")]:
        window = looks.window[look]
        taken = looks.window[chosen]
        apart = (looks.starts_us[taken] >= looks.ends_us[window]) | (looks.ends_us[taken] <= looks.starts_us[window])
        if apart.all() and looks.seconds[look] > 0:
            chosen.append(int(look))
        if len(chosen) == limits.VECTORS_PER_SPEAKER:
            break
    return chosen


def _rows(looks: Looks, chosen: Sequence[int]) -> Floats:
    return looks.vectors[list(chosen)].reshape(-1, looks.vectors.shape[1])
