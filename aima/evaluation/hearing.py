"""From what was heard in labelled files to the answers that scores compare with the labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aima.analyzers import registry
from aima.domain.clock import seconds
from aima.domain.speech import Hearing, speaker_name
from aima.evaluation.answers import Sounds
from aima.evaluation.associating import faces_with_voices
from aima.evaluation.retrieving import retrieve
from aima.evaluation.taking import Taken
from aima.evaluation.truth import TrueTurn, Truth
from aima.evaluation.voices import Voices, compare_voices
from aima.evaluation.workspace import Workspace
from aima.models.catalogue import find
from aima.models.model import Calibration

HEARING: Final = ("voice_activity", "speaker_turns", "speaker_embedder", "speech")
"""What the figures are of; what else an analysis hears by default is run, too, so that costs are those of all of it."""
VOICES: Final = "speaker_embedder"


def hearing_analyzers() -> tuple[str, ...]:
    """The analyzers that an evaluation hears with."""
    usual = (name for name in registry.DEFAULT if registry.stream_of(name) == "sound")
    return tuple(dict.fromkeys((*HEARING, *usual)))


def answer_sounds(workspace: Workspace, truth: Truth, taken: Taken) -> Sounds:
    """Answers to all labels of sound in `truth`."""
    hearings = _hearings(workspace, taken)
    texts = {file: spoken(hearing) for file, hearing in hearings.items()}
    media = {file: medium.media_id for file, medium in taken.media.items()}
    found, unasked = retrieve(workspace, truth.queries, media)
    return Sounds(
        texts={said.file: texts[said.file] for said in truth.transcripts if said.file in texts},
        talks={name: hearings[talk.file] for name, talk in truth.talks.items() if talk.file in hearings},
        voices=_voices(workspace, truth, hearings),
        found=found,
        unasked=unasked,
        speaking=faces_with_voices(workspace, truth.speaking, taken.media),
    )


def spoken(hearing: Hearing) -> str:
    """All that is said, in the order of time."""
    return " ".join(utterance.text for utterance in hearing.utterances)


def turns(hearing: Hearing) -> tuple[TrueTurn, ...]:
    """Turns in the form of labels."""
    return tuple(
        TrueTurn(speaker=speaker_name(turn.speaker), start=seconds(turn.start_us), end=seconds(turn.end_us))
        for turn in hearing.turns
    )


def _hearings(workspace: Workspace, taken: Taken) -> dict[str, Hearing]:
    """By file, those of files in which something could be heard."""
    service = workspace.analyses.hearings
    heard = {file: service.of(medium.content_id) for file, medium in taken.media.items()}
    return {file: hearing for file, hearing in heard.items() if hearing is not None}


def _voices(workspace: Workspace, truth: Truth, hearings: Mapping[str, Hearing]) -> Voices:
    if not truth.voice_pairs and not truth.speakers:
        return Voices()
    labelled = {file for pair in truth.voice_pairs for file in (pair.a, pair.b)}
    labelled |= {file for files in truth.speakers.values() for file in files}
    known = {file: hearing for file, hearing in hearings.items() if file in labelled}
    return compare_voices(truth.voice_pairs, known, _calibration(workspace), workspace.settings.identity.join)


def _calibration(workspace: Workspace) -> Calibration | None:
    task = registry.get(VOICES).task
    record = find(workspace.settings, task).calibration if task else None
    return Calibration(record.slope, record.intercept, record.measured_on) if record else None
