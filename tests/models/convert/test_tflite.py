"""Files of TensorFlow Lite that the test writes, read again."""

import numpy as np
import pytest

from aima.models.convert.tflite import read_tflite
from tests.models.convert import tflite_made
from tests.models.convert.tflite_made import Made, tflite

KERNEL = np.arange(-9, 9, dtype=np.int8).reshape(2, 3, 3, 1)
CONV = [(0, "int8", 1), (1, "int32", 2), (2, "int32", 3), (3, "int8", 3)]


def made(**changes) -> bytes:
    tensors = [
        Made((1, 4, 4, 1), scale=(0.5,), zero=(-3,)),
        Made((2, 3, 3, 1), scale=(0.25, 0.125), zero=(0, 0), axis=0, value=KERNEL),
        Made((2,), "int32", scale=(0.125, 0.0625), zero=(0, 0), value=np.array([7, -8], np.int32)),
        Made((1, 2, 2, 2), scale=(0.1,), zero=(4,)),
    ]
    whole = {"tensors": tensors, "operations": [("CONV_2D", (0, 1, 2), (3,), CONV)], "inputs": (0,), "outputs": (3,)}
    return tflite(**(whole | changes))


def test_tensors_and_operations_are_read_as_they_were_written():
    graph = read_tflite(made())
    assert (graph.inputs, graph.outputs) == ((0,), (3,))
    pixels, kernel, bias, _ = graph.tensors
    assert (pixels.shape, pixels.dtype, pixels.value) == ((1, 4, 4, 1), np.int8, None)
    assert (pixels.scale.tolist(), pixels.zero.tolist()) == ([0.5], [-3])
    assert np.array_equal(kernel.value, KERNEL)
    assert (kernel.name, kernel.axis, kernel.scale.tolist()) == ("tensor 1", 0, [0.25, 0.125])
    assert (bias.value.dtype, bias.value.tolist()) == (np.int32, [7, -8])
    (conv,) = graph.operations
    assert (conv.kind, conv.inputs, conv.outputs) == ("CONV_2D", (0, 1, 2), (3,))
    expected = {"padding": 1, "stride_x": 2, "stride_y": 3, "activation": 3, "dilation_x": 1, "dilation_y": 1}
    assert conv.options == expected


def test_operations_with_a_number_beyond_a_byte_are_told_apart():
    graph = read_tflite(made(operations=[("QUANTIZE", (0,), (3,), ())]))
    assert [operation.kind for operation in graph.operations] == ["QUANTIZE"]


@pytest.mark.parametrize("content", [b"", b"not a network at all", b"\x00" * 64])
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(ValueError, match="not a TensorFlow Lite file"):
        read_tflite(content)


def test_an_operation_that_is_not_known_is_named(monkeypatch):
    monkeypatch.setitem(tflite_made.KINDS, "LSTM", 16)
    with pytest.raises(ValueError, match="operation 16 is not supported"):
        read_tflite(made(operations=[("LSTM", (0,), (3,), ())]))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_an_error_and_nothing_worse(kept):
    content = made()
    with pytest.raises(ValueError, match=r"damaged|expected one|buffer"):
        read_tflite(content[: int(len(content) * kept)])
