"""Intake: from a path to a known medium with its fixed segments."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aima.analyzers import registry
from aima.domain.media import Medium, media_id
from aima.errors import MediaChanged, MediaEmpty, MediaMissing
from aima.media.gate import inspect
from aima.media.segments import plan_segments
from aima.media.stamp import cannot_read, stamp
from aima.models.catalogue import check_licence, find
from aima.models.verify import check_files
from aima.settings import Settings
from aima.stores.ports import MediaStore


class Intake:
    """Hashes, inspects and registers files for one owner."""

    def __init__(self, settings: Settings, store: MediaStore, owner_id: str) -> None:
        self._settings, self._store, self._owner_id = settings, store, owner_id

    def take(self, path: Path) -> Medium:
        """Register a file. Known bytes are not inspected again; their name and place are brought up to date.

        Those that were taken in before sound was analysed are, so that their segments of sound are there too.

        Raises:
            MediaError: the file is refused; nothing is written.
        """
        before = stamp(path)
        content_id = sha256_of(path)
        identity = media_id(self._owner_id, content_id)
        known = self._store.get(identity)
        info = known.info if known and known.info.tells_of_sound else inspect(path, self._settings.media)
        if stamp(path) != before:
            raise MediaChanged(f"{path} was written to while it was read", "analyze it when it is whole")
        medium = Medium(identity, content_id, self._owner_id, path.name, str(path.absolute()), before[0], info)
        if known and (known.filename, known.path, known.info) == (medium.filename, medium.path, info):
            return known
        return self._store.add(medium, plan_segments(content_id, info))

    def models(self, wanted: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
        """(catalogue name, model version) by task, for the tasks of the wanted analyzers.

        Raises:
            PlanInvalid: no such analyzer.
            ModelMissing: a model is not built.
        """
        tasks = {registry.get(name).task for name in wanted}
        return {task: self._model(task) for task in tasks if task}

    def _model(self, task: str) -> tuple[str, str]:
        entry = find(self._settings, task)
        check_licence(self._settings, entry)
        check_files(entry, self._settings.models_dir)
        return entry.name, f"{entry.name}@{entry.version}"


def sha256_of(path: Path) -> str:
    """The content id of a file.

    Raises:
        MediaMissing: it is not there or cannot be read.
        MediaEmpty: it has no bytes.
    """
    if not stamp(path)[0]:
        raise MediaEmpty(f"{path} is empty", "copy it again from where it came")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise cannot_read(path, error) from error


def find_files(paths: Sequence[Path]) -> tuple[list[Path], dict[Path, MediaMissing]]:
    """Files among the paths and below the folders among them, each once, in order; and what could not be read.

    Raises:
        MediaMissing: a path does not exist.
    """
    found: dict[Path, None] = {}
    unreadable: dict[Path, MediaMissing] = {}
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except FileNotFoundError as error:
            raise MediaMissing(f"{path} does not exist", "check the path") from error
        except OSError as error:
            raise cannot_read(path, error) from error
        for file in _files_below(path, unreadable) if is_folder else [path]:
            found[file] = None
    return list(found), unreadable


def _files_below(folder: Path, unreadable: dict[Path, MediaMissing]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        unreadable[Path(error.filename)] = cannot_read(Path(error.filename), error)

    for directory, folders, names in os.walk(folder, onerror=note):
        folders.sort()
        for name in sorted(names):
            path = Path(directory) / name
            try:
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path
            except OSError as error:
                note(error)
