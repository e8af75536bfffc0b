"""Real faces and real weights for the tests of the analyzers."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from aima.analyzers.base import Analyzer
from aima.domain.batch import FrameBatch
from aima.services.sample import portraits
from aima.settings import Settings
from tests.analyzers.batches import frame_batch, paste, ready, with_columns


@pytest.fixture(scope="session")
def faces_of_two(settings: Settings) -> dict[str, np.ndarray]:
    """Two portraits, RGB."""
    cv2.setNumThreads(1)
    return {name: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB) for name, path in portraits(settings).items()}


@pytest.fixture(scope="session")
def astronaut(faces_of_two: dict[str, np.ndarray]) -> np.ndarray:
    return faces_of_two["astronaut"]


@pytest.fixture(scope="session")
def hopper(faces_of_two: dict[str, np.ndarray]) -> np.ndarray:
    return faces_of_two["grace_hopper"]


@pytest.fixture(scope="session")
def scene(astronaut: np.ndarray, hopper: np.ndarray) -> np.ndarray:
    """1280 x 720: the astronaut's picture at (100, 100), the admiral's at (700, 60)."""
    canvas = np.full((720, 1280, 3), 96, np.uint8)
    paste(canvas, astronaut, 100, 100)
    paste(canvas, hopper, 700, 60)
    return canvas


@pytest.fixture(scope="session")
def detector(settings: Settings) -> Analyzer[Any]:
    return ready("face_detector", settings)


@pytest.fixture(scope="session")
def seen(detector: Analyzer[Any], scene: np.ndarray) -> FrameBatch:
    """Three frames of the scene - as it is, mirrored, nobody - with the faces that the detector found."""
    frames = np.stack([scene, scene[:, ::-1], np.full_like(scene, 96)])
    batch = frame_batch(frames)
    return with_columns(batch, detector.analyze(batch, detector.options_type()))
