"""One run of fusion over the archive."""

from __future__ import annotations

from dataclasses import dataclass

from aima.domain.speech import Turn
from aima.domain.track import Cluster, Track


@dataclass(frozen=True, slots=True)
class FusionRun:
    """What fusion decided, before persons are minted.

    tracks: of the whole archive, sorted by (content_id, start_us, track_id).
    clusters: the partition; tracks and turns in no cluster belong to nobody (too poor to tell).
    input_hash: sha256 over the observation files used. models: model version by analyzer.
    thresholds: join and review in log-odds.
    turns: of the whole archive, sorted by (content_id, start_us, turn_id).
    """

    tracks: tuple[Track, ...]
    clusters: tuple[Cluster, ...]
    input_hash: str
    models: dict[str, str]
    thresholds: dict[str, float]
    turns: tuple[Turn, ...] = ()
