"""Photographs of two persons through the real reader, models and fusion, in every variant."""

from __future__ import annotations

import wave
from dataclasses import replace

import numpy as np
import pytest

from aima.errors import MediaCorrupt, ModelMissing
from aima.evaluation.degraded import DegradedReport, measure
from aima.evaluation.degrading import variants
from aima.evaluation.reading import read_truth
from aima.pipeline.looking import Eyes, decode
from aima.services.sample import portraits
from aima.settings import Models
from tests.evaluation.labelled import make_labelled


@pytest.fixture(scope="module")
def folder(settings, tmp_path_factory):
    made = make_labelled(tmp_path_factory.mktemp("degraded"), portraits(settings))
    (made / "faces" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return made


@pytest.fixture(scope="module")
def truth(folder):
    known = read_truth(folder)
    files = {name: tuple(own) for name, own in known.identities.items()}
    files["astronaut"] += ("faces/broken.jpg",)
    return replace(known, identities=files)


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    return []


@pytest.fixture(scope="module")
def report(settings, truth, told) -> DegradedReport:
    return measure(settings, truth, lambda done, total: told.append((done, total)))


def test_every_variant_is_scored_over_every_photograph(report, told):
    assert [score.name for score in report.variants] == [variant.name for variant in variants()]
    assert {score.photos for score in report.variants} == {4}
    assert (report.photos, report.persons, report.model) == (4, 2, "face_embedding_512@1")
    assert told[-1] == (5, 5)
    assert report.cpu_s > 0


def test_nobody_is_taken_for_somebody_else_and_faces_are_found(report):
    assert report.wrong_joins == 0
    scores = {score.name: score for score in report.variants}
    for name in ("as taken", "28 px", "40 px", "JPEG 30", "grey", "rotated 30°", "rotated -30°", "cut, 10 % margin"):
        assert scores[name].found == scores[name].with_vector == 1, name
        assert scores[name].missed_at_join == 0, name
        assert scores[name].auc == 1, name


def test_a_photograph_that_cannot_be_read_is_told_and_left_out(report):
    assert list(report.unreadable) == ["faces/broken.jpg"]
    assert "broken.jpg" in report.unreadable["faces/broken.jpg"]


def test_the_report_survives_being_written(report):
    again = DegradedReport.model_validate_json(report.model_dump_json())
    assert again == report


def test_models_that_are_not_built_are_named(settings, truth, tmp_path):
    bare = settings.model_copy(update={"models": Models(dir=tmp_path)})
    with pytest.raises(ModelMissing, match="face_embedding_512"):
        measure(bare, truth)


def test_a_picture_is_seen_as_the_product_sees_it(settings, folder):
    eyes = Eyes.open(settings)
    pixels = decode(folder / "faces" / "astronaut_1.jpg", settings.media)
    tracks = eyes.tracks(pixels, "content")
    assert len(tracks) == 1
    assert tracks[0].content_id == "content"
    assert tracks[0].vector is not None
    assert eyes.tracks(np.full_like(pixels, 80), "nobody") == []


def test_sound_shows_nothing(settings, tmp_path):
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(32_000))
    with pytest.raises(MediaCorrupt, match="shows nothing"):
        decode(path, settings.media)
