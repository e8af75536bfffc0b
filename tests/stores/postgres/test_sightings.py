from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from aima.domain.finding import Finding, Shot, Sighting, finding_id, text_id
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium


def finding(content_id: str, words: str, start_s: int = 0, kind="object") -> Finding:
    own = finding_id(content_id, kind, words, start_s * SECOND)
    box = None if kind == "label" else (1.0, 2.0, 3.0, 4.0)
    return Finding(own, kind, words, start_s * SECOND, (start_s + 1) * SECOND, 0.5, start_s * SECOND, box, 2)


@pytest.fixture
def medium(stores):
    return add_medium(stores, "film.mp4")


@pytest.fixture
def sighting(medium) -> Sighting:
    shots = (Shot(0, 0, 20 * SECOND, (0, 10 * SECOND)), Shot(1, 20 * SECOND, 60 * SECOND))
    found = (
        finding(medium.content_id, "cat"),
        finding(medium.content_id, "dog"),
        finding(medium.content_id, "tabby", 3, "label"),
        finding(medium.content_id, "Ausgang", 5, "text"),
    )
    return Sighting(medium.content_id, "inputs", shots, found)


def announced(stores, since: int = 0) -> set[tuple[str, str]]:
    return {(change.topic, change.key) for change in stores.outbox.after(since, 100)}


def test_what_is_recorded_is_read_also_by_another_process(stores, sighting, database):
    stores.sightings.record(sighting)
    with PostgresStores.open(database) as other:
        assert other.sightings.get(sighting.content_id) == sighting
        assert other.sightings.input_hashes() == {sighting.content_id: "inputs"}
        assert other.texts.all() == {text_id(f.text): f.text for f in sighting.findings}


def test_nothing_is_known_of_a_content_that_was_not_watched(stores, medium):
    assert stores.sightings.get(medium.content_id) is None
    assert stores.texts.all() == {}


def test_recording_replaces_and_announces_what_changed(stores, sighting, medium):
    stores.sightings.record(sighting)
    head = stores.outbox.head()
    cat, dog, *_ = sighting.findings
    changed = replace(
        sighting, input_hash="other", shots=sighting.shots[:1], findings=(cat, finding(medium.content_id, "bus"))
    )
    stores.sightings.record(changed)
    assert {f.text for f in stores.sightings.get(medium.content_id).findings} == {"cat", "bus"}
    assert len(stores.sightings.get(medium.content_id).shots) == 1
    gone = {("text", text_id(words)) for words in (dog.text, "tabby", "Ausgang")}
    own = {("content", medium.content_id), ("medium", medium.media_id), ("text", text_id("bus"))}
    assert announced(stores, head) == gone | own


def test_a_sighting_that_cannot_be_written_leaves_the_old_one(stores, sighting):
    stores.sightings.record(sighting)
    head = stores.outbox.head()
    twice = replace(sighting, findings=sighting.findings[:1] * 2)
    with pytest.raises(Exception, match="findings_pkey"):
        stores.sightings.record(twice)
    assert stores.sightings.get(sighting.content_id) == sighting
    assert stores.outbox.head() == head


def test_nul_in_a_text_is_written_as_an_escape(stores, medium):
    odd = finding(medium.content_id, "a\0b", kind="text")
    stores.sightings.record(Sighting(medium.content_id, "inputs", (), (odd,)))
    assert list(stores.texts.all().values()) == ["a\\x00b"]
    assert stores.texts.without_vector("m@1", ["a\0b"]) == ["a\\x00b"]


def test_vectors_are_kept_once_per_model_and_text(stores, sighting, database):
    stores.sightings.record(sighting)
    first, second = np.eye(4, dtype=np.float32)[:2]
    stores.texts.add_vectors("m@1", {"cat": first, "fish": first})
    stores.texts.add_vectors("m@1", {"cat": second})
    stores.texts.add_vectors("m@2", {"cat": second})
    assert stores.texts.without_vector("m@1", ["dog", "cat", "fish", "dog"]) == ["dog"]
    with PostgresStores.open(database) as other:
        found = other.texts.vectors_of([text_id("cat"), text_id("fish"), text_id("dog")])
    assert set(found) == {text_id("cat")}, "a vector counts while a finding holds its text"
    assert np.array_equal(found[text_id("cat")]["m@1"], first)
    assert np.array_equal(found[text_id("cat")]["m@2"], second)


def test_any_number_of_texts_may_be_asked_about(stores, sighting):
    stores.texts.add_vectors("m@1", {"dog": np.ones(4, np.float32)})
    many = [str(number) for number in range(70_000)]
    assert stores.texts.without_vector("m@1", ["dog", *many]) == sorted(many)


def test_new_vectors_are_announced(stores, sighting):
    stores.sightings.record(sighting)
    head = stores.outbox.head()
    stores.texts.add_vectors("m@1", {"cat": np.ones(4, np.float32)})
    assert announced(stores, head) == {("text", text_id("cat"))}
    stores.texts.add_vectors("m@1", {})
    assert len(announced(stores, head)) == 1


def test_words_are_found_by_the_database(stores, sighting):
    stores.sightings.record(sighting)
    with stores.engine.connect() as connection:
        query = text("SELECT text FROM findings WHERE words @@ websearch_to_tsquery('simple', 'AUSGANG')")
        assert connection.scalars(query).all() == ["Ausgang"]
