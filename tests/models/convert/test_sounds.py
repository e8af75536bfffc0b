"""YAMNet is shown spectra as its makers have it, and rounds nothing to eight bits."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from aima.models.convert.sounds import mel_bands, yamnet_network

CLASSES = b'index,mid,display_name\n0,/m/0,Speech\n1,/m/1,"Child speech, kid speaking"\n'
SCALE, ZERO = 0.05, 140


def packed():
    """A network that sums the 96 x 64 numbers it is shown; one weight lies in a file beside it."""
    constants = {
        "audio_scale": np.array(SCALE, np.float32),
        "audio_zero_point": np.array(ZERO, np.uint8),
        "flat": np.array([1, 6144], np.int64),
        "weight": np.stack([np.full(6144, 1e-4), np.full(6144, -1e-4)], axis=1).astype(np.float32),
        "rough": np.array(0.75, np.float32),
        "middle": np.array(190, np.uint8),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["audio", "audio_scale", "audio_zero_point"], ["heard"]),
        helper.make_node("Reshape", ["heard", "flat"], ["row"]),
        helper.make_node("QuantizeLinear", ["weight", "rough", "middle"], ["weight_q"]),
        helper.make_node("DequantizeLinear", ["weight_q", "rough", "middle"], ["weight_dq"]),
        helper.make_node("MatMul", ["row", "weight_dq"], ["scores"]),
        helper.make_node("QuantizeLinear", ["scores", "rough", "middle"], ["class_scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("audio", TensorProto.UINT8, [1, 1, 96, 64])],
        [helper.make_tensor_value_info("class_scores", TensorProto.UINT8, [1, 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    (weight,) = (tensor for tensor in model.graph.initializer if tensor.name == "weight")
    beside = b"other" + weight.raw_data
    onnx.external_data_helper.set_external_data(weight, "model.data", offset=5, length=len(weight.raw_data))
    weight.ClearField("raw_data")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("job/model.onnx", model.SerializeToString())
        archive.writestr("job/model.data", beside)
    return file.getvalue()


def test_a_spectrum_goes_in_and_probabilities_come_out_for_any_batch():
    model = yamnet_network(packed(), CLASSES)
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    spectra = np.random.default_rng(0).uniform(0, 20, (3, 96, 257)).astype(np.float32)
    (found,) = session.run(["probabilities"], {"spectrum": spectra})
    levels = np.log(spectra @ mel_bands() + 0.001)
    score = levels.reshape(3, -1).sum(axis=1) * 1e-4
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-np.stack([score, -score], axis=1))), rtol=1e-3)
    assert session.get_modelmeta().custom_metadata_map["labels"] == "Speech\nChild speech, kid speaking"


def test_bands_are_triangles_that_overlap_by_half():
    bands = mel_bands()
    assert bands.shape == (257, 64)
    heights = np.fft.rfftfreq(512, 1 / 16_000)
    assert (bands[(heights < 125) | (heights > 7500)] == 0).all()
    middle = (heights > 200) & (heights < 6900)
    np.testing.assert_allclose(bands[middle].sum(axis=1), 1, atol=1e-9)
    peaks = heights[bands.argmax(axis=0)]
    assert (np.diff(peaks) >= 0).all()
