"""Pictures made for tests of search: copies that were cut and stored anew, and signs over photographs."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from aima.bootstrap import Services
from aima.services.search.answers import Answer
from aima.services.search.query import Query
from tests.writing_made import WHITE, write

FACES = ("face_detector", "face_embedder")
SIGHT = ("image_vector", "objects", "text_detector", "text_in_image")


def worn_copy(picture: Path, target: Path, chance: random.Random) -> Path:
    """The picture without 10 to 30 % of its width and height, in another size, as a JPEG of quality 30 to 60."""
    with Image.open(picture) as opened:
        whole = opened.convert("RGB")
    width, height = (side * chance.uniform(0.7, 0.9) for side in whole.size)
    left, top = chance.uniform(0, whole.width - width), chance.uniform(0, whole.height - height)
    part = whole.crop((round(left), round(top), round(left + width), round(top + height)))
    zoom = chance.uniform(0.5, 1.3)
    small = part.resize((max(16, round(part.width * zoom)), max(16, round(part.height * zoom))))
    small.save(target, quality=chance.randint(30, 60))
    return target


def sign(background: Path, target: Path, *lines: str) -> Path:
    """A dark sign with white lines of writing over a photograph."""
    with Image.open(background) as opened:
        pixels = np.asarray(opened.convert("RGB").resize((960, 640)))
    picture = pixels.copy()
    cv2.rectangle(picture, (80, 180), (880, 240 + 90 * len(lines)), (20, 40, 90), -1)
    for number, line in enumerate(lines):
        write(picture, line, (120, 260 + 90 * number), 60, WHITE)
    Image.fromarray(picture).save(target, quality=90)
    return target


def analyse(services: Services, paths: list[Path], analyzers: tuple[str, ...]) -> None:
    """Analyse, and bring the vectors up."""
    services.analyses.analyze(paths, {name: {} for name in analyzers})
    caught_up = services.projections.catch_up(120)
    assert caught_up.complete, caught_up


def found(services: Services, **asked: object) -> tuple[Answer, ...]:
    """Answers to a query."""
    return services.search.search(Query.of(**asked)).found


def names(answers: tuple[Answer, ...]) -> list[str]:
    """In which files the answers lie."""
    return [answer.place.filename for answer in answers]
