"""What PyTorch saved in either form is read without it, and nothing of what such files could do is done."""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

from aima.models.convert.pytorch import MAGIC, read_state

torch = pytest.importorskip("torch")


def saved(state, newer=False):
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=newer)
    return file.getvalue()


@pytest.mark.parametrize("newer", [False, True])
def test_arrays_are_read_as_they_were_saved(newer):
    whole = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    state = OrderedDict(
        whole=whole, part=whole[1, :, 1:3], turned=whole.transpose(0, 2), count=torch.tensor(7), none=torch.zeros(0)
    )
    read = read_state(saved(state, newer))
    assert list(read) == list(state)
    for name, tensor in state.items():
        assert read[name].dtype == tensor.numpy().dtype
        np.testing.assert_array_equal(read[name], tensor.numpy())


def test_the_state_of_a_network_is_read():
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    read = read_state(saved(network.state_dict()))
    assert set(read) == set(network.state_dict())
    np.testing.assert_array_equal(read["0.weight"], network.state_dict()["0.weight"].numpy())


def test_one_part_of_a_training_is_read():
    training = {"step": 7, "model": {"a": torch.ones(2)}, "optimizer": {"lr": 0.1}}
    assert read_state(saved(training), "model")["a"].tolist() == [1, 1]
    with pytest.raises(KeyError, match="weights"):
        read_state(saved(training), "weights")


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize("value", [pytest.fail, print, torch.nn.Linear(2, 2)])
def test_what_is_no_array_is_refused_before_it_is_made(value, newer):
    with pytest.raises(pickle.UnpicklingError, match="is no part of weights"):
        read_state(saved({"a": value}, newer))


def test_a_store_of_another_size_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved({"a": torch.arange(6.0)}, True))) as whole, zipfile.ZipFile(file, "w") as cut:
        for name in whole.namelist():
            content = whole.read(name)
            cut.writestr(name, content[:4] if name.endswith("data/0") else content)
    with pytest.raises(ValueError, match="reshape"):
        read_state(file.getvalue())


@pytest.mark.parametrize("state", [[1, 2], {"a": "text"}, 5])
def test_what_is_not_weights_by_name_is_refused(state):
    with pytest.raises(ValueError, match="no weights by name"):
        read_state(saved(state))


@pytest.mark.parametrize("newer", [False, True])
def test_cut_files_are_refused(newer):
    whole = saved({"a": torch.arange(6.0)}, newer)
    for length in range(0, len(whole), 3):
        with pytest.raises((ValueError, EOFError, KeyError, pickle.UnpicklingError, zipfile.BadZipFile)):
            read_state(whole[:length])


class Reaching:
    """An array that claims to begin or to end beyond its store."""

    def __init__(self, offset, shape, steps):
        self._given = (offset, shape, steps)

    def __reduce__(self):
        return torch._utils._rebuild_tensor_v2, (Store(), *self._given, False, OrderedDict())


class Store:
    """Stands for a store of four numbers."""


class Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        return ("storage", torch.FloatStorage, "0", "cpu", 4, None) if isinstance(thing, Store) else None


def made(reaching):
    file = io.BytesIO()
    for part in (MAGIC, 1001, {}, {"a": reaching}, ["0"]):
        Pickler(file, 2).dump(part)
    return file.getvalue() + struct.pack("<q4f", 4, 1, 2, 3, 4)


@pytest.mark.parametrize("given", [(0, (5,), (1,)), (2, (4,), (1,)), (0, (2, 2), (4, 1)), (0, (2,), (-1,))])
def test_nothing_beyond_a_store_is_read(given):
    assert read_state(made(Reaching(1, (3,), (1,))))["a"].tolist() == [2, 3, 4]
    with pytest.raises((ValueError, TypeError)):
        read_state(made(Reaching(*given)))
