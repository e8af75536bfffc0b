"""Reads who speaks when: Rich Transcription Time Marked files (NIST, RT-09), one for each recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from aima.domain.text import display
from aima.errors import LabelsInvalid
from aima.evaluation.places import Places
from aima.evaluation.truth import Talk, TrueTurn

TURN: Final = "SPEAKER"
"""Begins the line of a turn; other lines say nothing of turns."""
FIELDS: Final = 8
"""A line has at least so many: type, file, channel, start, duration, two that are empty, speaker."""


def read_talks(folder: Path, labels: Path) -> dict[str, Talk]:
    """The turns of `labels`/rttm by the name of their file; empty without such files.

    Raises:
        LabelsInvalid: a line that begins like a turn is none, or a file cannot be read.
    """
    paths = sorted(path for path in (labels / "rttm").glob("*.rttm") if not path.name.startswith("."))
    places = Places(folder)
    return {path.stem: Talk(name=path.stem, file=places.recording(path), turns=_turns(path)) for path in paths}


def _turns(path: Path) -> tuple[TrueTurn, ...]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelsInvalid(f"{display(str(path))} cannot be read: {error}", "check the file") from error
    return tuple(_numbered(path, lines))


def _numbered(path: Path, lines: list[str]) -> Iterator[TrueTurn]:
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if fields[:1] == [TURN]:
            try:
                yield _turn(fields)
            except (ValueError, ValidationError) as error:
                raise LabelsInvalid(
                    f"{display(str(path))}, line {number}: this is no turn: {display(line)}", "correct the labels"
                ) from error


def _turn(fields: list[str]) -> TrueTurn:
    if len(fields) < FIELDS:
        raise ValueError(f"{len(fields)} fields")
    start, lasts = float(fields[3]), float(fields[4])
    return TrueTurn(speaker=fields[7], start=start, end=start + lasts)
