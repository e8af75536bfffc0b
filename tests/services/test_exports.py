from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from aima.domain.observation import EXPRESSIONS
from aima.errors import MediaMissing
from aima.services.exports import Export, ExportService
from aima.services.persons import PersonService
from tests.persons_made import add_medium, content, made_run, made_track, record


@pytest.fixture
def exports(stores):
    """Anna in a.mp4 (twice) and b.mp4, Unknown 2 in a.mp4, and a track of nobody."""
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    tracks = [
        replace(made_track("a.mp4", 0, 5), expression=np.linspace(0, 1, 7, dtype=np.float32)),
        made_track("a.mp4", 0, 4, left=400),
        made_track("a.mp4", 10, 12.2),
        made_track("b.mp4", 1, 2),
        made_track("b.mp4", 1, 2, left=700),
    ]
    record(stores, made_run(tracks, [0, 2, 3], [1]))
    PersonService(stores, "local").name("#1", "Anna")
    return ExportService(stores)


def test_everything_is_in_one_document_in_seconds(exports):
    document = exports.document()
    assert [m.filename for m in document.media] == ["a.mp4", "b.mp4"]
    assert [(p.label, len(p.appearances)) for p in document.persons] == [("Anna", 3), ("Unknown 2", 1)]
    assert len(document.tracks) == 5
    assert document.media[0].duration == 60.0
    assert document.run.thresholds == {"join": 0.0, "review": -2.0}


def test_each_medium_has_persons_with_intervals_as_scores_need_them(exports):
    medium = exports.document("a.mp4").media[0]
    persons = [{"id": p.id, "intervals": [list(i) for i in p.intervals]} for p in medium.persons]
    assert sorted((p["intervals"] for p in persons), key=len) == [[[0.0, 4.0]], [[0.0, 5.0], [10.0, 12.2]]]


def test_one_medium_brings_only_what_is_in_it(exports):
    document = exports.document("b.mp4")
    assert [p.label for p in document.persons] == ["Anna"]
    assert [a.medium_id for a in document.persons[0].appearances] == [document.media[0].id]
    assert {t.content_id for t in document.tracks} == {content("b.mp4")}


def test_tracks_carry_their_evidence(exports):
    tracks = {(t.start, t.box[0], t.content_id): t for t in exports.document().tracks}
    linked = tracks[0.0, 100.0, content("a.mp4")]
    assert (linked.log_odds, linked.shares) == (2.0, {"face": 2.0})
    assert linked.box == (100.0, 50.0, 80.0, 80.0)
    assert list(linked.expression) == list(EXPRESSIONS)
    assert linked.expression["surprise"] == 1.0
    nobody = tracks[1.0, 700.0, content("b.mp4")]
    assert (nobody.person_id, nobody.log_odds, nobody.expression) == (None, None, None)


def test_the_document_survives_json_and_its_schema_names_every_part(exports):
    document = exports.document()
    assert Export.model_validate_json(json.dumps(document.model_dump(mode="json"))) == document
    schema = ExportService.schema()
    assert set(schema["required"]) >= {"run", "media", "persons", "tracks"}
    assert schema["additionalProperties"] is False
    assert "ExportedTrack" in schema["$defs"]


def test_an_empty_archive_is_an_empty_document(stores):
    document = ExportService(stores).document()
    assert (document.run, document.media, document.persons, document.tracks) == (None, [], [], [])


def test_an_unknown_medium_is_refused(exports):
    with pytest.raises(MediaMissing, match=r"no medium 'c\.mp4'"):
        exports.document("c.mp4")
