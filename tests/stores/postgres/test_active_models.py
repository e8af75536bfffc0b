"""What models have seen, as the database tells it."""

from __future__ import annotations

import numpy as np

from aima.domain.finding import Finding, Shot, Sighting, finding_id
from aima.domain.observation import ObservationKey, Receipt
from tests.persons_made import add_medium, content


def observe(stores, name: str, version: str, analyzer: str = "face_embedder") -> None:
    key = ObservationKey(content(name), analyzer, version, "0" * 16)
    stores.observations.commit([Receipt(key, 0, f"{name}/{key.short}", "0" * 64, 1, 0.1, 0.1, "here")])


def test_versions_are_those_of_the_analyzer(stores):
    add_medium(stores, "a.mp4")
    for version in ("m@1+2", "m@1+1"):
        observe(stores, "a.mp4", version)
    observe(stores, "a.mp4", "x@1", "objects")
    assert stores.models.versions_observed("face_embedder") == ["m@1+1", "m@1+2"]
    assert stores.models.versions_observed("nothing") == []


def test_media_lack_a_version_where_only_others_have_looked(stores):
    media = [add_medium(stores, name) for name in ("a.mp4", "b.mp4", "never.mp4")]
    observe(stores, "a.mp4", "m@1+1")
    observe(stores, "a.mp4", "n@1+1")
    observe(stores, "b.mp4", "m@1+1")
    observe(stores, "b.mp4", "n@1+1", "objects")
    assert stores.models.media_without("face_embedder", "n@1+1") == [media[1].media_id]
    assert stores.models.media_without("face_embedder", "m@1+1") == []
    assert stores.models.media_without("face_embedder", "o@1+1") == sorted(medium.media_id for medium in media[:2])


def test_texts_lack_a_version_until_they_are_embedded(stores):
    add_medium(stores, "a.mp4")
    found = [
        Finding(finding_id(content("a.mp4"), "text", words, at), "text", words, at, at + 1, 0.9, at)
        for at, words in enumerate(["EXIT", "Ausgang", "EXIT"])
    ]
    stores.sightings.record(Sighting(content("a.mp4"), "x", (Shot(0, 0, 10),), tuple(found)))
    assert stores.models.texts_without("words@1") == 2
    stores.texts.add_vectors("words@1", {"EXIT": np.ones(3, np.float32)})
    stores.texts.add_vectors("words@2", {"Ausgang": np.ones(3, np.float32)})
    assert stores.models.texts_without("words@1") == 1
    assert stores.models.versions_embedded() == ["words@1", "words@2"]
