"""Texts get their vectors once, and what is seen is found by German and English words."""

from __future__ import annotations

import numpy as np
import pytest

from aima.domain.finding import Finding, Sighting, finding_id, text_id
from aima.errors import ModelMissing
from aima.models.catalogue import find
from aima.models.text_encoder import TextEncoder
from aima.services import texts
from aima.services.sightings import SightingService
from aima.services.texts import TextService
from aima.settings import Models
from aima.storage.archive import Archive
from tests.persons_made import add_medium

SEEN = (
    "dog", "cat", "bicycle", "car", "airplane", "traffic light", "umbrella", "suitcase", "knife", "chair", "couch",
    "dining table", "cell phone", "book", "clock", "scissors", "fox squirrel", "hourglass", "streetcar", "castle",
    "strawberry", "snow leopard", "violin", "volcano", "seashore", "fire engine", "steam locomotive", "candle",
    "Ausfahrt Tag und Nacht freihalten", "Museum closed on Mondays", "Fahrplan der Linie 7", "No smoking",
)  # fmt: skip
ASKED = {
    "Hund": "dog", "Katzen": "cat", "Fahrrad": "bicycle", "Flugzeug": "airplane", "Ampel": "traffic light",
    "Regenschirm": "umbrella", "Koffer": "suitcase", "Stuhl": "chair", "Sofa": "couch", "Handy": "cell phone",
    "Eichhörnchen": "fox squirrel", "Sanduhr": "hourglass", "Straßenbahn": "streetcar", "Strand": "seashore",
    "Geige": "violin", "Feuerwehr": "fire engine",
    "Bitte die Ausfahrt nicht zuparken": "Ausfahrt Tag und Nacht freihalten",
    "Rauchen verboten": "No smoking", "bike": "bicycle", "luggage": "suitcase", "sofa": "couch", "tram": "streetcar",
    "museum opening hours": "Museum closed on Mondays", "Abfahrtszeiten der Linie 7": "Fahrplan der Linie 7",
}  # fmt: skip


def record(stores, seen):
    """A content in which these texts are seen."""
    content_id = add_medium(stores, "seen.jpg").content_id
    findings = tuple(
        Finding(finding_id(content_id, "label", text, 0), "label", text, 0, 1_000_000, 0.9, 0) for text in seen
    )
    stores.sightings.record(Sighting(content_id, "0" * 64, (), findings))


def vectors(stores, seen, version):
    """The stored vectors of texts, [n, dimension]."""
    held = stores.texts.vectors_of([text_id(text) for text in seen])
    return np.stack([held[text_id(text)][version] for text in seen])


@pytest.fixture
def version(settings):
    entry = find(settings, "text_embedding")
    return f"{entry.name}@{entry.version}"


def test_german_and_english_words_find_what_is_seen_among_the_first_three(stores, settings, version):
    record(stores, SEEN)
    assert TextService(settings, stores).embed_missing(SEEN) == len(SEEN)
    asked = TextEncoder.open(settings).queries(list(ASKED))
    order = np.argsort(-asked @ vectors(stores, SEEN, version).T, axis=1)
    found = {question: [SEEN[i] for i in row[:3]] for question, row in zip(ASKED, order, strict=True)}
    missed = {question: found[question] for question, answer in ASKED.items() if answer not in found[question]}
    assert len(missed) <= 0.05 * len(ASKED), missed


def test_known_texts_need_no_model_also_after_a_restart(stores, settings, tmp_path, version):
    record(stores, ["boat", "Bootsverleih"])
    assert TextService(settings, stores).embed_missing(["boat", "Bootsverleih", "boat"]) == 2
    before = vectors(stores, ["boat", "Bootsverleih"], version)
    without = settings.model_copy(update={"models": Models(dir=tmp_path)})
    assert TextService(without, stores).embed_missing(["Bootsverleih", "boat"]) == 0
    assert TextService(without, stores).embed_missing([]) == 0
    np.testing.assert_array_equal(vectors(stores, ["boat", "Bootsverleih"], version), before)


def test_what_only_another_model_has_seen_gets_vectors_with_the_next_analysis(stores, settings, tmp_path, version):
    record(stores, ["boat", "Bootsverleih"])
    stores.texts.add_vectors("other@1", dict.fromkeys(["boat", "Bootsverleih"], np.ones(4, np.float32)))
    without = settings.model_copy(update={"models": Models(dir=tmp_path)})
    SightingService(stores, Archive(tmp_path), TextService(without, stores)).refresh()
    assert stores.models.versions_embedded() == ["other@1"]
    service = SightingService(stores, Archive(tmp_path), TextService(settings, stores))
    assert service.refresh().contents == 0
    assert stores.models.versions_embedded() == [version, "other@1"]
    assert stores.models.texts_without(version) == 0
    head = stores.outbox.head()
    service.refresh()
    assert stores.outbox.head() == head


def test_a_missing_model_is_named_and_nothing_is_written(stores, settings, tmp_path, version):
    without = settings.model_copy(update={"models": Models(dir=tmp_path)})
    with pytest.raises(ModelMissing, match="multilingual_e5_small") as caught:
        TextService(without, stores).embed_missing(["Leuchtturm"])
    assert "aima models build" in caught.value.remedy
    assert stores.texts.without_vector(version, ["Leuchtturm"]) == ["Leuchtturm"]


def test_what_was_kept_before_an_error_stays(stores, settings, version, monkeypatch):
    monkeypatch.setattr(texts, "AT_ONCE", 4)
    houses = [f"Haus {number}" for number in range(5)]
    service = TextService(settings, stores)
    run, calls = service.encoder.passages, []

    def stop_at_second(chosen):
        calls.append(len(chosen))
        if len(calls) == 2:
            raise MemoryError
        return run(chosen)

    monkeypatch.setattr(service.encoder, "passages", stop_at_second)
    with pytest.raises(MemoryError):
        service.embed_missing(houses)
    assert len(stores.texts.without_vector(version, houses)) == 1
    monkeypatch.setattr(service.encoder, "passages", run)
    assert service.embed_missing(houses) == 1
