"""The voice encoder of Resemblyzer as ONNX, from sound to vector (Wan et al., "Generalized end-to-end loss", 2018)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.recurrent import memory_layers

Array = npt.NDArray[Any]

RATE: Final = 16_000
WINDOW: Final = 400
HOP: Final = 160
BANDS: Final = 40
FRAMES: Final = 160
LAYERS: Final = 3

SAMPLES: Final = WINDOW + (FRAMES - 1) * HOP
"""Of a piece of sound."""


def voice_encoder_network(weights: Mapping[str, Array]) -> onnx.ModelProto:
    """sound float32 [n, SAMPLES] -> vector [n, dimension], L2-normalised, no value below 0.

    weights: as Resemblyzer calls them.

    Raises:
        KeyError: weights are missing.
    """
    builder = GraphBuilder()
    axis = builder.constant(np.array([1], np.int64))
    waves = builder.add("Conv", [builder.add("Unsqueeze", ["sound", axis]), builder.constant(_waves())], strides=[HOP])
    # Real and imaginary parts are neighbours: their squares are added by the bands.
    power = builder.add("Mul", [waves, waves])
    steps = builder.add("Transpose", [power], perm=[2, 0, 1])  # [frames, n, 2 * frequencies]
    steps = builder.add("MatMul", [steps, builder.constant(np.tile(mel_bands().T, (2, 1)))])
    steps = memory_layers(builder, weights, steps, LAYERS, both_ways=False)
    last = builder.add("Gather", [steps, builder.constant(np.array(-1, np.int64))], axis=0)
    product = builder.add("MatMul", [last, builder.constant(weights["linear.weight"].T)])
    raw = builder.add("Relu", [builder.add("Add", [product, builder.constant(weights["linear.bias"])])])
    builder.add("Div", [raw, builder.add("ReduceL2", [raw, axis], keepdims=1)], "vector")
    dimension = len(weights["linear.bias"])
    return builder.model("voice_encoder", {"sound": ["n", SAMPLES]}, {"vector": ["n", dimension]})


def _waves() -> Array:
    """Kernels of a Fourier transform of one Hann window, float64 [2 * frequencies, 1, WINDOW]: cosines, then sines."""
    places = np.arange(WINDOW)
    turns = np.outer(np.arange(WINDOW // 2 + 1), places) % WINDOW * (2 * np.pi / WINDOW)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * places / WINDOW)
    return (np.concatenate([np.cos(turns), np.sin(turns)]) * window)[:, None]


def mel_bands() -> Array:
    """Weights of frequencies per band, float64 [BANDS, frequencies]: triangles of equal area on Slaney's mel scale.

    Slaney, "Auditory Toolbox" (1998): linear below 1 kHz, logarithmic above.
    """
    edges = np.array([_hertz(mel) for mel in np.linspace(0, _mel(RATE / 2), BANDS + 2)])
    frequencies = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (frequencies - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - frequencies) / np.diff(edges)[1:, None]
    triangles = np.clip(np.minimum(rising, falling), 0, None)
    return np.asarray(triangles * (2 / (edges[2:] - edges[:-2]))[:, None], np.float64)


LINEAR_HZ: Final = 200 / 3
"""Hertz per mel below KNEE_HZ."""

KNEE_HZ: Final = 1000.0
STEP: Final = math.log(6.4) / 27
"""Logarithm of the ratio of two frequencies that are a mel apart above KNEE_HZ."""


def _mel(hertz: float) -> float:
    if hertz < KNEE_HZ:
        return hertz / LINEAR_HZ
    return KNEE_HZ / LINEAR_HZ + math.log(hertz / KNEE_HZ) / STEP


def _hertz(mel: float) -> float:
    knee = KNEE_HZ / LINEAR_HZ
    return mel * LINEAR_HZ if mel < knee else KNEE_HZ * math.exp((mel - knee) * STEP)
