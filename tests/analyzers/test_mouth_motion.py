"""A mouth that moves is told from one that does not, also on a head that moves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from aima.analyzers.mouth_motion import MouthMotion, MouthMotionOptions
from aima.domain.batch import FrameBatch
from aima.domain.media import Strip
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, ready, with_columns, with_faces

DEFAULT = MouthMotionOptions()
STRIP_FPS = 25


@pytest.fixture(scope="module")
def mouths(settings):
    return ready("mouth_motion", settings)


@pytest.fixture(scope="module")
def films(detector, astronaut) -> dict[tuple[bool, float], FrameBatch]:
    """Talking or silent, on a still or a swaying head."""
    return {(talks, sway): film(detector, astronaut, talks, sway) for talks in (True, False) for sway in (0.0, 12.0)}


def open_mouth(picture: np.ndarray, mouth: np.ndarray, amount: float) -> np.ndarray:
    """The picture with the part below the mouth's middle pulled down, as when a jaw drops; dark in between."""
    left, right = mouth
    width, middle = int(right[0] - left[0]), int((left[1] + right[1]) / 2)
    gap = int(width * amount)
    made = picture.copy()
    if gap:
        chin = slice(middle, middle + width)
        columns = slice(int(left[0]), int(right[0]))
        made[middle + gap : middle + width, columns] = picture[chin, columns][: width - gap]
        made[middle : middle + gap, columns] = 30
    return made


def film(detector: Any, portrait: np.ndarray, talks: bool, shifts: float, seconds: float = 1.2) -> FrameBatch:
    """A talking or silent portrait on a swaying head, with faces found by the detector."""
    batch = frame_batch(portrait[None])
    face = detector.analyze(batch, detector.options_type())["faces"].to_pylist()[0][0]
    mouth = np.array(face["landmarks"]).reshape(5, 2)[3:]
    random = np.random.default_rng(4)
    frames = []
    for i in range(int(seconds * STRIP_FPS)):
        amount = 0.18 * (1 + np.sin(i * 1.3)) if talks else 0.0
        sway = np.array([[1, 0, shifts * np.sin(i / 4)], [0, 1, shifts * np.cos(i / 5)]])
        moved = cv2.warpAffine(open_mouth(portrait, mouth, amount), sway, portrait.shape[1::-1], borderMode=1)
        frames.append(np.clip(moved.astype(int) + random.integers(-3, 4, moved.shape), 0, 255).astype(np.uint8))
    whole = np.stack(frames)
    grey = np.stack([cv2.resize(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), (320, 320), interpolation=3) for f in whole])
    strip = Strip(grey, (np.arange(len(grey)) * 1e6 / STRIP_FPS).astype(np.int64))
    batch = frame_batch(whole[:: STRIP_FPS // 5], strip)
    return with_columns(batch, detector.analyze(batch, detector.options_type()))


def moved(table: Any) -> np.ndarray:
    """Motion of the first face over all frames, without the first."""
    return np.array([v for row in table["mouth_motion"].to_pylist() for v in row[0] if v is not None])


@pytest.mark.parametrize("shifts", [0.0, 12.0])
def test_a_talking_mouth_moves_more_than_a_silent_one(mouths, films, shifts):
    talking = mouths.analyze(films[True, shifts], DEFAULT)
    silent = mouths.analyze(films[False, shifts], DEFAULT)
    assert np.median(moved(talking)) > 2 * np.median(moved(silent))
    assert min(moved(silent).min(), moved(talking).min()) >= 0
    assert max(moved(silent).max(), moved(talking).max()) <= 1


def test_an_open_mouth_is_wider_open_than_a_closed_one(mouths, detector, hopper):
    gaps = mouths.analyze(film(detector, hopper, True, 0, seconds=0.6), DEFAULT)["mouth_open"].to_pylist()
    shut = mouths.analyze(film(detector, hopper, False, 0, seconds=0.2), DEFAULT)["mouth_open"].to_pylist()
    assert max(row[0] for row in gaps) > max(row[0] for row in shut) + 0.1


def test_each_row_covers_its_part_of_the_strip(mouths, films):
    batch = films[True, 0.0]
    table = mouths.analyze(batch, DEFAULT)
    assert table.schema == MouthMotion.schema()
    times = table["mouth_pts_us"].to_pylist()
    assert [t for row in times for t in row] == batch.strip.pts_us.tolist()
    for row, start in zip(times, batch.pts_us, strict=True):
        assert start <= row[0]
        assert row[-1] < start + batch.step_us
    values = table["mouth_motion"].to_pylist()
    assert [len(row[0]) for row in values] == [len(row) for row in times]
    assert values[0][0][0] is None
    assert all(v is not None for row in values for v in row[0][1:])


def test_tiny_faces_and_faces_without_landmarks_are_not_read(settings, films):
    model, calls = counted(load(settings, "mouth_landmarks"))
    mouths = MouthMotion()
    mouths.load(model)
    batch = films[False, 0.0]
    good = batch.columns["faces"].to_pylist()[0][0]
    rows = [[good | {"width": 9.0, "height": 9.0}, good | {"landmarks": None}], None] + [[]] * 4
    plain = replace(batch, columns=batch.columns.select(["pts_us"]))
    table = mouths.analyze(with_faces(plain, rows), DEFAULT)
    assert table["mouth_open"].to_pylist() == [[None, None], None] + [[]] * 4
    assert table["mouth_motion"].to_pylist() == [[None, None], None] + [[]] * 4
    assert calls == []


def test_frames_without_a_strip_still_give_the_opening(mouths, seen):
    table = mouths.analyze(seen, DEFAULT)
    assert table["mouth_motion"].to_pylist() == [[[], []], [[], []], []]
    assert all(0 <= gap < 1 for row in table["mouth_open"].to_pylist() for gap in row)
    assert table["mouth_pts_us"].to_pylist() == [[], [], []]


def test_speech_is_seen_on_a_real_face(mouths, detector, media_dir: Path):
    name = "brbk7n"
    speech = json.loads((media_dir / "truth" / "video" / "grid" / f"{name}.json").read_text())["speech"][0]
    batch = clip(media_dir / "video" / "grid" / f"{name}.mpg")
    batch = with_columns(batch, detector.analyze(batch, detector.options_type()))
    table = mouths.analyze(batch, DEFAULT)
    times = np.array([t for row in table["mouth_pts_us"].to_pylist() for t in row])[1:] / 1e6
    values = np.convolve(moved(table), np.ones(5) / 5, "same")
    within = (times > speech["start"]) & (times < speech["end"])
    without = (times < speech["start"] - 0.1) | (times > speech["end"] + 0.15)
    assert np.mean(values[within][:, None] > values[without]) > 0.9


def clip(path: Path) -> FrameBatch:
    """Frames at 5 per second and the strip of every frame."""
    with av.open(str(path)) as container:
        whole = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    grey = np.stack([cv2.resize(cv2.cvtColor(f, cv2.COLOR_RGB2GRAY), (320, 256), interpolation=3) for f in whole])
    return frame_batch(np.stack(whole[::5]), Strip(grey, np.arange(len(grey)) * 40_000))
