"""The built weights of this machine, as analyzers get them."""

import pickle
import shutil

import numpy as np
import pytest

from aima.errors import ModelCorrupt, ModelMissing, ModelRefused, ModelUnknown
from aima.models.catalogue import catalogue, find
from aima.models.loader import load
from aima.models.onnx_runtime import OnnxRuntime

TASKS = (
    "face_detection",
    "face_embedding",
    "face_expression",
    "mouth_landmarks",
    "object_detection",
    "image_embedding",
    "text_detection",
    "text_recognition",
    "text_embedding",
)
HEARS = ("voice_activity", "speaker_turns", "speaker_embedding", "speech_recognition", "sound_events")
"""Tasks whose networks are not asked with one array of noise; tests of what runs them are elsewhere."""
FREE = 64


def noise(model, rows):
    """Normalised random pixels, or random tokens, in the form that the contract and the network ask for."""
    contract, random = model.contract, np.random.default_rng(1)
    sizes = [side if isinstance(side, int) else FREE for side in model.runtime.inputs[contract["input"]][1:]]
    if model.task == "text_embedding":
        return {contract["input"]: random.integers(4, 1000, (rows, *sizes))}
    pixels = random.uniform(0, 255, (rows, *sizes))
    mean = np.reshape(contract["mean"], (-1, 1, 1))
    return {contract["input"]: ((pixels - mean) / contract["std"]).astype(np.float32)}


@pytest.mark.parametrize("task", TASKS)
def test_a_batch_gives_what_each_row_gives_alone(settings, task):
    model = load(settings, task)
    inputs = noise(model, 3)
    together = model.runtime.run(inputs)
    for i in range(3):
        alone = model.runtime.run({name: array[i : i + 1] for name, array in inputs.items()})
        for name, array in alone.items():
            np.testing.assert_allclose(together[name][i : i + 1], array, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("task", TASKS)
def test_contracts_name_the_arrays_of_the_network(settings, task):
    model = load(settings, task)
    runtime = model.runtime
    assert list(runtime.inputs) == [model.contract["input"]]
    assert set(runtime.outputs) <= {value for value in model.contract.values() if isinstance(value, str)}
    if model.dimension:
        assert next(iter(runtime.outputs.values())) == ["n", model.dimension]


def test_the_detector_takes_any_multiple_of_its_sides(settings):
    model = load(settings, "face_detection")
    outputs = model.runtime.run({"image": np.zeros((2, 3, 96, 160), np.float32)})
    assert {name: array.shape for name, array in outputs.items()} == {
        "heatmap": (2, 1, 24, 40),
        "scale": (2, 2, 24, 40),
        "offset": (2, 2, 24, 40),
        "landmarks": (2, 10, 24, 40),
    }
    assert outputs["heatmap"].max() < model.thresholds["detect"]


def test_expressions_are_probabilities_of_the_named_classes(settings):
    model = load(settings, "face_expression")
    shown = model.runtime.run(noise(model, 4))["probabilities"]
    np.testing.assert_allclose(shown.sum(axis=1), 1, rtol=1e-4)
    assert shown.shape[1] == len(model.contract["classes"])


def test_calibration_and_version_come_with_the_model(settings):
    model = load(settings, "face_embedding")
    assert model.model_version == "face_embedding_512@1"
    assert model.calibration.log_odds(model.thresholds["same"]) == pytest.approx(0, abs=0.1)
    assert model.calibration.log_odds(model.thresholds["review"]) == pytest.approx(-2, abs=0.2)
    assert "pairs" in model.calibration.measured_on


def test_a_pickled_model_runs_the_same_in_another_place(settings):
    model = load(settings, "mouth_landmarks")
    inputs = noise(model, 2)
    sent = pickle.dumps(model)
    assert len(sent) < 4096
    np.testing.assert_array_equal(pickle.loads(sent).runtime.run(inputs)["points"], model.runtime.run(inputs)["points"])


def test_networks_run_on_one_thread(settings):
    runtime = load(settings, "mouth_landmarks").runtime
    assert isinstance(runtime, OnnxRuntime)
    options = runtime._session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"


def test_what_is_not_built_is_missing_with_the_command(empty):
    with pytest.raises(ModelMissing, match="centerface") as caught:
        load(empty, "face_detection")
    assert caught.value.remedy == "run `aima models build centerface`"


def test_a_changed_file_is_never_loaded(settings, empty):
    entry = find(settings, "mouth_landmarks")
    shutil.copytree(entry.directory(settings.models_dir), entry.directory(empty.models_dir))
    load(empty, "mouth_landmarks")
    weights = entry.directory(empty.models_dir) / "model.onnx"
    content = bytearray(weights.read_bytes())
    content[1000] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"model\.onnx: sha256 is") as caught:
        load(empty, "mouth_landmarks")
    assert "aima models build face_landmarks_68" in caught.value.remedy


def test_unknown_and_refused_models_are_not_loaded(settings):
    with pytest.raises(ModelUnknown, match="nonsense"):
        load(settings, "nonsense")
    strict = settings.model_copy(update={"models": settings.models.model_copy(update={"strict_licences": True})})
    with pytest.raises(ModelRefused, match="face_landmarks_68"):
        load(strict, "mouth_landmarks")


def test_tasks_here_are_those_of_the_catalogue(settings):
    assert {entry.task for entry in catalogue(settings).values()} == {*TASKS, *HEARS}


def test_what_came_beside_the_weights_is_there(settings):
    characters = load(settings, "text_recognition").texts["character"].split("\n")
    assert set("abzABZ019äöüÄÖÜßéñ€%!?") <= set(characters)
    assert load(settings, "mouth_landmarks").texts == {}
