"""Whom a picture is of, where it shows several faces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from aima.domain.track import Box, Track

CENTRAL: Final = 2.0
"""How much a face away from the middle of a picture counts as smaller: so many square pixels per squared distance, the
rule by which faces are commonly cut out of photographs of several people."""


def subject(boxes: Sequence[Box], size: tuple[float, float]) -> int | None:
    """Index of the face that a picture of this width and height is of: large, in the middle rather than at the edge.

    None without faces.
    """

    def weight(number: int) -> float:
        left, top, width, height = boxes[number]
        aside = math.hypot(left + width / 2 - size[0] / 2, top + height / 2 - size[1] / 2)
        return width * height - CENTRAL * aside**2

    return max(range(len(boxes)), key=weight, default=None)


def main_face(tracks: Sequence[Track], frame: Box) -> Track | None:
    """The face that a picture, or a part of one, is of. frame: what is looked at, in the pixels of the tracks."""
    left, top, width, height = frame
    boxes = [track.box for track in tracks]
    number = subject([(x - left, y - top, w, h) for x, y, w, h in boxes], (width, height))
    return None if number is None else tracks[number]
