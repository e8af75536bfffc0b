"""Lines of writing are found where they are, in key frames only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aima.analyzers.text_detector import TextDetector, TextDetectorOptions
from aima.analyzers.text_lines import TextLines
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, ready
from tests.writing_made import blank, write


@pytest.fixture(scope="module")
def text_detector(settings):
    return ready("text_detector", settings)


def boxes(table, row=0):
    return TextLines.of_rows(table["text_lines"][row].as_py(), (1.0, 1.0)).boxes


def overlap(one, other):
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    shared = np.clip(high - low, 0, None).prod()
    return shared / (np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared)


def test_lines_are_found_where_they_are_in_source_pixels_from_top_to_bottom(text_detector):
    picture = blank()
    places = np.array(
        [
            write(picture, "Ausfahrt freihalten", (500, 600), 60),
            write(picture, "Bahnhof", (80, 120), 40),
        ],
        np.float32,
    )[::-1]
    batch = frame_batch(picture[None], source_size=(2560, 1440))
    found = boxes(text_detector.analyze(batch, TextDetectorOptions()))
    assert len(found) == 2
    assert all(overlap(one, 2 * place) > 0.5 for one, place in zip(found, places, strict=True))


def test_only_key_frames_are_looked_at(settings):
    model, calls = counted(load(settings, "text_detection"))
    detector = TextDetector()
    detector.load(model)
    picture = blank()
    write(picture, "Willkommen", (100, 200))
    frames = np.stack([picture, picture, blank()])
    table = detector.analyze(frame_batch(frames), TextDetectorOptions(interval_s=0.4))
    first, between, without = table["text_lines"].to_pylist()
    assert (len(first), between, without) == (1, None, [])
    assert calls == [1, 1]
    assert table.schema == detector.schema()


def test_small_letters_of_small_pictures_are_found(text_detector):
    picture = blank(160, 90)
    write(picture, "Schule", (20, 50), 10)
    assert len(boxes(text_detector.analyze(frame_batch(picture[None]), TextDetectorOptions()))) == 1


def test_low_lines_and_those_beyond_the_number_are_left_out(text_detector):
    picture = blank()
    for row, size in enumerate((20, 40, 80)):
        write(picture, "Museum", (100, 150 + 200 * row), size)
    batch = frame_batch(picture[None])
    found = [
        boxes(text_detector.analyze(batch, TextDetectorOptions(**options)))
        for options in ({}, {"min_height": 34}, {"most": 1})
    ]
    assert [len(lines) for lines in found] == [3, 2, 1]
    assert found[2][0] == pytest.approx(found[0][2], abs=1)


class Everywhere:
    """A network that takes so much of its input, from the top, for one line."""

    def __init__(self, share):
        self.share = share

    def run(self, inputs):
        height, width = inputs["image"].shape[2:]
        probability = np.zeros((1, 1, height, width), np.float32)
        probability[:, :, : round(self.share * height)] = 0.9
        return {"writing": probability}


@pytest.mark.parametrize(("share", "lines"), [(0.9, 0), (0.3, 1)])
def test_what_fills_the_picture_is_no_line(settings, share, lines):
    detector = TextDetector()
    detector.load(replace(load(settings, "text_detection"), runtime=Everywhere(share)))
    assert len(boxes(detector.analyze(frame_batch(blank(640, 352)[None]), TextDetectorOptions()))) == lines


def test_a_batch_without_frames_is_answered_without_a_look(text_detector):
    nothing = frame_batch(np.zeros((0, 90, 160, 3), np.uint8))
    assert text_detector.analyze(nothing, TextDetectorOptions()).num_rows == 0
