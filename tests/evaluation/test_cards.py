"""Cards made from a report and from portraits, with the real models."""

import json

import pytest

from aima.analyzers.versions import versions
from aima.errors import OutputRefused
from aima.evaluation.cards import labels_sha256, make_cards, write_cards
from aima.evaluation.probes import PROBES
from aima.evaluation.reading import read_truth
from aima.evaluation.truth import Truth
from aima.models.cards import Cards, stale
from aima.models.catalogue import catalogue, used
from aima.services.sample import portraits
from tests.evaluation.labelled import make_labelled
from tests.evaluation.page.making import report


@pytest.fixture(scope="module")
def truth(settings, tmp_path_factory):
    return read_truth(make_labelled(tmp_path_factory.mktemp("labelled"), portraits(settings)))


@pytest.fixture(scope="module")
def cards(settings, truth):
    return make_cards(report(folder=str(truth.folder)), truth, settings)


def measurable(settings) -> set[str]:
    """Models in use that do something that portraits measure."""
    return {entry.name for entry in used(settings) if entry.task in PROBES}


def test_every_model_in_use_is_measured_on_the_portraits(cards, settings, truth):
    assert measurable(settings) <= cards.models.keys() <= catalogue(settings).keys()
    for name, measured in cards.models.items():
        entry = catalogue(settings)[name]
        assert stale(entry, measured, versions(entry, settings)) is None
        assert "face_detector" in measured.analyzers
        assert (measured.data, measured.labels) == (truth.folder.name, labels_sha256(truth))


def test_strict_licences_leave_out_models_whose_licence_nobody_states(settings, truth):
    strict = settings.model_copy(update={"models": settings.models.model_copy(update={"strict_licences": True})})
    made = make_cards(report(folder=str(truth.folder)), truth, strict).models
    assert measurable(strict) <= made.keys()
    assert all(catalogue(settings)[name].licence.stated for name in made)


def test_two_persons_are_found_and_told_from_each_other(cards):
    def value(model, name, under=""):
        return next(f for f in cards.models[model].figures if (f.name, f.under) == (name, under)).value

    assert value("centerface", "portraits in which a face is found") == 1.0
    assert value("face_embedding_512", "portraits with a vector") == 1.0
    assert value("face_embedding_512", "equal error rate of labelled pairs") == 0.0
    assert value("face_embedding_512", "different persons, joined") == 0.0
    assert value("face_embedding_512", "B-cubed F1 of the persons found") == 1.0
    assert 0 < value("face_landmarks_68", "distance of mouth corners from the detector's", "mean") < 0.25
    for model in ("face_embedding_512", "face_expression_7", "face_landmarks_68"):
        assert value(model, "CPU per face") > 0


def test_without_portraits_only_the_report_speaks(settings, truth):
    bare = Truth(truth.folder, pairs=truth.pairs, counts=truth.counts)
    assert make_cards(report(folder=str(truth.folder)), bare, settings) == Cards()


def test_a_picture_that_cannot_be_read_is_left_out(settings, truth, tmp_path):
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    torn = Truth(tmp_path, identities={"nobody": ("torn.jpg",)})
    assert make_cards(report(folder=str(tmp_path)), torn, settings) == Cards()


def test_what_is_written_is_read_again_and_has_an_order(cards, tmp_path):
    write_cards(cards, tmp_path / "cards.json")
    text = (tmp_path / "cards.json").read_text("utf-8")
    assert Cards.model_validate_json(text) == cards
    assert list(json.loads(text)["models"]) == sorted(cards.models)
    assert text.endswith("}\n")


def test_cards_replace_older_ones_whole(cards, tmp_path):
    path = tmp_path / "cards.json"
    path.write_text("old", "utf-8")
    (tmp_path / "kept").hardlink_to(path)
    write_cards(cards, path)
    assert (tmp_path / "kept").read_text("utf-8") == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cards.json", "kept"]
    with pytest.raises(OutputRefused, match="Is a directory"):
        write_cards(cards, tmp_path)


def test_the_labels_are_told_apart_by_what_they_say(truth, tmp_path):
    moved = Truth(tmp_path, **{k: v for k, v in vars(truth).items() if k != "folder"})
    assert labels_sha256(moved) == labels_sha256(truth)
    assert labels_sha256(Truth(tmp_path, counts={"a": 1})) != labels_sha256(Truth(tmp_path, counts={"a": 2}))
