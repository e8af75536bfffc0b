"""Where the media of a labelled folder lie, and whether they are sound only."""

from __future__ import annotations

import json
import mimetypes
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

VIDEO: Final = frozenset((
    ".3g2", ".3gp", ".asf", ".flv", ".m2ts", ".mkv", ".mts", ".mxf", ".ogg", ".rm", ".ts", ".webm", ".wmv"
))  # fmt: skip
"""Names that may be videos, whatever the table of MIME types says, which is another one on each machine."""

RECORDED: Final = frozenset({"audio", "video"})

COMPOSED: Final = ".truth.json"
"""Ends the name of labels beside which a clip NAME lies as video/NAME, under whatever name it was made."""

MISSING: Final = "does not exist"


class Places:
    """Finds the medium of a clip, whose labels may have been written before it got its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed = _listed(folder)

    def find(self, file: str, labels: Path) -> str:
        """The path in the folder: as it stands in the labels, by the manifest, by its exact name or the labels'.

        What is nowhere, or in several places, keeps the path that its labels give.
        """
        if is_inside(self._folder, file) and why_no_file(self._folder / file) is None:
            return file
        listed = self._listed.get(self._key(labels))
        return listed or self._named(Path(file).name) or self._composed(labels) or file

    def is_sound(self, file: str, labels: Path, has_size: bool) -> bool:
        """Whether a file that was found is known to have no picture.

        The manifest must say so, or the labels: by naming a sound that is there, and no size of a picture.
        """
        if not is_sound(file):
            return False
        return self._listed.get(self._key(labels)) == file or not (has_size or why_no_file(self._folder / file))

    def recording(self, labels: Path) -> str:
        """The path in the folder of the sound or video that turns are of: by the manifest, or the only one so called.

        What is nowhere, or in several places, is where recordings of talks usually lie.
        """
        stem = labels.stem
        named = (path for path in self._folder.rglob("*") if path.stem == stem and _kind(path.name) in RECORDED)
        return self._listed.get(self._key(labels)) or self._one(named) or f"diarization/{stem}.wav"

    def _key(self, labels: Path) -> str:
        return labels.relative_to(self._folder).as_posix()

    def _named(self, name: str) -> str | None:
        """The only file of this name below video/, or else below the whole folder."""
        return self._only(self._folder / "video", name) or self._only(self._folder, name)

    def _only(self, below: Path, name: str) -> str | None:
        return self._one(path for path in below.rglob("*") if path.name == name)

    def _composed(self, labels: Path) -> str | None:
        """The only video of the name of such labels."""
        if not labels.name.endswith(COMPOSED):
            return None
        stem = labels.name.removesuffix(COMPOSED)
        beside = (self._folder / "video").glob("*")
        return self._one(path for path in beside if path.stem == stem and _kind(path.name) == "video")

    def _one(self, paths: Iterable[Path]) -> str | None:
        found = [path for path in paths if why_no_file(path) is None]
        return found[0].relative_to(self._folder).as_posix() if len(found) == 1 else None


def why_no_file(path: Path) -> str | None:
    """Why a path cannot be read as a file, in words that follow its name; None if it can."""
    try:
        return None if stat.S_ISREG(path.stat().st_mode) else "is no file"
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except OSError as error:
        return f"cannot be reached: {error.strerror}"
    except ValueError:
        return "has a name that no file can have"


def is_inside(folder: Path, file: str) -> bool:
    """Whether a path stays in the folder as it is written; links in it are the owner's own affair."""
    path = Path(file)
    return bool(file) and "\0" not in file and not path.is_absolute() and ".." not in path.parts


def is_sound(file: str) -> bool:
    """Whether the name is one of sounds only."""
    return _kind(file) == "audio"


def _kind(file: str) -> str:
    """ "video", "audio" or another kind, by the name."""
    known = Path(file).suffix.lower() in VIDEO
    return "video" if known else (mimetypes.guess_type(file)[0] or "").partition("/")[0]


def _listed(folder: Path) -> Mapping[str, str]:
    """Media by the labels that the manifest names for them, videos before sounds. One in another form says nothing."""
    try:
        entries = json.loads((folder / "MANIFEST.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    named = [pair for entry in (entries if isinstance(entries, list) else ()) for pair in _entry(entry)]
    known = [(labels, name) for labels, name in named if is_inside(folder, name)]
    return dict(sorted(known, key=lambda pair: not is_sound(pair[1])))


def _entry(entry: Any) -> list[tuple[str, str]]:
    match entry:
        case {"name": str(name), "truth": {**said}}:
            return [(labels, name) for kind in ("file", "rttm") if isinstance(labels := said.get(kind), str)]
    return []
