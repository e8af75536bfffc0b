"""Labels are known by German and by common English words."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import pytest

from aima.models.catalogue import find
from aima.services.glosses import described, glossed, labels_called, labels_named

WORDS = ("multilingual_e5_small@1", "f11bfb7f98b16dcf")
"""The text model, and the hash of what it makes vectors of labels of."""


def classes(name):
    return json.loads(resources.files("aima.analyzers").joinpath(f"{name}_classes.json").read_text())


def test_every_thing_and_most_pictures_have_other_names():
    things, pictures = classes("coco"), classes("imagenet")
    alike = {"frisbee", "zebra", "giraffe", "snowboard", "skateboard", "sandwich", "pizza", "laptop", "vase", "toaster"}
    assert {thing for thing in things if glossed(thing) == thing} <= alike
    assert sum(glossed(picture) != picture for picture in pictures) >= 850


def test_every_gloss_belongs_to_a_label():
    glosses = json.loads(resources.files("aima.services").joinpath("glosses.json").read_text("utf-8"))
    assert set(glosses) <= {*classes("coco"), *classes("imagenet")}
    for label, words in glosses.items():
        names = words.split(", ")
        assert len(set(names)) == len(names)
        assert all(name.strip() == name != "" for name in names), label


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Hund", "dog"),
        ("hund", "dog"),
        ("ein Fahrrad im Park", "bicycle"),
        ("cell phone", "cell phone"),
        ("AMPEL", "traffic light"),
    ],
)
def test_labels_are_found_by_their_other_names(words, label):
    assert label in labels_called(words)


def test_all_words_of_a_name_must_be_there():
    assert "hot dog" not in labels_called("dog")
    assert "hot dog" in labels_called("a hot dog")
    assert labels_called("Quittung vom Amt") == labels_called("") == []


def test_vectors_of_labels_are_of_the_words_that_stand_there(settings):
    """Other words without another version: vectors of both would be compared as if they were of one kind."""
    words = "\n".join(described(label) for label in [*classes("coco"), *classes("imagenet")])
    entry = find(settings, "text_embedding")
    made_of = (f"{entry.name}@{entry.version}", hashlib.sha256(words.encode()).hexdigest()[:16])
    assert made_of == WORDS, "raise the version of the text model in the catalogue, then write here what stands there"


def test_what_is_no_label_is_described_as_it_is():
    assert described("Ausfahrt freihalten") == glossed("Ausfahrt freihalten") == "Ausfahrt freihalten"
    assert described("car").startswith("photo: car, Auto")


def test_a_label_is_named_by_all_words_of_a_name_and_no_others():
    assert labels_named("Teddy Bear") == ["teddy", "teddy bear"]
    assert not {"teddy", "teddy bear"} & set(labels_named("bear"))
    assert "dog" not in labels_named("hot dog")
    assert "dog" in labels_called("hot dog")
    assert labels_named("zzz") == labels_named("...") == []
