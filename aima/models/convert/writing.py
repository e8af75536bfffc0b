"""PP-OCRv6 (PaddlePaddle, as converted by the makers of RapidOCR): where writing is, and what a line of it says."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from aima.models.convert import patch

GIVEN, GIVES = "x", "fetch_name_0"
"""How both exports call their input and their output."""


def detection_network(content: bytes) -> onnx.ModelProto:
    """image float32 [n, 3, height, width] -> writing [n, 1, height, width], probability that a pixel is of a line."""
    model = onnx.load_from_string(content)
    patch.free_axes(model, (0, 2, 3))
    patch.rename(model, {GIVEN: "image", GIVES: "writing"})
    return model


def recognition_network(content: bytes) -> onnx.ModelProto:
    """line float32 [n, 3, 48, width] -> characters int64 [n, steps] and scores [n, steps]: the surest of each step.

    Of 18,710 probabilities per step nobody needs more. The characters' list stays in the metadata, as `character`.
    """
    model = onnx.load_from_string(content)
    patch.rename(model, {GIVEN: "line", GIVES: "probabilities"})
    model.graph.node.append(helper.make_node("ArgMax", ["probabilities"], ["characters"], axis=2, keepdims=0))
    model.graph.node.append(helper.make_node("ReduceMax", ["probabilities"], ["scores"], axes=[2], keepdims=0))
    del model.graph.output[:]
    for name, kind in (("characters", TensorProto.INT64), ("scores", TensorProto.FLOAT)):
        model.graph.output.append(helper.make_tensor_value_info(name, kind, ["n", "steps"]))
    return model
