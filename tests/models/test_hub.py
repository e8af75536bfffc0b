"""Hub models: a tiny ViT that the tests write in the layout of the hub's cache, loaded without network."""

import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from aima.errors import ModelCorrupt, ModelMissing, ModelRefused, ModelUnavailable
from aima.models.build import build
from aima.models.catalogue import OWN_CATALOGUE, HubSource, catalogue
from aima.models.hub import check_source, fetch
from aima.models.loader import load
from aima.models.verify import verify
from tests.models import made

torch = pytest.importorskip("torch", reason="the extra `hub` is not installed")
transformers = pytest.importorskip("transformers", reason="the extra `hub` is not installed")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = ("config.json", "model.safetensors")


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    """A ViT of two small layers with random weights, and the directory that it was saved to."""
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=16, patch_size=8
    )
    network = transformers.ViTModel(config).eval()
    place = tmp_path_factory.mktemp("vit")
    network.save_pretrained(place)
    return network, place


@pytest.fixture
def repository(empty, vit):
    """The snapshot directory of someone/tiny-vit in the cache of the models directory."""
    snapshot = empty.models_dir / "hub" / "models--someone--tiny-vit" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    for name in FILES:
        (snapshot / name).write_bytes((vit[1] / name).read_bytes())
    return snapshot


def source(snapshot, **changes):
    digests = {name: made.sha256((snapshot / name).read_bytes()) for name in FILES if (snapshot / name).exists()}
    given = {"kind": "hub", "repository": "someone/tiny-vit", "revision": COMMIT, "files": digests}
    return HubSource.model_validate({**given, **changes})


@pytest.fixture
def production(empty, repository):
    """Settings of the production profile, offline, with the tiny ViT as the user's own entry."""
    lines = ["[[model]]", 'name = "tiny_vit"', 'version = "1"', 'task = "image_vector"', 'summary = "tiny"']
    lines += ["default = true", "dimension = 16", "[model.licence]", 'code = "MIT"', 'weights = "MIT"', "stated = true"]
    lines += ['note = "made by the test"', "[model.source]", 'kind = "hub"', 'repository = "someone/tiny-vit"']
    lines += [f'revision = "{COMMIT}"', "[model.source.files]"]
    lines += [f'"{name}" = "{digest}"' for name, digest in source(repository).files.items()]
    (empty.models_dir / OWN_CATALOGUE).write_text("\n".join(lines))
    models = empty.models.model_copy(update={"profile": "production", "offline": True})
    return empty.model_copy(update={"models": models})


def build_own(settings):
    build(settings, [catalogue(settings)["tiny_vit"]], progress=print)


def test_the_network_says_what_it_said_before(production, vit):
    with pytest.raises(ModelMissing, match="tiny_vit"):
        load(production, "image_vector")
    build_own(production)
    model = load(production, "image_vector")
    pixels = np.random.default_rng(0).standard_normal((3, 3, 16, 16)).astype(np.float32)
    with torch.inference_mode():
        expected = vit[0](torch.from_numpy(pixels))
    outputs = model.runtime.run({"pixel_values": pixels})
    np.testing.assert_allclose(outputs["last_hidden_state"], expected.last_hidden_state.numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(outputs["pooler_output"], expected.pooler_output.numpy(), rtol=1e-4, atol=1e-5)
    sent = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(sent.runtime.run({"pixel_values": pixels})["pooler_output"], outputs["pooler_output"])


def test_built_files_are_checked_at_every_load(production):
    build_own(production)
    weights = catalogue(production)["tiny_vit"].directory(production.models_dir) / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.unlink()
    weights.write_bytes(content)
    with pytest.raises(ModelCorrupt, match=r"model\.safetensors: sha256 is"):
        load(production, "tiny_vit")
    states = {v.entry.name: v.state for v in verify(catalogue(production).values(), production.models_dir, needed=[])}
    assert states["tiny_vit"] == "corrupt"
    build_own(production)
    load(production, "tiny_vit")


def test_a_file_that_differs_is_refused(repository, empty):
    wanted = source(repository)
    (repository / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ModelCorrupt, match=r"someone/tiny-vit 0123456789ab: model\.safetensors: sha256"):
        fetch(wanted, empty.models_dir / "hub", offline=True)


def test_pickled_weights_are_refused(repository, empty, vit):
    wanted = source(repository)
    (repository / "model.safetensors").unlink()
    torch.save(vit[0].state_dict(), repository / "pytorch_model.bin")
    with pytest.raises(ModelRefused, match=r"pickled \(pytorch_model\.bin\)"):
        fetch(wanted, empty.models_dir / "hub", offline=True)


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "modeling_vit.py", "model.pt", "../config.json", "a/config.json"]
)
def test_files_that_may_carry_code_or_climb_are_refused(repository, name):
    files = {**source(repository).files, name: "0" * 64}
    with pytest.raises(ModelRefused, match="is not allowed"):
        check_source(source(repository, files=files))


@pytest.mark.parametrize("name", FILES)
def test_config_and_weights_must_be_named(repository, name):
    files = {n: digest for n, digest in source(repository).files.items() if n != name}
    with pytest.raises(ModelRefused, match=r"no config\.json or no safetensors"):
        check_source(source(repository, files=files))


@pytest.mark.parametrize("revision", ["main", "v1.0", COMMIT[:12], COMMIT.upper()])
def test_a_revision_that_can_move_is_refused(repository, empty, revision):
    with pytest.raises(ModelRefused, match="can move") as caught:
        fetch(source(repository, revision=revision), empty.models_dir / "hub", offline=True)
    assert "40 hexadecimal digits" in caught.value.remedy


def test_code_of_the_repository_is_refused(repository, empty):
    config = json.loads((repository / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "modeling_evil.EvilModel"}
    (repository / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelRefused, match="auto_map"):
        fetch(source(repository), empty.models_dir / "hub", offline=True)


def test_offline_without_a_cache_is_unavailable(repository, empty, tmp_path):
    with pytest.raises(ModelUnavailable, match="not in the cache") as caught:
        fetch(source(repository), tmp_path / "elsewhere", offline=True)
    assert "AIMA_MODELS__OFFLINE" in caught.value.remedy


FETCHER = """
import sys
from pathlib import Path
from aima.errors import ModelUnavailable
from aima.models.catalogue import HubSource
from aima.models.hub import fetch
try:
    fetch(HubSource.model_validate_json(sys.argv[1]), Path(sys.argv[2]), offline=False)
except ModelUnavailable as error:
    print(error.message)
"""


def test_a_hub_that_does_not_answer_is_unavailable(repository, tmp_path):
    """In a process of its own: the hub's client reads its address when it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", FETCHER, source(repository).model_dump_json(), str(tmp_path / "elsewhere")],
        env={**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("hub someone/tiny-vit 0123456789ab: ")


def test_a_missing_package_gives_the_pip_line(production, monkeypatch):
    build_own(production)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelUnavailable, match="transformers is not installed") as caught:
        load(production, "tiny_vit")
    assert caught.value.remedy == "pip install 'aima[hub]'"
