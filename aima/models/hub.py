"""Models of a hub (Hugging Face): one pinned commit, safetensors only, no code of others, every file checked."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath

from aima.errors import ModelCorrupt, ModelRefused, ModelUnavailable
from aima.models.catalogue import HubSource
from aima.models.files import demand

# In lower case, as the hub names its snapshots.
COMMIT = re.compile(r"[0-9a-f]{40}")
PLAIN_NAME = re.compile(r"[\w-]+(\.[\w-]+)*")
WEIGHTS = ".safetensors"
ALLOWED = {WEIGHTS, ".json", ".txt"}
PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack"}
PIP_LINE = "pip install 'aima[hub]'"


def fetch(source: HubSource, cache: Path, offline: bool) -> list[Path]:
    """The checked files of a repository, in the hub's cache layout below `cache`.

    Raises:
        ModelRefused: the revision is no commit, or it needs pickles or code of the repository.
        ModelUnavailable: hub or file not reachable, not in the cache while offline, or the extra is not installed.
        ModelCorrupt: a file differs from the catalogue.
    """
    check_source(source)
    snapshot = _snapshot(source, cache, offline)
    files = [_checked(source, snapshot, name, sha256) for name, sha256 in source.files.items()]
    _refuse_code(source, snapshot / "config.json")
    return files


def check_source(source: HubSource) -> None:
    """Whether a source may be used at all.

    Raises:
        ModelRefused: the revision is a branch or tag, or a file is of a kind that can carry code.
    """
    if not COMMIT.fullmatch(source.revision):
        raise ModelRefused(
            f"{source.repository}: the revision {source.revision} can move", "pin a commit of 40 hexadecimal digits"
        )
    for name in source.files:
        if not PLAIN_NAME.fullmatch(name) or PurePath(name).suffix not in ALLOWED:
            raise ModelRefused(f"{source.repository}: {name} is not allowed", "use safetensors and JSON files only")
    if "config.json" not in source.files or not any(name.endswith(WEIGHTS) for name in source.files):
        raise ModelRefused(f"{source.repository}: no config.json or no safetensors named", "name both in the catalogue")


def _snapshot(source: HubSource, cache: Path, offline: bool) -> Path:
    try:
        import httpx
        import huggingface_hub
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError as error:
        raise ModelUnavailable("huggingface-hub is not installed", PIP_LINE) from error
    try:
        path = huggingface_hub.snapshot_download(
            source.repository,
            revision=source.revision,
            cache_dir=cache,
            allow_patterns=list(source.files),
            local_files_only=offline,
        )
    except LocalEntryNotFoundError as error:
        message = f"{source}: not in the cache {cache}, and the hub was not reached"
        raise ModelUnavailable(message, "check the connection and AIMA_MODELS__OFFLINE") from error
    except httpx.HTTPError as error:
        reason = str(error).splitlines()[0]
        raise ModelUnavailable(f"{source}: {reason}", "check the connection, repository and revision") from error
    return Path(path)


def _checked(source: HubSource, snapshot: Path, name: str, sha256: str) -> Path:
    file = snapshot / name
    if not file.is_file():
        pickles = sorted(f.name for f in snapshot.iterdir() if f.suffix in PICKLES)
        if name.endswith(WEIGHTS) and pickles:
            raise ModelRefused(f"{source}: its weights are pickled ({pickles[0]})", "choose one with safetensors")
        raise ModelUnavailable(f"{source}: {name} is not there", "check repository and revision")
    demand(file, sha256, f"{source}: {name}", f"remove {file} and repeat; if it differs again, do not use it")
    return file


def _refuse_code(source: HubSource, config: Path) -> None:
    try:
        settings = json.loads(config.read_bytes())
    except ValueError as error:
        raise ModelCorrupt(f"{source}: config.json is no JSON", "check the repository") from error
    # Without remote code transformers would open another class than the author meant: refuse, do not guess.
    if "auto_map" in settings:
        raise ModelRefused(
            f"{source}: it needs code of the repository (auto_map)", "choose one that transformers knows"
        )
