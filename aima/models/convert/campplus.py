"""CAM++ as ONNX: from the energies of a filter bank to the vector of a voice.

Wang et al., "CAM++: a fast and efficient network for speaker verification using context-aware masking" (2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx

from aima.models.convert.graph import GraphBuilder

Array = npt.NDArray[Any]

BANDS: Final = 80
BLOCKS: Final = ((12, 1), (24, 2), (16, 2))
"""Of dense blocks: how many layers, and how far apart the steps are that a layer listens to."""

STRETCH: Final = 100
"""Steps whose mean is the context that masks them."""

EPSILON: Final = 1e-5
"""Of the normalisations."""


def campplus_network(weights: Mapping[str, Array]) -> onnx.ModelProto:
    """bank float32 [n, frames, 80], less its mean over time -> vector [n, dimension], not normalised.

    At least four frames. weights: as 3D-Speaker calls them.

    Raises:
        KeyError: weights are missing.
    """
    builder = GraphBuilder()
    network = _Network(builder, weights)
    steps = network.head("bank")
    steps = network.relu(network.convolution("xvector.tdnn.linear", "xvector.tdnn.nonlinear", steps, strides=[2]))
    for number, (layers, dilation) in enumerate(BLOCKS, start=1):
        for layer in range(1, layers + 1):
            heard = network.dense_layer(f"xvector.block{number}.tdnnd{layer}", steps, dilation)
            steps = builder.add("Concat", [steps, heard], axis=1)
        steps = network.convolution(
            f"xvector.transit{number}.linear", None, network.active(f"xvector.transit{number}.nonlinear", steps)
        )
    steps = network.active("xvector.out_nonlinear", steps)
    vector = network.convolution("xvector.dense.linear", "xvector.dense.nonlinear", network.statistics(steps))
    dimension = len(weights["xvector.dense.linear.weight"])
    builder.add("Flatten", [vector], "vector")
    return builder.model("campplus", {"bank": ["n", "frames", BANDS]}, {"vector": ["n", dimension]})


class _Network:
    """Appends parts of the network; a normalisation behind a convolution is folded into its weights."""

    def __init__(self, builder: GraphBuilder, weights: Mapping[str, Array]) -> None:
        self._builder, self._weights = builder, weights
        self._places: str | None = None

    def head(self, source: str) -> str:
        """Residual convolutions over time and bands: [n, frames, BANDS] -> [n, channels * bands, frames]."""
        turned = self._builder.add("Transpose", [source], perm=[0, 2, 1])
        picture = self._builder.add("Unsqueeze", [turned, self._whole(1)])
        picture = self.relu(self.convolution("head.conv1", "head.bn1", picture))
        for name, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
            picture = self._residual(f"head.{name}", picture, [stride, 1])
        picture = self.relu(self.convolution("head.conv2", "head.bn2", picture, strides=[2, 1]))
        channels = len(self._weights["head.conv2.weight"]) * BANDS // 8
        return self._builder.add("Reshape", [picture, self._whole(0, channels, -1)])

    def _residual(self, name: str, source: str, strides: Sequence[int]) -> str:
        result = self.relu(self.convolution(f"{name}.conv1", f"{name}.bn1", source, strides=strides))
        result = self.convolution(f"{name}.conv2", f"{name}.bn2", result)
        if f"{name}.shortcut.0.weight" in self._weights:
            source = self.convolution(f"{name}.shortcut.0", f"{name}.shortcut.1", source, strides=strides)
        return self.relu(self._builder.add("Add", [result, source]))

    def dense_layer(self, name: str, source: str, dilation: int) -> str:
        """What a layer adds to the channels that it is given: a convolution, masked by what is around."""
        narrow = self.active(f"{name}.nonlinear1", source)
        narrow = self.relu(self.convolution(f"{name}.linear1", f"{name}.nonlinear2", narrow))
        near = self.convolution(f"{name}.cam_layer.linear_local", None, narrow, dilations=[dilation])
        return self._builder.add("Mul", [near, self._mask(f"{name}.cam_layer", narrow)])

    def _mask(self, name: str, source: str) -> str:
        """0..1 per channel and step, the same for all steps of a stretch."""
        stretches = self._builder.add("AveragePool", [source], kernel_shape=[STRETCH], strides=[STRETCH], ceil_mode=1)
        context = self._builder.add("Add", [self._mean(source), stretches])
        context = self.relu(self.convolution(f"{name}.linear1", None, context))
        mask = self._builder.add("Sigmoid", [self.convolution(f"{name}.linear2", None, context)])
        return self._builder.add("Gather", [mask, self._stretch_of_steps(source)], axis=2)

    def _stretch_of_steps(self, source: str) -> str:
        """To which stretch each step belongs, int64 [steps]: the same in all layers."""
        if self._places is None:
            add, number = self._builder.add, [self._builder.constant(np.array(i, np.int64)) for i in (0, 1, STRETCH)]
            count = add("Squeeze", [add("Shape", [source], start=2)])
            self._places = add("Div", [add("Range", [number[0], count, number[1]]), number[2]])
        return self._places

    def statistics(self, source: str) -> str:
        """Mean and standard deviation over time, [n, 2 * channels, 1]; the deviation is that of a sample."""
        add = self._builder.add
        mean = self._mean(source)
        apart = add("Sub", [source, mean])
        count = add("Cast", [add("Shape", [source], start=2)], to=onnx.TensorProto.FLOAT)
        fewer = add("Sub", [count, self._builder.constant(np.ones(1, np.float32))])
        total = add("ReduceSum", [add("Mul", [apart, apart]), self._whole(2)], keepdims=1)
        return add("Concat", [mean, add("Sqrt", [add("Div", [total, fewer])])], axis=1)

    def _mean(self, source: str) -> str:
        return self._builder.add("ReduceMean", [source, self._whole(2)], keepdims=1)

    def active(self, name: str, source: str) -> str:
        """Normalisation in front of a convolution, and what is below 0 is dropped."""
        gain, shift = (self._builder.constant(part[:, None]) for part in self._norm(f"{name}.batchnorm"))
        return self.relu(self._builder.add("Add", [self._builder.add("Mul", [source, gain]), shift]))

    def convolution(self, name: str, norm: str | None, source: str, **how: Any) -> str:
        """A convolution as wide after as before but for strides. norm: name of what normalises its output."""
        kernel, bias = self._weights[f"{name}.weight"], self._weights.get(f"{name}.bias")
        axes = kernel.ndim - 2
        if norm is not None:
            whole = norm if f"{norm}.running_mean" in self._weights else f"{norm}.batchnorm"
            gain, bias = self._norm(whole)
            kernel = kernel * gain.reshape(-1, *[1] * (axes + 1))
        inputs = [source, *(self._builder.constant(part) for part in (kernel, bias) if part is not None)]
        reach = how.get("dilations", [1] * axes)
        edges = [size // 2 * far for size, far in zip(kernel.shape[2:], reach, strict=True)]
        return self._builder.add("Conv", inputs, pads=edges * 2, **how)

    def relu(self, source: str) -> str:
        """What is below 0 becomes 0."""
        return self._builder.add("Relu", [source])

    def _norm(self, name: str) -> tuple[Array, Array]:
        """Gain and shift of a normalisation, which may have none of its own."""
        mean, variance = (self._weights[f"{name}.running_{part}"] for part in ("mean", "var"))
        gain = self._weights.get(f"{name}.weight", np.float32(1)) / np.sqrt(variance + np.float32(EPSILON))
        return gain, self._weights.get(f"{name}.bias", np.float32(0)) - mean * gain

    def _whole(self, *numbers: int) -> str:
        return self._builder.constant(np.array(numbers, np.int64))
