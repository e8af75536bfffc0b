"""Show faces to a network as its contract in the catalogue wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from aima.analyzers.crops import (
    ARCFACE,
    ARCFACE_SIDE,
    Mask,
    Pixels,
    Reals,
    aligned,
    inside,
    similarity,
    square,
    tensor,
)
from aima.analyzers.faces import Faces
from aima.models.model import Arrays, Model

RUN_AT_MOST = 64
"""Faces per call of a network: bounds the memory of a chunk that shows a crowd."""

ALIGNED: Mapping[str, Any] = {"crop": "arcface", "size": ARCFACE_SIDE}
"""The part of a contract that asks for aligned faces."""


def face_crops(
    frames: npt.NDArray[np.uint8], faces: Faces, chosen: npt.NDArray[np.int64], contract: Mapping[str, Any]
) -> list[Pixels]:
    """Pictures of the chosen faces, uint8 [size, size, 3] RGB.

    contract: "size", and "crop": "arcface" aligns by landmarks, "box" cuts the square box times "box_scale".
    """
    side = contract["size"]
    if contract["crop"] == "box":
        return [square(frames[faces.frame[i]], faces.boxes[i], contract["box_scale"], side) for i in chosen]
    matrices = _matrices(faces, chosen, side)
    return [aligned(frames[faces.frame[i]], matrix, side) for i, matrix in zip(chosen, matrices, strict=True)]


def insides(
    frames: npt.NDArray[np.uint8], faces: Faces, chosen: npt.NDArray[np.int64], contract: Mapping[str, Any]
) -> list[Mask]:
    """Which pixels of what `face_crops` gives show the frame and not the black beyond it, bool [size, size]."""
    side = contract["size"]
    if contract["crop"] == "box":
        return [np.ones((side, side), bool) for _ in chosen]
    matrices = _matrices(faces, chosen, side)
    return [inside(frames[faces.frame[i]], matrix, side) for i, matrix in zip(chosen, matrices, strict=True)]


def _matrices(faces: Faces, chosen: npt.NDArray[np.int64], side: int) -> Reals:
    return similarity(faces.landmarks[chosen], ARCFACE * (side / ARCFACE_SIDE))


def answers(model: Model, crops: Sequence[Pixels], wanted: Sequence[str]) -> Arrays:
    """What the network says of crops: arrays [m, ...] by their name in the contract.

    Left out is what the model does not give; without crops the network is not called and nothing is said.
    """
    contract = model.contract
    names = {part: contract[part] for part in wanted if part in contract}
    calls = [
        model.runtime.run({contract["input"]: tensor(crops[start : start + RUN_AT_MOST], contract)})
        for start in range(0, len(crops), RUN_AT_MOST)
    ]
    return {part: np.concatenate([call[name] for call in calls]) for part, name in names.items() if calls}


def spread(values: Sequence[Any] | None, chosen: npt.NDArray[np.int64], total: int) -> list[Any]:
    """One value per face: those of the chosen ones, None for the others and where there are no values."""
    placed: list[Any] = [None] * total
    if values is not None:
        for i, value in zip(chosen, values, strict=True):
            placed[i] = value
    return placed
