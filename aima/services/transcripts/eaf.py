"""Tiers for ELAN: what each speaker says, when each speaks, and what else is heard."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from pympi.Elan import Eaf, to_adocument

from aima.domain.speech import Hearing
from aima.services.transcripts.plain import milliseconds, plain

SAID: Final = "said"
TURNS: Final = "turns"
SOUNDS: Final = "sounds"
UNTOLD: Final = "Somebody"
"""Speaks where nobody was told apart."""
EMPTY: Final = "default"
"""The tier that the library begins with."""


@dataclass(frozen=True, slots=True)
class _Note:
    tier: str
    start_ms: int
    end_ms: int
    text: str


def write_eaf(hearing: Hearing, title: str) -> bytes:
    """An annotation document of ELAN, linked with its medium by name. It says when it was written."""
    document = Eaf(author="AIMA")
    name = plain(title)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    document.add_linked_file(name, relpath=f"./{name}", mimetype=kind)
    placed = list(_placed(sorted(_notes(hearing), key=lambda note: (note.start_ms, note.end_ms))))
    for tier, note in placed:
        if tier not in document.tiers:
            document.add_tier(tier, part=note.tier.rpartition(" ")[0])
        document.add_annotation(tier, note.start_ms, note.end_ms, note.text)
    if placed:
        document.remove_tier(EMPTY)
    data: bytes = ElementTree.tostring(to_adocument(document), "utf-8", xml_declaration=True)
    return data


def _notes(hearing: Hearing) -> Iterator[_Note]:
    for said in hearing.utterances:
        name = plain(hearing.name_of(said.speaker)) or UNTOLD
        yield _Note(f"{name} {SAID}", *milliseconds(said.start_us, said.end_us), plain(said.text))
    for turn in hearing.turns:
        name = plain(hearing.name_of(turn.speaker))
        yield _Note(f"{name} {TURNS}", *milliseconds(turn.start_us, turn.end_us), name)
    for sounding in hearing.soundings:
        yield _Note(SOUNDS, *milliseconds(sounding.start_us, sounding.end_us), plain(sounding.label))


def _placed(notes: Iterable[_Note]) -> Iterator[tuple[str, _Note]]:
    """Each note, by start, with its tier. In a tier nothing may overlap: what does goes to one with a number."""
    ends: dict[str, list[int]] = {}
    for note in notes:
        lanes = ends.setdefault(note.tier, [])
        lane = next((number for number, end in enumerate(lanes) if end <= note.start_ms), len(lanes))
        lanes[lane:] = [note.end_ms, *lanes[lane + 1 :]]
        yield note.tier if lane == 0 else f"{note.tier} {lane + 1}", note
