"""What HTML documents of AIMA share: one look, embedded pictures, nothing loaded, and private files.

A document stands for itself: it must open from a disk, years later, without AIMA and without a network.
"""

from __future__ import annotations

import base64
import os
import tempfile
from importlib import resources
from pathlib import Path


def look() -> str:
    """The style rules that every document begins with: colours by name for light and dark, and the body."""
    return resources.files("aima.services").joinpath("look.css").read_text("utf-8")


def picture_source(jpeg: bytes) -> str:
    """A JPEG as the source of an embedded picture."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def publish(text: str, path: Path) -> Path:
    """Write a document, whole or not at all; readable by its owner alone, since it shows faces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".page-")  # born 0600, and stays so when renamed
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
