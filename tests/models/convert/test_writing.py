"""The networks for writing keep what they compute; only the surest character of each step is given out."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

from aima.models.convert.writing import detection_network, recognition_network


def exported(nodes, given, gives):
    """A network between arrays that are called as in the exports, with one text in its metadata."""
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "exported",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, given)],
            [helper.make_tensor_value_info("fetch_name_0", TensorProto.FLOAT, gives)],
        ),
        opset_imports=[helper.make_opsetid("", 11)],
        ir_version=10,
    )
    helper.set_model_props(model, {"character": "a\nb"})
    return model.SerializeToString()


def run(model, given):
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, given), strict=True)), session


def test_the_surest_character_of_each_step_and_its_score_are_given():
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[1, 2], keepdims=0),
        helper.make_node("Unsqueeze", ["means"], ["steps"], axes=[2]),
        helper.make_node("Neg", ["steps"], ["other"]),
        helper.make_node("Concat", ["steps", "other"], ["fetch_name_0"], axis=2),
    ]
    line = np.ones((1, 3, 48, 3), np.float32) * np.array([0.9, -0.6, 0.2], np.float32)
    found, session = run(recognition_network(exported(nodes, ["n", 3, 48, "w"], ["n", "w", 2])), {"line": line})
    assert found["characters"].tolist() == [[0, 1, 0]]
    np.testing.assert_allclose(found["scores"], [[0.9, 0.6, 0.2]], rtol=1e-5)
    assert session.get_modelmeta().custom_metadata_map["character"] == "a\nb"


def test_detection_takes_pictures_of_any_size():
    nodes = [helper.make_node("ReduceMean", ["x"], ["fetch_name_0"], axes=[1])]
    model = detection_network(exported(nodes, [1, 3, 32, 32], [1, 1, 32, 32]))
    found, _ = run(model, {"image": np.full((2, 3, 64, 96), 0.5, np.float32)})
    assert found["writing"].shape == (2, 1, 64, 96)
