"""Whose face speaks: of each clip the face that has the voice, compared with the one that speaks, or nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from aima.domain.track import Box
from aima.evaluation.scores.result import Result, share
from aima.evaluation.truth import SpeakingClip

ELSEWHERE = "elsewhere"
"""A face that stands where none is labelled."""


class Outcomes(Result):
    """wrong: the voice was given to a face that does not speak; missed: to none, though one speaks."""

    right: int = 0
    wrong: int = 0
    missed: int = 0


class AssociationMistake(Result):
    """A clip that came out otherwise."""

    file: str
    kind: str
    true: str | None = Field(description="whose face speaks; null: nobody's")
    found: str | None


class AssociationScores(Outcomes):
    """All clips, and those of each kind."""

    of: int
    share: float | None = Field(description="right ones")
    by_kind: dict[str, Outcomes]
    mistakes: tuple[AssociationMistake, ...]


def score_association(clips: Sequence[SpeakingClip], found: Mapping[str, Box]) -> AssociationScores:
    """found: the box of the face that has the voice, by file; without one no face has it."""
    told = [(clip, _whose(clip, found.get(clip.file))) for clip in clips]
    kinds = sorted({clip.kind for clip in clips})
    total = _outcomes(told)
    return AssociationScores(
        right=total.right,
        wrong=total.wrong,
        missed=total.missed,
        of=len(clips),
        share=share(total.right, len(clips)),
        by_kind={kind: _outcomes([one for one in told if one[0].kind == kind]) for kind in kinds},
        mistakes=tuple(
            AssociationMistake(file=clip.file, kind=clip.kind, true=clip.speaker_face, found=whose)
            for clip, whose in told
            if whose != clip.speaker_face
        ),
    )


def _whose(clip: SpeakingClip, box: Box | None) -> str | None:
    """The labelled face in whose part of the picture the middle of a box lies."""
    if box is None:
        return None
    middle = box[0] + box[2] / 2
    return next((face.id for face in clip.faces if face.x0 <= middle < face.x1), ELSEWHERE)


def _outcomes(told: Sequence[tuple[SpeakingClip, str | None]]) -> Outcomes:
    right = sum(whose == clip.speaker_face for clip, whose in told)
    missed = sum(whose is None and clip.speaker_face is not None for clip, whose in told)
    return Outcomes(right=right, missed=missed, wrong=len(told) - right - missed)
