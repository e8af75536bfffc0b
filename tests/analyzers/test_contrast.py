"""Dark faces are seen as if they were lit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.analyzers.contrast import MOST, SPAN, stretched
from aima.analyzers.crops import ARCFACE, aligned, similarity
from aima.analyzers.face_embedder import normalised
from aima.analyzers.faces import faces_of
from aima.analyzers.network import answers
from aima.models.loader import load


def everything(picture: np.ndarray) -> np.ndarray:
    return np.ones(picture.shape[:2], bool)


def test_a_picture_that_is_lit_well_is_left_alone(astronaut):
    assert stretched(astronaut, everything(astronaut)) is astronaut


def test_darkness_is_spread_from_its_darkest_part_on():
    ramp = np.tile(np.arange(10, 40, dtype=np.uint8), (112, 4))[..., None].repeat(3, axis=2)
    spread = stretched(ramp, everything(ramp))
    assert spread.min() <= 10
    assert SPAN * 0.9 < int(spread.max()) - int(spread.min()) < SPAN * 1.2
    assert (np.diff(spread[0, :30, 0].astype(int)) > 0).all(), "what was darker stays darker"


def test_what_lies_beyond_the_frame_is_not_the_darkest_part():
    """A hazy picture, half of it black filling: it is spread as if it were whole, and black stays black."""
    haze = np.tile(np.arange(120, 150, dtype=np.uint8), (112, 4))[:, :112, None].repeat(3, axis=2)
    cut, seen = haze.copy(), everything(haze)
    cut[60:], seen[60:] = 0, False
    assert (stretched(cut, everything(cut)) == cut).all()
    assert (stretched(cut, seen)[:60] == stretched(haze, everything(haze))[:60]).all()
    assert (stretched(cut, seen)[60:] == 0).all()
    assert (stretched(cut, np.zeros_like(seen)) == cut).all()


def test_noise_is_not_blown_up_without_end():
    noise = np.random.default_rng(1).integers(20, 24, (112, 112, 3), dtype=np.uint8)
    spread = stretched(noise, everything(noise))
    assert MOST * 3 - 1 <= int(spread.max()) - int(spread.min()) <= MOST * 3 + 1


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.integers(0, 255))
def test_nothing_to_see_stays_nothing(level: int):
    plain = np.full((112, 112, 3), level, np.uint8)
    assert (stretched(plain, everything(plain)) == level).all()


def test_dark_faces_keep_their_likeness_and_strangers_stay_strangers(settings, seen):
    model = load(settings, "face_embedding")
    matrices = similarity(faces_of(seen).landmarks[:2], ARCFACE[None])
    noise = np.random.default_rng(3).normal(0, 0.7, (112, 112, 3))
    lit = [aligned(seen.frames[0], matrix, 112) for matrix in matrices]
    dark = [np.clip(crop / 14.0 + 4 + noise, 0, 255).astype(np.uint8) for crop in lit]
    vectors = normalised(
        answers(model, [*lit, *dark, *(stretched(crop, everything(crop)) for crop in dark)], ["vector"])["vector"]
    )
    plain, better = vectors[2:4], vectors[4:6]
    assert (np.sum(vectors[:2] * better, axis=1) > np.sum(vectors[:2] * plain, axis=1) + 0.05).all()
    assert better[0] @ better[1] < plain[0] @ plain[1] < 0.6
