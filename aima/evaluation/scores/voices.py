"""Whether two files are of the same voice, and which files are: by similarity as for faces, and by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from pydantic import Field

from aima.evaluation.scores.pairs import UNSCORED, PairScores, score_pairs
from aima.evaluation.scores.partition import PartitionScore, score_partition
from aima.evaluation.scores.result import Result
from aima.evaluation.truth import Pair

BINS: Final = 40
"""Of a histogram from -1 to 1."""


class Histogram(Result):
    """How many pairs are how similar; those without a similarity are left out."""

    edges: tuple[float, ...] = Field(description="of similarity, one more than counts")
    same: tuple[int, ...]
    different: tuple[int, ...]


class VoiceScores(PairScores):
    """How well voices are known again. Null where there are no labels for it."""

    bcubed_f1: float | None = Field(description="of the files grouped by voice")
    groups: PartitionScore | None
    histogram: Histogram


def score_voices(
    pairs: Sequence[Pair],
    similarities: Sequence[float | None],
    odds: Sequence[float | None],
    least: float,
    groups: tuple[Mapping[str, Sequence[str]], Mapping[str, str]],
) -> VoiceScores:
    """Compares pairs of files with similarities and log-odds in their order, and files by speaker with their groups.

    least: log-odds from which AIMA joins. groups: files by true speaker, and the group of each file; a file without one
    is a group of its own.

    Raises ValueError if there are not as many similarities or log-odds as pairs.
    """
    speakers, found = groups
    partition = score_partition(speakers, found) if any(speakers.values()) else None
    return VoiceScores(
        **dict(score_pairs(pairs, similarities, odds, least)),
        bcubed_f1=partition.bcubed_f1 if partition else None,
        groups=partition,
        histogram=_histogram(pairs, similarities),
    )


def _histogram(pairs: Sequence[Pair], similarities: Sequence[float | None]) -> Histogram:
    edges = np.linspace(UNSCORED, 1.0, BINS + 1)
    scored = [(pair.same, value) for pair, value in zip(pairs, similarities, strict=True) if value is not None]
    same, different = (
        np.histogram([value for label, value in scored if label == kind], edges)[0].tolist() for kind in (1, 0)
    )
    return Histogram(edges=tuple(np.round(edges, 3).tolist()), same=tuple(same), different=tuple(different))
