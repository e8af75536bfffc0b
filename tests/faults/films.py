"""Long films with little effort: a few scenes are encoded once and joined in a drawn order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from tests.media_made import FPS, place, portrait, write_clip

SCENE_S = 30.04
"""One group of pictures, a little longer than the shortest segment: each scene becomes a segment."""

_KINDS = (("astronaut",), ("grace_hopper",), ("astronaut", "grace_hopper"), (), ("grace_hopper", "astronaut"))


def make_film(path: Path, faces: dict[str, Path], scenes: int, seed: int = 5) -> Path:
    """A film of so many scenes of 30.04 s, each of one segment, with nobody, one or two persons."""
    kinds = [write_scene(path.with_suffix(f".{number}.mp4"), faces, number) for number in range(len(_KINDS))]
    chance = random.Random(seed)
    order = [kinds[(number + chance.randrange(2)) % len(kinds)] for number in range(scenes)]
    return join(path, order)


def write_scene(path: Path, faces: dict[str, Path], number: int) -> Path:
    """One of the scenes: faces that wander slowly, elsewhere in each."""
    shown = [portrait(faces[name], 220 + 10 * number) for name in _KINDS[number]]

    def paint(picture: np.ndarray, now: float) -> None:
        for index, face in enumerate(shown):
            place(picture, face, 20 + 12 * number + 320 * index + int(2 * now), 20 + 8 * number)

    return write_clip(path, SCENE_S, paint, gop=round(SCENE_S * FPS))


def join(path: Path, scenes: Sequence[Path]) -> Path:
    """The scenes one after the other, without encoding them again."""
    with av.open(str(path), "w") as film:
        stream, start = None, 0
        for scene in scenes:
            with av.open(str(scene)) as source:
                given = source.streams.video[0]
                stream = stream or film.add_stream_from_template(given)
                length = 0
                for packet in source.demux(given):
                    if packet.dts is None or packet.pts is None:
                        continue
                    length = max(length, packet.pts + packet.duration)
                    packet.pts, packet.dts = packet.pts + start, packet.dts + start
                    packet.stream = stream
                    film.mux(packet)
                start += length
    return path
