"""Answers to labels of sound, out of hearings that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from aima.analyzers import registry
from aima.evaluation.hearing import answer_sounds, hearing_analyzers, spoken, turns
from aima.evaluation.taking import Taken
from aima.evaluation.truth import Pair, Query, Talk, Transcript, Truth
from tests.evaluation.workspaces import workspace_over
from tests.hearings_made import made_hearing
from tests.persons_made import add_medium

TRUTH = Truth(
    folder=Path("labelled"),
    transcripts=tuple(Transcript(file=file, language="en", text="x") for file in ("talk.wav", "mute.wav", "gone.wav")),
    voice_pairs=(Pair(a="talk.wav", b="again.wav", same=1), Pair(a="talk.wav", b="gone.wav", same=0)),
    speakers={"ann": ("talk.wav", "again.wav")},
    talks={name: Talk(name=name, file=f"{name}.wav", turns=()) for name in ("talk", "gone")},
    queries=(
        Query(query="tomatoes", files=("talk.wav",)),
        Query(query="roses", files=("again.wav",)),
        Query(query="submarine", files=("gone.wav",)),
    ),
)
HEARD = (
    made_hearing("talk.wav", [(0, 2, 0, "We grow tomatoes."), (2, 3, 1, "And beans.")]),
    made_hearing("again.wav", [(0, 2, 0, "Roses are red.")]),
    made_hearing("mute.wav", []),
)


@pytest.fixture
def sounds(stores, settings, tmp_path):
    media = {file: add_medium(stores, file) for file in ("talk.wav", "again.wav", "mute.wav")}
    for hearing in HEARD:
        stores.hearings.record(hearing)
    with workspace_over(settings, stores, tmp_path) as workspace:
        return answer_sounds(workspace, TRUTH, Taken(media))


def test_texts_are_what_is_said_and_silence_is_an_answer(sounds):
    assert sounds.texts == {"talk.wav": "We grow tomatoes. And beans.", "mute.wav": ""}


def test_talks_are_heard_by_name(sounds):
    assert set(sounds.talks) == {"talk"}
    found = turns(sounds.talks["talk"])
    assert [(turn.speaker, turn.start, turn.end) for turn in found] == [("Speaker 1", 0, 2), ("Speaker 2", 2, 3)]


def test_voices_are_those_of_main_speakers(sounds):
    assert sounds.voices.similarities == (pytest.approx(1.0), None)
    assert sounds.voices.groups["talk.wav"] == sounds.voices.groups["again.wav"]


def test_what_is_said_is_found_and_without_vectors_that_is_told(sounds):
    assert sounds.found == {"tomatoes": ("talk.wav",), "roses": ("again.wav",), "submarine": ()}
    assert "meanings were not compared" in sounds.unasked


def test_an_evaluation_hears_with_all_that_it_needs():
    names = hearing_analyzers()
    assert {"voice_activity", "speaker_turns", "speaker_embedder", "speech"} <= set(names)
    assert all(registry.stream_of(name) == "sound" for name in names)
    assert spoken(HEARD[2]) == ""
