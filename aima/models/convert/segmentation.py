"""The segmentation network of pyannote as ONNX: who of up to three speaks when in a window of sound.

Band filters learned by their edges (Ravanelli and Bengio, "Speaker recognition from raw waveform with SincNet", 2018),
memory in both directions, and one class for each set of those who speak at once (Plaquet and Bredin, "Powerset
multi-class cross entropy loss for neural speaker diarization", 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.recurrent import memory_layers

Array = npt.NDArray[Any]
Weights = Mapping[str, Array]

RATE: Final = 16_000
STRIDE: Final = 10
"""Samples from one place of the band filters to the next."""

LOWEST: Final = 50.0
"""Hz: where the lowest band begins at least, and how wide a band is at least."""

CONVOLUTIONS: Final = 3
MEMORIES: Final = 4
DENSE: Final = 2
SLOPE: Final = 0.01
EPSILON: Final = 1e-5


def segmentation_network(weights: Weights) -> onnx.ModelProto:
    """sound float32 [n, samples] -> scores [n, frames, classes], logarithms of probabilities.

    weights: as pyannote calls them.

    Raises:
        KeyError: weights are missing.
    """
    builder = GraphBuilder()
    axis = builder.constant(np.array([1], np.int64))
    sound = builder.add("Unsqueeze", ["sound", axis])
    features = _normalised(builder, weights, "sincnet.wav_norm1d", sound)
    for number in range(CONVOLUTIONS):
        features = _convolution(builder, weights, number, features)
    steps = builder.add("Transpose", [features], perm=[2, 0, 1])  # [frames, n, features]
    steps = memory_layers(builder, weights, steps, MEMORIES, both_ways=True)
    for number in range(DENSE):
        steps = builder.add("LeakyRelu", [_dense(builder, weights, f"linear.{number}", steps)], alpha=SLOPE)
    scores = builder.add("LogSoftmax", [_dense(builder, weights, "classifier", steps)], axis=-1)
    builder.add("Transpose", [scores], "scores", perm=[1, 0, 2])
    classes = len(weights["classifier.bias"])
    return builder.model("segmentation", {"sound": ["n", "samples"]}, {"scores": ["n", "frames", classes]})


def _convolution(builder: GraphBuilder, weights: Weights, number: int, source: str) -> str:
    """Filters, of the first ones how strong each band is, the greatest of three places, and normalisation."""
    if number == 0:
        kernel = builder.constant(band_filters(weights, "sincnet.conv1d.0.filterbank"))
        result = builder.add("Abs", [builder.add("Conv", [source, kernel], strides=[STRIDE])])
    else:
        inputs = [weights[f"sincnet.conv1d.{number}.{part}"] for part in ("weight", "bias")]
        result = builder.add("Conv", [source, *map(builder.constant, inputs)])
    pooled = builder.add("MaxPool", [result], kernel_shape=[3], strides=[3])
    return builder.add("LeakyRelu", [_normalised(builder, weights, f"sincnet.norm1d.{number}", pooled)], alpha=SLOPE)


def _normalised(builder: GraphBuilder, weights: Weights, name: str, source: str) -> str:
    inputs = [builder.constant(weights[f"{name}.{part}"]) for part in ("weight", "bias")]
    return builder.add("InstanceNormalization", [source, *inputs], epsilon=EPSILON)


def _dense(builder: GraphBuilder, weights: Weights, name: str, source: str) -> str:
    product = builder.add("MatMul", [source, builder.constant(weights[f"{name}.weight"].T)])
    return builder.add("Add", [product, builder.constant(weights[f"{name}.bias"])])


def band_filters(weights: Weights, name: str) -> Array:
    """float64 [filters, 1, samples]: per band an even and an odd filter, of length 2 * taps + 1.

    weights: below `name`, `low_hz_` and `band_hz_` [filters / 2, 1], `n_` [1, taps] times 2 pi and `window_` [taps].
    """
    low_hz, band_hz, times, window = (
        weights[f"{name}.{part}"].astype(np.float64) for part in ("low_hz_", "band_hz_", "n_", "window_")
    )
    low = LOWEST + np.abs(low_hz)
    high = np.clip(low + LOWEST + np.abs(band_hz), LOWEST, RATE / 2)
    width = 2 * (high - low)
    even = (np.sin(high * times) - np.sin(low * times)) / (times / 2) * window
    odd = (np.cos(low * times) - np.cos(high * times)) / (times / 2) * window
    filters = [np.hstack([even, width, even[:, ::-1]]), np.hstack([odd, np.zeros_like(width), -odd[:, ::-1]])]
    return np.concatenate([one / width for one in filters])[:, None]
