"""Transcripts as rows: turns in the format of diarization scorers, utterances for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from aima.domain.speech import Hearing, Turn
from aima.services.transcripts.plain import milliseconds, plain

COLUMNS: Final = ("start", "end", "speaker", "language", "text")
"""Of the table; times in seconds."""
NONE: Final = "<NA>"
"""What RTTM has where there is nothing to say."""
UNTITLED: Final = "medium"


def write_rttm(hearing: Hearing, title: str) -> bytes:
    """Turns as Rich Transcription Time Marked lines (NIST, RT-09); of the title, what could end a field is replaced."""
    name = re.sub(r"[^\w.-]+", "_", plain(title)) or UNTITLED
    return "".join(_line(name, turn, hearing.name_of(turn.speaker)) for turn in hearing.turns).encode()


def write_csv(hearing: Hearing, title: str) -> bytes:  # a table has no place for a title
    """Utterances as comma-separated values with a heading."""
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    for said in hearing.utterances:
        start, end = (f"{ms / 1000:.3f}" for ms in milliseconds(said.start_us, said.end_us))
        rows.writerow((start, end, plain(hearing.name_of(said.speaker)), said.language, plain(said.text)))
    return file.getvalue().encode()


def _line(name: str, turn: Turn, speaker: str) -> str:
    start_ms, end_ms = milliseconds(turn.start_us, turn.end_us)
    speaker = plain(speaker).replace(" ", "_")
    times = f"{start_ms / 1000:.3f} {(end_ms - start_ms) / 1000:.3f}"
    return f"SPEAKER {name} 1 {times} {NONE} {NONE} {speaker} {NONE} {NONE}\n"
