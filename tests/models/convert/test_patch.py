import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from aima.models.convert import patch


@pytest.fixture
def fixed():
    """y = reshape(conv(x), [1, -1]) for exactly one picture of 4 x 4, with an inferred shape in between."""
    kernel = numpy_helper.from_array(np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3), "kernel")
    shape = numpy_helper.from_array(np.array([1, -1], np.int64), "shape")
    nodes = [
        helper.make_node("Conv", ["x", "kernel"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Reshape", ["c", "shape"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "fixed",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 16])],
        [kernel, shape],
        value_info=[helper.make_tensor_value_info("c", TensorProto.FLOAT, [1, 1, 4, 4])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def run(model, x):
    session = ort.InferenceSession(model.SerializeToString())
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def test_freed_model_gives_each_row_what_the_fixed_one_gave(fixed):
    x = np.random.default_rng(0).standard_normal((3, 1, 4, 4)).astype(np.float32)
    expected = np.concatenate([run(fixed, x[i : i + 1]) for i in range(3)])
    patch.free_axes(fixed, (0,))
    patch.keep_batch_in_reshapes(fixed)
    onnx.checker.check_model(fixed, full_check=True)
    np.testing.assert_allclose(run(fixed, x), expected, rtol=1e-5)


def test_inner_shapes_are_dropped_and_axes_named(fixed):
    patch.free_axes(fixed, (0,))
    dims = [value.type.tensor_type.shape.dim for value in patch.interface(fixed)]
    assert [d[0].dim_param for d in dims] == ["n", "n"]
    assert not fixed.graph.value_info


def test_names_change_everywhere(fixed):
    patch.rename(fixed, {"x": "face", "y": "vector"})
    onnx.checker.check_model(fixed)
    assert [value.name for value in patch.interface(fixed)] == ["face", "vector"]
    assert run(fixed, np.ones((1, 1, 4, 4), np.float32)).shape == (1, 16)


def test_resizes_double_pictures_of_any_size():
    sizes = numpy_helper.from_array(np.array([1, 1, 8, 8]), "sizes")
    how = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}
    graph = helper.make_graph(
        [helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], **how)],
        "fixed",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, "i", "j"])],
        [sizes],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    square, other = (np.random.default_rng(0).random(shape, np.float32) for shape in ((1, 1, 4, 4), (1, 1, 3, 5)))
    expected = run(model, square)
    patch.double_in_resizes(model)
    onnx.checker.check_model(model, full_check=True)
    np.testing.assert_allclose(run(model, square), expected, rtol=1e-6)
    assert run(model, other).shape == (1, 1, 6, 10)
