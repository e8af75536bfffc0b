"""Degraded copies of photographs, and where the face went in them."""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from aima.domain.track import Box

Pixels = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float64]
Step = Literal["size", "jpeg", "grey", "crop", "rotate", "blur", "dark", "mirror"]


class Variant(BaseModel):
    """One way of degrading; see the comments in `degraded.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    group: str
    strength: float
    unit: str = ""
    steps: tuple[tuple[Step, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """A picture with one face.

    pixels: uint8 [height, width, 3] RGB. face: float64 [4, 2], the corners of its box, which turn with it.
    """

    pixels: Pixels
    face: Reals

    @classmethod
    def of(cls, pixels: Pixels, box: Box) -> Copy:
        """The untouched picture. box: left, top, width, height in its pixels."""
        left, top, width, height = box
        return cls(pixels, np.array([left, top]) + np.array([[0, 0], [width, 0], [width, height], [0, height]]))

    @property
    def face_size(self) -> float:
        """Pixels, the geometric mean of the sides of the face."""
        return math.sqrt(
            float(np.linalg.norm(self.face[1] - self.face[0]) * np.linalg.norm(self.face[3] - self.face[0]))
        )

    @property
    def place(self) -> Box:
        """The upright box around the face."""
        (left, top), (right, bottom) = self.face.min(axis=0), self.face.max(axis=0)
        return float(left), float(top), float(right - left), float(bottom - top)

    def holds(self, box: Box) -> bool:
        """Whether the middle of a box lies in the upright box around the face."""
        left, top, width, height = box
        middle = np.array([left + width / 2, top + height / 2])
        return bool((self.face.min(axis=0) <= middle).all() and (middle <= self.face.max(axis=0)).all())


@functools.cache
def variants() -> tuple[Variant, ...]:
    """The variants that are measured; the first one leaves the picture as it is."""
    text = resources.files("aima.evaluation").joinpath("degraded.toml").read_text()
    return tuple(Variant.model_validate(raw) for raw in tomllib.loads(text)["variant"])


def degrade(copy: Copy, variant: Variant) -> Copy:
    """The copy after all steps of the variant, in order."""
    return functools.reduce(lambda done, step: STEPS[step[0]](done, step[1]), variant.steps, copy)


def _size(copy: Copy, pixels: float) -> Copy:
    factor = min(pixels / max(copy.face_size, 1e-9), 1.0)
    height, width = copy.pixels.shape[:2]
    small = max(round(width * factor), 1), max(round(height * factor), 1)
    shrunk = cv2.resize(copy.pixels, small, interpolation=cv2.INTER_AREA)
    return Copy(np.asarray(shrunk, np.uint8), copy.face * (small[0] / width, small[1] / height))


def _jpeg(copy: Copy, quality: float) -> Copy:
    # OpenCV takes the channels in another order, which matters for the compression of colour.
    _, packed = cv2.imencode(".jpg", copy.pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, round(quality)])
    return Copy(np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)[..., ::-1], copy.face)


def _grey(copy: Copy, _: float) -> Copy:
    return Copy(np.asarray(cv2.cvtColor(cv2.cvtColor(copy.pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)), copy.face)


def _crop(copy: Copy, margin: float) -> Copy:
    low, high = copy.face.min(axis=0), copy.face.max(axis=0)
    reach = float((high - low).max()) * margin / 100
    height, width = copy.pixels.shape[:2]
    left, top = (max(math.floor(v - reach), 0) for v in low)
    right, bottom = (min(math.ceil(v + reach), side) for v, side in zip(high, (width, height), strict=True))
    return Copy(copy.pixels[top:bottom, left:right], copy.face - (left, top))


def _rotate(copy: Copy, degrees: float) -> Copy:
    height, width = copy.pixels.shape[:2]
    turn = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0))
    turned = cv2.warpAffine(copy.pixels, turn, (width, height), flags=cv2.INTER_LINEAR)
    return Copy(np.asarray(turned, np.uint8), copy.face @ turn[:, :2].T + turn[:, 2])


def _blur(copy: Copy, percent: float) -> Copy:
    blurred = cv2.GaussianBlur(copy.pixels, (0, 0), max(copy.face_size * percent / 100, 0.1))
    return Copy(np.asarray(blurred, np.uint8), copy.face)


def _dark(copy: Copy, percent: float) -> Copy:
    return Copy(np.asarray(np.round(copy.pixels * (percent / 100)), np.uint8), copy.face)


def _mirror(copy: Copy, _: float) -> Copy:
    width = copy.pixels.shape[1]
    return Copy(np.ascontiguousarray(copy.pixels[:, ::-1]), copy.face * (-1, 1) + (width, 0))


STEPS: dict[Step, Callable[[Copy, float], Copy]] = {
    "size": _size,
    "jpeg": _jpeg,
    "grey": _grey,
    "crop": _crop,
    "rotate": _rotate,
    "blur": _blur,
    "dark": _dark,
    "mirror": _mirror,
}
"""What each step does: a copy and the step's number to another copy."""
