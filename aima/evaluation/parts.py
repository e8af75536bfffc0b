"""The parts of an evaluation: what each is called, and which labels it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, cast, get_args

from aima.errors import SettingInvalid
from aima.evaluation.truth import Truth

Part = Literal[
    "faces",
    "boxes",
    "counts",
    "identities",
    "persons",
    "cuts",
    "emotion",
    "degraded",
    "wer",
    "der",
    "voices",
    "retrieval",
    "association",
]
PARTS: Final = get_args(Part)

NO_LABELS: Final = "the folder has no labels for it"
NOT_ASKED: Final = "not asked for"


def chosen_parts(only: str) -> frozenset[Part]:
    """The parts that a list with commas names; all if it is empty.

    Raises:
        SettingInvalid: there is no such part.
    """
    names = {name.strip() for name in only.split(",") if name.strip()}
    if unknown := sorted(names - set(PARTS)):
        raise SettingInvalid(f"there is no part {unknown[0]!r} to be measured", f"choose from {', '.join(PARTS)}")
    return cast("frozenset[Part]", frozenset(names or PARTS))


def labelled_parts(truth: Truth) -> frozenset[Part]:
    """The parts that a folder has labels for."""
    clips = truth.clips.values()
    found: dict[Part, object] = {
        "faces": truth.pairs,
        "boxes": truth.boxes,
        "counts": truth.counts,
        "identities": any(truth.identities.values()),
        "persons": any(clip.tells("persons") for clip in clips),
        "cuts": any(clip.tells("cuts") for clip in clips),
        "emotion": truth.expressions,
        "degraded": any(truth.identities.values()),
        "wer": truth.transcripts,
        "der": truth.talks,
        "voices": truth.voice_pairs or any(truth.speakers.values()),
        "retrieval": truth.queries,
        "association": truth.speaking,
    }
    return frozenset(part for part, labels in found.items() if labels)


def restricted(truth: Truth, parts: frozenset[Part]) -> Truth:
    """The labels of some parts: only their files need to be looked at. Degraded copies need no file as it is."""
    clips = {
        name: clip
        for name, clip in truth.clips.items()
        if any(part in parts and clip.tells(part) for part in ("persons", "cuts"))
    }
    return replace(
        truth,
        pairs=truth.pairs if "faces" in parts else (),
        identities=truth.identities if "identities" in parts else {},
        boxes=truth.boxes if "boxes" in parts else {},
        counts=truth.counts if "counts" in parts else {},
        expressions=truth.expressions if "emotion" in parts else (),
        clips=clips,
        transcripts=truth.transcripts if "wer" in parts else (),
        talks=truth.talks if "der" in parts else {},
        voice_pairs=truth.voice_pairs if "voices" in parts else (),
        speakers=truth.speakers if "voices" in parts else {},
        queries=truth.queries if "retrieval" in parts else (),
        speaking=truth.speaking if "association" in parts else (),
    )
