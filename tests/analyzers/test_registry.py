"""What every analyzer promises."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from aima.analyzers import registry
from aima.domain import observation
from aima.errors import PlanInvalid

ADDS = {
    "shot_cuts": observation.CUT_COLUMNS,
    "face_detector": observation.FACE_COLUMNS,
    "face_embedder": observation.FACE_VECTOR_COLUMNS,
    "emotion": observation.EXPRESSION_COLUMNS,
    "mouth_motion": observation.MOUTH_COLUMNS,
    "objects": observation.OBJECT_COLUMNS,
    "image_vector": observation.PICTURE_COLUMNS,
    "text_detector": observation.TEXT_LINE_COLUMNS,
    "text_in_image": observation.WRITING_COLUMNS,
    "waveform": observation.WAVEFORM_COLUMNS,
    "voice_activity": observation.VOICE_ACTIVITY_COLUMNS,
    "speaker_turns": observation.WINDOW_COLUMNS,
    "speaker_embedder": observation.VOICE_VECTOR_COLUMNS,
    "speech": observation.WORD_COLUMNS,
    "sound_events": observation.SOUND_EVENT_COLUMNS,
}


def test_analyzers_are_found_by_their_own_name():
    assert set(registry.ANALYZERS) == set(ADDS)
    assert set(registry.DEFAULT) <= set(ADDS)
    for name, class_name in registry.ANALYZERS.items():
        analyzer = registry.get(name)
        assert (analyzer.name, analyzer.__name__) == (name, class_name)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(PlanInvalid, match="faces_finder") as caught:
        registry.get("faces_finder")
    assert all(name in caught.value.remedy for name in ADDS)


@pytest.mark.parametrize("name", sorted(ADDS))
def test_columns_are_those_that_fusion_and_stores_rely_on(name):
    analyzer = registry.get(name)
    assert analyzer.adds.equals(ADDS[name])
    assert analyzer.schema().names == ["pts_us", *ADDS[name].names, "problems"]
    readable = {"frames", "strip", "samples", *(column for schema in ADDS.values() for column in schema.names)}
    assert set(analyzer.reads) <= readable
    assert analyzer.scope in {"chunk", "segment"}
    assert analyzer.stream == registry.stream_of(name) == ("sound" if "samples" in analyzer.reads else "sight")


@pytest.mark.parametrize("name", sorted(ADDS))
def test_options_describe_themselves_and_refuse_what_they_do_not_know(name):
    options = registry.get(name).options_type
    described = options.model_json_schema().get("properties", {})
    assert all(field["description"] and "default" in field for field in described.values())
    with pytest.raises(ValidationError, match="colour"):
        options.model_validate({"colour": "red"})
    assert options().digest() == options.model_validate(options().model_dump()).digest()


def test_analyzers_know_neither_ray_nor_a_store():
    code = "import sys, aima.analyzers.registry; print(sorted({'ray', 'sqlalchemy', 'psycopg'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
