"""Photographs of known persons that show bystanders, too."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from aima.evaluation.portraits import portraits
from aima.evaluation.probes import PROBES
from aima.evaluation.truth import Pair, Truth
from aima.models.catalogue import find
from aima.services import sample
from tests.media_made import portrait, write_picture

SIZE = (400, 800)
"""Height and width of the group."""


def paste(picture: np.ndarray, name: str, path: Path, height: int, middle: tuple[int, int]) -> None:
    """Put a portrait of this height where the middle of its face lies at x, y; what lies outside is cut off."""
    face, original = portrait(path, height), cv2.imread(str(path)).shape[0]
    left, top, wide, high = (side * height / original for side in sample.load_recipe().pictures[name].face)
    x, y = round(middle[0] - left - wide / 2), round(middle[1] - top - high / 2)
    rows, columns = slice(max(y, 0), min(y + height, SIZE[0])), slice(max(x, 0), min(x + face.shape[1], SIZE[1]))
    picture[rows, columns] = face[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]


@pytest.fixture(scope="module")
def truth(settings, tmp_path_factory) -> Truth:
    """The astronaut alone, and in the middle of a picture with a larger face at its edge."""
    folder, faces = tmp_path_factory.mktemp("group"), sample.portraits(settings)
    write_picture(folder / "alone.jpg", faces["astronaut"])
    picture = np.full((*SIZE, 3), 128, np.uint8)
    paste(picture, "grace_hopper", faces["grace_hopper"], 400, (110, 150))
    paste(picture, "astronaut", faces["astronaut"], 300, (400, 200))
    cv2.imwrite(str(folder / "group.jpg"), picture[:, :, ::-1])
    pairs = (Pair(a="alone.jpg", b="group.jpg", same=1),)
    return Truth(folder, pairs=pairs, identities={"astronaut": ("alone.jpg", "group.jpg")})


def test_a_portrait_is_of_the_face_in_its_middle(settings, truth):
    group = list(portraits(truth, settings))[1]
    left, _, width, _ = group.faces.boxes[group.main]
    assert len(group.faces) == 2
    assert left < 400 < left + width
    assert group.faces.sizes[group.main] < group.faces.sizes.max()


def test_vectors_are_those_of_the_face_in_the_middle(settings, truth):
    probe = PROBES["face_embedding"](find(settings, "face_embedding"), truth, settings)
    for one in portraits(truth, settings):
        probe.see(one)
    missed = next(figure for figure in probe.figures() if figure.name == "same person, not joined")
    assert (missed.value, missed.n) == (0.0, 1)
