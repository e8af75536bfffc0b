"""The vector that is made of layers, on arrays that the test makes."""

import numpy as np
import onnxruntime as ort
import pytest

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.picture_vector import DIMENSION, Layer, add_vector, centre

RANDOM = np.random.default_rng(5)
LAST = 0.25
MIDDLE = RANDOM.random(DIMENSION) - 0.5


@pytest.fixture(scope="module")
def vector():
    """Vector of a block of 24 channels and a last layer of 1280."""
    builder = GraphBuilder()
    add_vector(builder, [Layer("block", 24)], Layer("last", 1280, LAST), MIDDLE)
    inputs = {"block": ["n", 24, "h", "w"], "last": ["n", 1280, "i", "j"]}
    model = builder.model("test", inputs, {"vector": ["n", DIMENSION]})
    session = ort.InferenceSession(model.SerializeToString())
    return lambda block, last: session.run(["vector"], {"block": block, "last": last})[0]


def floats(*shape):
    return RANDOM.random(shape, np.float32)


def test_it_does_not_matter_where_in_the_picture_something_is(vector):
    block, last = floats(2, 24, 5, 6), floats(2, 1280, 3, 4)
    order = RANDOM.permutation(30)
    moved = block.reshape(2, 24, 30)[:, :, order].reshape(block.shape)
    np.testing.assert_allclose(vector(moved, last[:, :, ::-1].copy()), vector(block, last), atol=1e-5)


def test_parts_have_fixed_lengths_and_each_tells_of_its_layer(vector):
    block, last = floats(2, 24, 5, 6), floats(2, 1280, 3, 4)
    whole = vector(block, last) + MIDDLE
    np.testing.assert_allclose(np.linalg.norm(whole[:, :24], axis=1), 1, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(whole[:, 24:], axis=1), LAST, rtol=1e-4)
    other = vector(block, floats(2, 1280, 3, 4)) + MIDDLE
    np.testing.assert_allclose(other[:, :24], whole[:, :24], atol=1e-5)
    assert np.abs(other[:, 24:] - whole[:, 24:]).max() > 0.001


def test_a_picture_without_any_variation_has_a_vector(vector):
    flat = vector(np.ones((1, 24, 5, 6), np.float32), np.zeros((1, 1280, 3, 4), np.float32)) + MIDDLE
    np.testing.assert_allclose(flat, 0, atol=1e-5)


@pytest.mark.parametrize(("model", "blocks"), [("efficientnet_lite3", 3), ("mobilenet_v2", 2)])
def test_the_centre_lies_among_vectors_of_that_many_blocks(model, blocks):
    assert centre(model).shape == (DIMENSION,)
    assert np.sqrt(blocks - 1) < np.linalg.norm(centre(model)) < np.sqrt(blocks + 1)
