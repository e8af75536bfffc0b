"""Layers with memory, converted and run against their definition."""

import numpy as np
import pytest

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.recurrent import memory_layers
from tests.models.convert.reference import memory, memory_weights, ran

RANDOM = np.random.default_rng(23)


@pytest.mark.parametrize("both_ways", [False, True])
def test_the_network_says_what_the_definition_says(both_ways):
    weights = memory_weights(RANDOM, inputs=5, hidden=4, layers=2, both_ways=both_ways)
    builder = GraphBuilder()
    builder.add("Identity", [memory_layers(builder, weights, "steps", 2, both_ways)], "heard")
    width = 8 if both_ways else 4
    model = builder.model("memory", {"steps": ["steps", "n", 5]}, {"heard": ["steps", "n", width]})
    steps = RANDOM.standard_normal((9, 3, 5)).astype(np.float32)
    expected = memory(weights, steps, 2, both_ways)
    np.testing.assert_allclose(ran(model, steps=steps)["heard"], expected, atol=1e-5)
    assert np.ptp(expected) > 0.2


def test_missing_weights_are_an_error():
    weights = memory_weights(RANDOM, inputs=5, hidden=4, layers=2, both_ways=False)
    with pytest.raises(KeyError, match=r"lstm\.weight_ih_l0_reverse"):
        memory_layers(GraphBuilder(), weights, "steps", 2, both_ways=True)
