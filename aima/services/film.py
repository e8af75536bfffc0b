"""Cuts a short silent film out of still pictures: cards that move and zoom over still backgrounds.

Arrays are uint8 [height, width, 3] RGB; times are seconds of the film.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Face = tuple[float, float, float, float]
VISIBLE_SHARE = 0.6
"""A face counts as seen while at least this share of its box lies inside the frame."""


@dataclass(frozen=True, slots=True)
class Film:
    """What is drawn: `[film]` of the recipe, its pictures, and the face boxes of those that show a person."""

    width: int
    height: int
    fps: int
    keyframe_s: int
    scenes: list[dict[str, Any]]
    pictures: Mapping[str, Pixels]
    faces: Mapping[str, Face]

    @property
    def seconds(self) -> int:
        """Length of the film."""
        return sum(int(scene["seconds"]) for scene in self.scenes)

    @property
    def cuts(self) -> list[float]:
        """Times at which a new shot begins, without 0."""
        ends = np.cumsum([scene["seconds"] for scene in self.scenes])
        return [float(end) for end in ends[:-1]]

    def frames(self) -> Iterator[Pixels]:
        """Every frame in order."""
        for scene in self.scenes:
            behind = self._background(scene, 0.0)
            for index in range(scene["seconds"] * self.fps):
                second = index / self.fps
                frame = behind.copy() if "cards" in scene else self._background(scene, second / scene["seconds"])
                for card in scene.get("cards", []):
                    self._paste(frame, self.pictures[card["picture"]], _place(card["path"], second))
                yield frame

    def presence(self) -> dict[str, list[tuple[float, float]]]:
        """When each person is seen, as half open intervals."""
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in self.faces}
        start = 0.0
        for scene in self.scenes:
            for card in scene.get("cards", []):
                for interval in self._seen(scene, card):
                    _append(seen[card["picture"]], (start + interval[0], start + interval[1]))
            start += scene["seconds"]
        return seen

    def _background(self, scene: dict[str, Any], share: float) -> Pixels:
        """The scene's background after a share of its zoom."""
        picture = self.pictures[scene["background"]]
        first, last = scene.get("zoom", (1.0, 1.0))
        cover = max(self.width / picture.shape[1], self.height / picture.shape[0])
        frame = np.zeros((self.height, self.width, 3), np.uint8)
        self._paste(frame, picture, (self.width / 2, self.height / 2, cover * ((1 - share) * first + share * last)))
        return frame

    def _paste(self, frame: Pixels, picture: Pixels, place: tuple[float, float, float]) -> None:
        x, y, scale = place
        height, width = picture.shape[:2]
        matrix = np.array([[scale, 0, x - scale * width / 2], [0, scale, y - scale * height / 2]])
        # A transparent border leaves the frame as it is wherever the card does not reach.
        cv2.warpAffine(picture, matrix, (self.width, self.height), frame, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)

    def _seen(self, scene: dict[str, Any], card: dict[str, Any]) -> list[tuple[float, float]]:
        """Intervals of the scene in which the card's face lies in the frame."""
        intervals: list[tuple[float, float]] = []
        for index in range(scene["seconds"] * self.fps):
            if self._share(card, index / self.fps) >= VISIBLE_SHARE:
                _append(intervals, (index / self.fps, (index + 1) / self.fps))
        return intervals

    def _share(self, card: dict[str, Any], second: float) -> float:
        """Share of the card's face that lies inside the frame."""
        x, y, scale = _place(card["path"], second)
        height, width = self.pictures[card["picture"]].shape[:2]
        left, top, wide, high = self.faces[card["picture"]]
        x0, y0 = x + scale * (left - width / 2), y + scale * (top - height / 2)
        inside_x = min(x0 + scale * wide, self.width) - max(x0, 0.0)
        inside_y = min(y0 + scale * high, self.height) - max(y0, 0.0)
        return float(max(inside_x, 0.0) * max(inside_y, 0.0) / (scale * wide * scale * high))


def _place(path: list[list[float]], second: float) -> tuple[float, float, float]:
    """x, y and scale at a second, on straight lines between the points of the path."""
    points = np.asarray(path, np.float64)
    x, y, scale = (float(np.interp(second, points[:, 0], points[:, axis])) for axis in (1, 2, 3))
    return x, y, scale


def _append(intervals: list[tuple[float, float]], new: tuple[float, float]) -> None:
    """Add an interval, joined with the last one where they touch."""
    if intervals and abs(intervals[-1][1] - new[0]) < 1e-6:
        intervals[-1] = (intervals[-1][0], new[1])
    else:
        intervals.append(new)


def write_film(film: Film, path: Path) -> None:
    """Encode as H.264 in MP4. A fixed number of threads and no date: the same libraries write the same bytes."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=film.fps, options=_options(film))
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        # Where x264 cuts its work depends on the number of threads, so "all cores" would give other bytes elsewhere.
        stream.codec_context.thread_count = 2
        for index, pixels in enumerate(film.frames()):
            frame = av.VideoFrame.from_ndarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420), format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, film.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _options(film: Film) -> dict[str, str]:
    return {"preset": "veryfast", "crf": "23", "g": str(film.keyframe_s * film.fps)}
