"""Finds the tracks that a locator means, also after a re-run has drawn them differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from aima.domain.track import Box, Locator

MIN_TIME_IOU: Final = 0.5
MIN_BOX_IOU: Final = 0.2
"""Low, because the boxes are of the best samples, and a face moves between two choices of the best."""


def overlap_us(a: Locator, b: Locator) -> int:
    """Microseconds in which both are seen, or heard; 0 in different contents or streams."""
    if (a.content_id, a.stream) != (b.content_id, b.stream):
        return 0
    return max(0, min(a.end_us, b.end_us) - max(a.start_us, b.start_us))


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def likeness(a: Locator, b: Locator) -> float:
    """0..1, how surely both mean the same stretch of the same face or voice; 0 below the thresholds.

    The times agree (intersection over union >= 0.5) or one lies within the other, and so do the boxes of faces.
    """
    shared = overlap_us(a, b)
    if not shared:
        return 0.0
    lengths = (a.end_us - a.start_us, b.end_us - b.start_us)
    time_iou = shared / (sum(lengths) - shared)
    if time_iou < MIN_TIME_IOU and shared < min(lengths):
        return 0.0
    if a.box is None or b.box is None:
        return time_iou
    iou = box_iou(a.box, b.box)
    return shared / min(lengths) * iou if iou >= MIN_BOX_IOU else 0.0


def find(wanted: Locator, tracks: Mapping[str, Locator]) -> list[str]:
    """Ids of the tracks that a locator means: the identical one, else the likest that exclude each other not."""
    same = sorted(track_id for track_id, locator in tracks.items() if locator == wanted)
    if same:
        return same[:1]
    scored = ((likeness(wanted, locator), track_id) for track_id, locator in tracks.items())
    taken: list[str] = []
    for _, track_id in sorted(((s, t) for s, t in scored if s > 0), key=lambda pair: (-pair[0], pair[1])):
        if not clashes(tracks[track_id], (tracks[other] for other in taken)):
            taken.append(track_id)
    return taken


def clashes(locator: Locator, others: Iterable[Locator]) -> bool:
    """Whether it is seen, or heard, at the same time, in the same content, as one of the others."""
    return any(overlap_us(locator, other) for other in others)
