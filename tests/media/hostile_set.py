"""The hostile files that lie beside the test media, and what is expected of each."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aima.domain.media import MediaInfo

# Its file is 320 x 240 by its own sample entry and bitstream: the list states the size that was asked for.
WRONG_IN_THE_LIST = {"odd_size_444.mp4"}
MAKER = "make_hostile.py"


@dataclass(frozen=True)
class Case:
    """One file and its record: expect (accept, partial, reject, either), why, checks."""

    path: Path
    record: dict[str, Any]

    def agrees(self, got: str, info: MediaInfo | None, said: str) -> bool:
        """Whether a verdict is the expected one; `info` is None for what was refused."""
        checks = self.record["checks"]
        if info is None:
            return self.record["expect"] in {"reject", "partial", "either"} and checks.get("message", "") in said
        seconds = info.duration_us / 1e6
        facts = {"kind": info.kind, "rotate": info.rotation, "frames": info.frames}
        if self.record["file"] not in WRONG_IN_THE_LIST:
            facts |= {"width": info.width, "height": info.height}
        return (
            self.record["expect"] in {got, "either"}
            and all(checks[name] == value for name, value in facts.items() if name in checks)
            and abs(seconds - checks.get("seconds", seconds)) <= checks.get("tolerance", 0.1)
            and seconds <= checks.get("max_seconds", seconds)
        )


def cases(folder: Path) -> Iterator[Case]:
    """The files of a set, as its list has them."""
    for record in json.loads((folder / "expected.json").read_text()):
        coded = record.get("file_bytes_b64")
        name = os.fsdecode(base64.b64decode(coded)) if coded else record["file"]
        yield Case(folder / name, record)


def make_set(media_dir: Path, folder: Path) -> Path:
    """A set made now, where ffmpeg and the maker are there; else the one that lies beside the media."""
    maker = media_dir.parent / "tools" / MAKER
    if maker.is_file() and shutil.which("ffmpeg") and shutil.which("ffprobe"):
        subprocess.run([sys.executable, str(maker), str(folder)], check=True, stdout=subprocess.DEVNULL)
        return folder
    made = media_dir / "hostile"
    if not (made / "expected.json").is_file():
        pytest.skip(f"no hostile set: no test media with {MAKER} and ffmpeg, and none that was made before")
    return made
