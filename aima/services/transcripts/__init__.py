"""Transcripts: who says what when, in the formats that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, get_args

from aima.domain.speech import Hearing
from aima.services.transcripts.document import write_json
from aima.services.transcripts.eaf import write_eaf
from aima.services.transcripts.subtitles import write_srt, write_vtt
from aima.services.transcripts.tables import write_csv, write_rttm
from aima.services.transcripts.ttml import write_ttml

Kind = Literal["srt", "vtt", "ttml", "rttm", "eaf", "csv", "json"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Subtitles (SubRip, WebVTT, TTML), turns (RTTM), tiers for ELAN, a table, and everything as JSON."""

_WRITERS: Final[Mapping[Kind, Callable[[Hearing, str], bytes]]] = {
    "srt": write_srt,
    "vtt": write_vtt,
    "ttml": write_ttml,
    "rttm": write_rttm,
    "eaf": write_eaf,
    "csv": write_csv,
    "json": write_json,
}


def write(hearing: Hearing, title: str, kind: Kind) -> bytes:
    """What is said in a medium, as the bytes of a file; times are rounded to milliseconds.

    title: what the medium is called; formats that name their medium name it so. The same hearing gives the same bytes,
    but for EAF, which says when it was written.
    """
    return _WRITERS[kind](hearing, title)
