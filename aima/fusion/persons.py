"""Persons: which tracks of the whole archive show the same face.

Groups within each medium come first, then groups across the archive, both by average linkage on calibrated
log-odds. Two tracks that overlap in time in one content are never one person. Only tracks that are surely faces
found a person; the others join one if it is clear which, or stay with nobody.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aima.domain.track import Cluster, Link, Track
from aima.fusion import thresholds as limits
from aima.fusion.glimpses import with_glimpses
from aima.fusion.linkage import DECIMALS, Groups, Points, Rows, agglomerate, seeming, shortfalls
from aima.models.model import Calibration


@dataclass(frozen=True, slots=True)
class _Rule:
    """When tracks are one person; see `link`."""

    calibration: Calibration
    join: float
    review: float


def link(tracks: Sequence[Track], calibration: Calibration, join: float, review: float) -> tuple[Cluster, ...]:
    """Partition of tracks into persons, sorted by first track; the same for any order of `tracks`.

    join: tracks are joined at or above these log-odds. review: as far as `join` lies above it must a weak track be
    more like one person than like any other, or it stays with nobody. Tracks without vectors (identification off)
    belong to nobody.
    """
    ordered = sorted(tracks, key=_key)
    place = {track.track_id: number for number, track in enumerate(ordered)}
    known = [track for track in ordered if track.vector is not None]
    clusters = _recognised(known, _sure(ordered), _Rule(calibration, join, review))
    return tuple(sorted(clusters, key=lambda cluster: place[cluster.track_ids[0]]))


def _key(track: Track) -> tuple[str, int, str]:
    return track.content_id, track.start_us, track.track_id


def _sure(tracks: Sequence[Track]) -> set[str]:
    """Tracks that are surely a face: sure or clear looks add up. A still picture has only one look to give."""
    return {track.track_id for track in tracks if (_looks_well if track.still else _seen_well)(track)}


def _seen_well(track: Track) -> bool:
    clear = limits.CLEAR * (track.quality >= limits.USEFUL_QUALITY)
    # Rounded: three times a tenth are three tenths.
    evidence = round(float(np.maximum(track.scores - limits.FACE_SCORE, clear).sum()), DECIMALS)
    turned = float(track.quality.max()) < limits.WEAK_QUALITY
    return evidence >= limits.SURE and _size(track) >= (limits.TURNED_SIZE if turned else limits.FOUNDER_SIZE)


def _looks_well(track: Track) -> bool:
    return float(track.scores.max()) >= limits.FACE_SCORE


def _size(track: Track) -> float:
    """Pixels, the geometric mean of the sides of its best box."""
    _, _, width, height = track.box
    return math.sqrt(width * height)


def _alone(track: Track) -> Cluster:
    return Cluster((Link(track.track_id, None, {}),))


def _recognised(tracks: Sequence[Track], sure: set[str], rule: _Rule) -> list[Cluster]:
    """Clusters of tracks that have vectors."""
    if not tracks:
        return []
    points = as_points(tracks)
    founders = [number for number, track in enumerate(tracks) if track.track_id in sure]
    groups = _across(points, _within(tracks, points, founders, rule), rule)
    weak = [n for n, t in enumerate(tracks) if t.track_id not in sure and t.quality.max() >= limits.WEAK_QUALITY]
    groups = with_glimpses(points, groups, weak, rule.calibration, rule.join, rule.join - rule.review)
    return [_cluster(tracks, points, group, rule.calibration) for group in groups]


def as_points(tracks: Sequence[Track]) -> Points:
    """Tracks that have vectors, in the order of `_key`, as what is to be grouped."""
    best = np.array([np.sort(track.quality)[-limits.VECTORS_PER_TRACK :].mean() for track in tracks])
    # A track that was seen well from five sides says more about a person than a single blurred look.
    looks = np.array([max(len(track.vectors), 1) for track in tracks])
    return Points(
        vectors=np.array([track.vector for track in tracks], np.float32),
        shortfalls=shortfalls(best),
        weights=np.asarray(looks * np.maximum(best, 0.05), np.float32),
        apart=_overlapping(tracks),
    )


def _overlapping(tracks: Sequence[Track]) -> tuple[frozenset[int], ...]:
    """For each track, sorted by content and start, those of its content that it overlaps in time."""
    apart: list[set[int]] = [set() for _ in tracks]
    for _, group in itertools.groupby(range(len(tracks)), key=lambda number: tracks[number].content_id):
        running: list[int] = []
        for number in group:
            running = [other for other in running if tracks[other].end_us > tracks[number].start_us]
            apart[number].update(running)
            for other in running:
                apart[other].add(number)
            running.append(number)
    return tuple(frozenset(others) for others in apart)


def _within(tracks: Sequence[Track], points: Points, founders: Sequence[int], rule: _Rule) -> Groups:
    """Groups of the founders of each content."""
    groups: Groups = []
    for _, found in itertools.groupby(founders, key=lambda number: tracks[number].content_id):
        members = list(found)
        local = agglomerate(points.taken(members), rule.calibration, rule.join)
        groups += [[members[place] for place in group] for group in local]
    return groups


def _across(points: Points, groups: Groups, rule: _Rule) -> Groups:
    """Groups of groups, over all contents."""
    if not groups:
        return []
    joined = agglomerate(points.gathered(groups), rule.calibration, rule.join)
    return [sorted(itertools.chain.from_iterable(groups[place] for place in group)) for group in joined]


def _cluster(tracks: Sequence[Track], points: Points, group: list[int], calibration: Calibration) -> Cluster:
    """Links in the order of the tracks, each with its mean log-odds against the others."""
    if len(group) == 1:
        return _alone(tracks[group[0]])
    own = points.taken(group)
    alike = np.einsum("nd,nd->n", own.vectors, _others(own.vectors, own.weights))
    off = seeming(own.shortfalls, _others(own.shortfalls[:, None], own.weights)[:, 0])
    odds = [round(float(value), DECIMALS) for value in calibration.log_odds(alike) - off]
    return Cluster(
        tuple(Link(tracks[number].track_id, value, {"face": value}) for number, value in zip(group, odds, strict=True))
    )


def _others(values: Rows, weights: Rows) -> Rows:
    """For each row of [n, d] the weighted mean of the other rows."""
    weighted = values * weights[:, None]
    return np.asarray((weighted.sum(axis=0) - weighted) / (weights.sum() - weights)[:, None], np.float32)
