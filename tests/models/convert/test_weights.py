import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import ValidationError

from aima.models.convert.weights import Group, read_weights


def group(*weights, paths=("shard",)):
    return Group(paths=paths, weights=weights)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.lists(
        hnp.arrays(np.dtype("<f4"), hnp.array_shapes(min_dims=0, max_side=4), elements=st.floats(-9, 9, width=32))
    ),
    st.integers(0, 50),
)
def test_tensors_come_back_from_shards_cut_anywhere(tensors, cut):
    specs = [{"name": f"t{i}", "shape": t.shape, "dtype": "float32"} for i, t in enumerate(tensors)]
    blob = b"".join(t.tobytes() for t in tensors)
    read = read_weights([group(*specs, paths=("a", "b"))], {"a": blob[:cut], "b": blob[cut:]})
    for i, tensor in enumerate(tensors):
        np.testing.assert_array_equal(read[f"t{i}"], tensor)
        assert read[f"t{i}"].shape == tensor.shape


def test_affine_quantisation_is_undone():
    spec = {
        "name": "w",
        "shape": [3],
        "dtype": "float32",
        "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
    }
    read = read_weights([group(spec)], {"shard": bytes([0, 2, 255])})
    np.testing.assert_array_equal(read["w"], np.array([-1, 0, 126.5], np.float32))
    assert read["w"].dtype == np.float32


def test_half_floats_are_widened():
    spec = {"name": "w", "shape": [2], "dtype": "float32", "quantization": {"dtype": "float16"}}
    read = read_weights([group(spec)], {"shard": np.array([0.1, -3], "<f2").tobytes()})
    assert read["w"].dtype == np.float32
    np.testing.assert_array_equal(read["w"], np.array([0.1, -3], np.float16).astype(np.float32))


@pytest.mark.parametrize("size", [4, 12])
def test_shards_of_another_length_are_refused(size):
    with pytest.raises(ValueError, match=r"reshape|expected 8"):
        read_weights([group({"name": "w", "shape": [2], "dtype": "float32"})], {"shard": bytes(size)})


def test_unknown_types_are_refused():
    with pytest.raises(ValueError, match="complex64 are not supported"):
        read_weights([group({"name": "w", "shape": [1], "dtype": "complex64"})], {"shard": bytes(8)})


def test_another_form_is_refused():
    with pytest.raises(ValidationError):
        Group.model_validate({"paths": ["a"], "weights": [{"name": "w"}]})
