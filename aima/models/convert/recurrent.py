"""Layers with memory (LSTM) as PyTorch keeps them, as ONNX operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from aima.models.convert.graph import GraphBuilder

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]

GATES: Final = (0, 3, 1, 2)
"""PyTorch keeps the gates as input, forget, cell, output; ONNX as input, output, forget, cell."""


def memory_layers(builder: GraphBuilder, weights: Weights, source: str, layers: int, both_ways: bool) -> str:
    """Layers one upon another: source [steps, n, features] -> [steps, n, hidden], twice hidden where read both ways.

    weights: as `torch.nn.LSTM` calls them, below "lstm.".

    Raises:
        KeyError: weights are missing.
    """
    ways = ("", "_reverse") if both_ways else ("",)
    for layer in range(layers):
        source = _layer(builder, weights, source, [f"l{layer}{way}" for way in ways])
    return source


def _layer(builder: GraphBuilder, weights: Weights, source: str, names: Sequence[str]) -> str:
    parts = [[_ordered(weights[f"lstm.{kind}_{name}"]) for name in names] for kind in ("weight_ih", "weight_hh")]
    biases = [
        np.concatenate([_ordered(weights[f"lstm.bias_{kind}_{name}"]) for kind in ("ih", "hh")]) for name in names
    ]
    hidden = parts[1][0].shape[1]
    inputs = [source, *(builder.constant(np.stack(part)) for part in (*parts, biases))]
    way = "bidirectional" if len(names) == 2 else "forward"
    answer = builder.add("LSTM", inputs, hidden_size=hidden, direction=way)  # [steps, ways, n, hidden]
    turned = builder.add("Transpose", [answer], perm=[0, 2, 1, 3])
    shape = builder.constant(np.array([0, 0, len(names) * hidden], np.int64))
    return builder.add("Reshape", [turned, shape])


def _ordered(gates: Array) -> Array:
    return np.concatenate([np.split(gates, 4)[gate] for gate in GATES])
