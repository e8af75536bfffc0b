"""What HTML documents of AIMA share: one look, embedded pictures, nothing loaded, and private files.

A document stands for itself: it must open from a disk, years later, without AIMA and without a network.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from string import Template

from aima.domain.text import display
from aima.errors import OutputRefused
from aima.storage.archive import write_whole


def document(package: str, template: str, head: str, **parts: str) -> str:
    """A whole document: the head and the style rules that all share, then a template of a package with its parts.

    head: its title; like the parts it is markup already. A template begins with style rules of its own.
    """
    shared, own = _text("aima.services", "head.html"), _text(package, template)
    return Template(shared).substitute(title=head, look=look()) + Template(own).substitute(parts)


def look() -> str:
    """The style rules that every document begins with: colours by name for light and dark, and the body."""
    return _text("aima.services", "look.css")


def picture_source(jpeg: bytes) -> str:
    """A JPEG as the source of an embedded picture."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def publish(content: str | bytes, path: Path) -> Path:
    """Write a document, whole or not at all; readable by its owner alone, since it shows persons.

    Raises:
        OutputRefused: nothing can be written there; what was there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise OutputRefused(f"{display(str(path))}: {error.strerror or error}", "choose another place") from error
    return path


def marks(intervals: Iterable[tuple[int, int]], duration_us: int) -> str:
    """Elements that mark intervals on a rail of this length; what lies beyond its end is cut off."""
    return "".join(_mark(start, end, duration_us) for start, end in intervals)


def _text(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text("utf-8")


def _mark(start_us: int, end_us: int, duration_us: int) -> str:
    left = 100 * min(start_us / duration_us, 1.0)
    width = min(100 * (end_us - start_us) / duration_us, 100 - left)
    return f'<i style="left:{left:.2f}%;width:{width:.2f}%"></i>'
