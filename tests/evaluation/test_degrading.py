"""What happens to a copy happens to the place of its face, too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.degrading import Copy, Variant, degrade, variants

BOX = (60.0, 40.0, 40.0, 50.0)


@pytest.fixture
def photo() -> Copy:
    """A grey picture whose face is a red patch."""
    pixels = np.full((200, 300, 3), 90, np.uint8)
    pixels[40:90, 60:100] = (220, 30, 30)
    return Copy.of(pixels, BOX)


def after(copy: Copy, *steps: tuple[str, float]) -> Copy:
    return degrade(copy, Variant.model_validate({"name": "x", "group": "x", "strength": 0, "steps": steps}))


def redness(copy: Copy) -> np.ndarray:
    """Where the picture is red."""
    return copy.pixels[..., 0].astype(int) - copy.pixels[..., 1] > 95


def patch(copy: Copy) -> tuple[float, float]:
    """Middle of what is red."""
    rows, columns = np.nonzero(redness(copy))
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


@pytest.mark.parametrize(
    "steps",
    [
        [("size", 20)],
        [("jpeg", 10)],
        [("crop", 10)],
        [("crop", 300)],
        [("rotate", 30)],
        [("rotate", -45)],
        [("blur", 4)],
        [("mirror", 0)],
        [("rotate", 30), ("crop", 10), ("mirror", 0), ("size", 30)],
    ],
)
def test_the_face_is_where_the_copy_says(photo, steps):
    copy = after(photo, *steps)
    assert patch(copy) == pytest.approx(tuple(copy.face.mean(axis=0)), abs=1.5)
    x, y = patch(copy)
    assert copy.holds((x - 5, y - 5, 10, 10))
    assert not copy.holds((x + 400, y, 10, 10))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    left=st.floats(0, 200),
    top=st.floats(0, 120),
    side=st.floats(16, 80),
    pixels=st.integers(4, 200),
)
def test_a_face_is_shrunk_to_its_size_and_never_enlarged(left, top, side, pixels):
    copy = Copy.of(np.zeros((200, 300, 3), np.uint8), (left, top, side, side))
    small = after(copy, ("size", pixels))
    assert small.face_size == pytest.approx(min(pixels, side), rel=0.1)
    assert small.pixels.shape[0] <= 200


def test_a_cut_keeps_the_margin_that_there_is(photo):
    assert after(photo, ("crop", 0)).pixels.shape == (50, 40, 3)
    assert after(photo, ("crop", 20)).pixels.shape == (70, 60, 3)
    # Ten times the face is more than the picture has.
    assert after(photo, ("crop", 1000)).pixels.shape == photo.pixels.shape


def test_turning_keeps_the_size_of_the_face_and_brings_in_black(photo):
    turned = after(photo, ("rotate", 45))
    assert turned.pixels.shape == photo.pixels.shape
    assert turned.face_size == pytest.approx(photo.face_size)
    assert (turned.pixels[0, 0] == 0).all()


def test_light_colour_and_detail_go_away(photo):
    assert after(photo, ("dark", 20)).pixels.max() == round(220 * 0.2)
    grey = after(photo, ("grey", 0)).pixels
    assert (grey[..., 0] == grey[..., 2]).all()
    assert np.abs(np.diff(after(photo, ("blur", 4)).pixels[65, :, 0].astype(int))).max() < 100
    noise = Copy.of(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8), (10, 10, 40, 40))
    errors = [np.abs(after(noise, ("jpeg", q)).pixels.astype(int) - noise.pixels).mean() for q in (10, 30, 90)]
    assert errors[0] > errors[1] > errors[2] > 0


def test_the_picture_itself_stays_as_it_is(photo):
    before = photo.pixels.copy()
    for variant in variants():
        degrade(photo, variant)
    assert (photo.pixels == before).all()
    assert degrade(photo, variants()[0]) is photo


def test_variants_have_names_of_their_own_and_curves_have_points():
    names = [variant.name for variant in variants()]
    assert len(set(names)) == len(names)
    assert [variant.name for variant in variants() if not variant.steps] == names[:1]
    for group in {variant.group for variant in variants()}:
        places = [variant.strength for variant in variants() if variant.group == group]
        assert len(set(places)) == len(places)
