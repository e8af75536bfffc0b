"""Cards tell what was measured, and say so when the catalogue has moved on."""

from datetime import date

import pytest

from aima.evaluation.probes import PROBES
from aima.models.cards import Cards, Figure, Measurement, facts, own_cards, stale
from aima.models.catalogue import CalibrationRecord, catalogue
from aima.settings import Settings

ENTRIES = catalogue(Settings())
BEHIND = {"face_detector": "centerface@1+2", "face_embedder": "face_embedding_512@1+3"}


def measured(entry, **changes):
    """A measurement of the entry as it is."""
    given = {
        "version": entry.version,
        "facts": facts(entry),
        "analyzers": BEHIND,
        "data": "films",
        "labels": "0" * 64,
        "measured_on": date(2026, 1, 2),
        "aima": "0.1",
        "figures": (Figure(name="recall", value=0.5, n=2, of="faces"),),
    }
    return Measurement(**(given | changes))


def figures(name):
    return {(figure.name, figure.under): figure for figure in own_cards().models[name].figures}


def test_a_measurement_of_the_entry_as_it_is_is_not_stale():
    for entry in ENTRIES.values():
        assert stale(entry, measured(entry), BEHIND) is None


def test_another_version_is_named():
    entry = ENTRIES["centerface"]
    said = stale(entry, measured(entry, version="0"), BEHIND)
    assert said == f"measured with version 0, the catalogue has {entry.version}"


def test_other_code_behind_the_figures_is_named():
    entry = ENTRIES["face_embedding_512"]
    now = BEHIND | {"face_detector": "centerface@1+3"}
    assert stale(entry, measured(entry), now) == "measured with face_detector centerface@1+2, now centerface@1+3"
    old = measured(entry, analyzers={"face_embedder": BEHIND["face_embedder"], "emotion": "m@1+1"})
    assert stale(entry, old, BEHIND) == "measured with face_detector of unknown version, now centerface@1+2"


@pytest.mark.parametrize(
    "change",
    [
        {"calibration": CalibrationRecord(slope=1.0, intercept=0.0, measured_on="")},
        {"thresholds": {"same": 0.9}},
        {"contract": {"size": 9}},
        {"built_sha256": "1" * 64},
    ],
)
def test_what_figures_depend_on_makes_them_stale(change):
    entry = ENTRIES["face_embedding_512"]
    assert "changed since" in stale(entry.model_copy(update=change), measured(entry), BEHIND)


def test_words_about_a_model_do_not():
    entry = ENTRIES["face_embedding_512"]
    other = entry.model_copy(update={"summary": "better said", "limits": ("none",)})
    assert stale(other, measured(entry), BEHIND) is None


def test_cards_are_read_as_they_are_written():
    cards = Cards(models={"centerface": measured(ENTRIES["centerface"], confusion={"fear": {"anger": 2}})})
    assert Cards.model_validate_json(cards.model_dump_json()) == cards


def test_every_model_has_limits_and_what_can_be_measured_a_card_of_its_version():
    measurable = {name: entry for name, entry in ENTRIES.items() if entry.task in PROBES}
    assert own_cards().models.keys() == measurable.keys()
    for name, entry in measurable.items():
        assert own_cards().models[name].version == entry.version
        assert own_cards().models[name].figures
        assert not entry.measured, f"{name}: figures come from an evaluation"
    assert all(entry.limits for entry in ENTRIES.values())


def test_the_cards_hold_what_the_models_are_chosen_for():
    found = figures("centerface")
    assert found["portraits in which a face is found", ""].value > 0.98
    assert found["F1 of boxes", ""].value > 0.85
    known = figures("face_embedding_512")
    assert known["equal error rate of labelled pairs", ""].value < 0.01
    assert known["different persons, joined", ""].value < 0.001
    read = figures("face_expression_7")
    assert read["balanced accuracy", "labels that the model knows"].value > 0.55
    assert figures("face_landmarks_68")["distance of mouth corners from the detector's", "mean"].value < 0.1
