"""Writing is read as it stands there: umlauts, tilted, upside down, over photographs."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.text_in_image import TextInImageOptions, collapse
from tests.analyzers.batches import frame_batch, ready, with_columns
from tests.writing_made import WHITE, blank, write

LINES = (
    "Straßenübergang für Fußgänger",
    "Herzlich willkommen",
    "Schöne Grüße: 24,90 €",
    "BREAKING NEWS 12:30",
    "The quick brown fox",
    "Käse, Öl und Äpfel",
)


@pytest.fixture(scope="module")
def read(settings):
    """Reads one picture: list of what is written."""
    detector, reader = ready("text_detector", settings), ready("text_in_image", settings)

    def read(picture, options=None, source_size=None):
        batch = frame_batch(picture[None], source_size=source_size)
        batch = with_columns(batch, detector.analyze(batch, detector.options_type()))
        table = reader.analyze(batch, options or TextInImageOptions())
        assert table.schema == reader.schema()
        return table["writing"][0].as_py()

    return read


def texts(writing):
    return [line["text"] for line in writing]


def test_german_and_english_are_read_letter_by_letter_with_their_boxes(read):
    picture = blank()
    places = [write(picture, line, (60, 80 + 110 * i), 48) for i, line in enumerate(LINES)]
    writing = read(picture, source_size=(640, 360))
    assert texts(writing) == list(LINES)
    for line, (left, top, right, bottom) in zip(writing, places, strict=True):
        middle = (line["left"] + line["width"] / 2, line["top"] + line["height"] / 2)
        assert middle == pytest.approx(((left + right) / 4, (top + bottom) / 4), abs=8)
        assert line["width"] == pytest.approx((right - left) / 2, abs=20)
        assert line["score"] >= 0.8


@pytest.mark.parametrize(("size", "recall"), [(16, 0.85), (24, 0.95), (60, 0.95)])
def test_writing_over_photographs_is_read(read, scene, size, recall):
    expected, seen = Counter(), Counter()
    for face in ("sans", "italic"):
        picture = cv2.GaussianBlur(scene, (0, 0), 3)
        for i, line in enumerate(LINES[:5]):
            place = (40 + 30 * i, 100 + 130 * i)
            dark = picture[place[1] - size : place[1], place[0] : place[0] + 12 * size].mean() < 128
            write(picture, line, place, size, WHITE if dark else (0, 0, 0), face)
        expected += Counter(" ".join(LINES[:5]).split())
        seen += Counter(" ".join(texts(read(picture))).split())
    right = (expected & seen).total()
    assert right >= recall * expected.total()
    assert right >= 0.9 * seen.total()


@pytest.mark.parametrize("turn", [cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_turned_pictures_are_read_too(read, turn):
    picture = blank(720, 480)
    write(picture, "Feuerwehrzufahrt", (120, 240), 60)
    assert texts(read(cv2.rotate(picture, turn))) == ["Feuerwehrzufahrt"]


@pytest.mark.parametrize("degrees", [-30, 12])
def test_slanted_lines_are_turned_level(read, degrees):
    picture = blank(720, 720)
    write(picture, "Apotheke", (200, 370), 70)
    way = cv2.getRotationMatrix2D((360, 360), -degrees, 1)
    slanted = cv2.warpAffine(picture, way, (720, 720), borderValue=WHITE)
    assert texts(read(slanted)) == ["Apotheke"]


def test_what_is_not_sure_or_too_short_is_left_out(read):
    picture = blank()
    write(picture, "A", (100, 200), 80)
    write(picture, "Rathaus", (100, 500), 80)
    assert texts(read(picture)) == ["Rathaus"]
    assert texts(read(picture, TextInImageOptions(min_characters=1))) == ["A", "Rathaus"]
    assert texts(read(picture, TextInImageOptions(min_score=1.0))) == []


def test_a_photograph_without_writing_has_none(read, hopper):
    assert read(np.ascontiguousarray(hopper[:300])) == []


def test_patterns_are_no_words(read):
    picture = blank()
    write(picture, "ooooo", (100, 200), 60)
    write(picture, "Foto", (100, 500), 60)
    assert texts(read(picture)) == ["Foto"]


def test_frames_that_were_not_looked_at_stay_null(settings):
    reader = ready("text_in_image", settings)
    batch = frame_batch(np.stack([blank(320, 180)] * 3))
    detector = ready("text_detector", settings)
    lines = detector.table(batch.pts_us, {"text_lines": [[], None, []]})
    table = reader.analyze(with_columns(batch, lines), TextInImageOptions())
    assert table["writing"].to_pylist() == [[], None, []]


def test_photographs_of_the_world_are_read(read, media_dir):
    for file, word in (("faces_boxes/2008_002506.jpg", "Puma"), ("face_counts/ultra-light-_16.jpg", "KANSAS")):
        picture = cv2.cvtColor(cv2.imread(str(media_dir / file)), cv2.COLOR_BGR2RGB)
        assert texts(read(picture)) == [word]


CHARACTERS = ["", *"abcäöüß", " "]


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3), st.integers(0, 2)), max_size=12))
def test_each_run_of_a_character_is_one_and_nothing_in_between_is_none(runs):
    """Runs of a character, each followed by some steps without one; at least one between equal characters."""
    numbers, expected, before = [], "", 0
    for number, length, pause in runs:
        gap = max(1, pause) if before == number else pause
        numbers += [0] * gap + [number] * length
        expected, before = expected + CHARACTERS[number], number
    scores = np.linspace(0.5, 1, max(len(numbers), 1), dtype=np.float32)[: len(numbers)]
    text, score = collapse(np.array(numbers, np.int64), scores, CHARACTERS)
    assert text == expected
    assert (0.5 <= score <= 1) if runs else score == 0


def test_spaces_at_the_edges_and_doubled_ones_are_dropped():
    numbers = np.array([8, 1, 8, 0, 8, 2, 8], np.int64)
    assert collapse(numbers, np.ones(7, np.float32), CHARACTERS) == ("a b", 1.0)
