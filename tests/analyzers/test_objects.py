"""Persons and things in pictures of which is known what they show."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from aima.analyzers.objects import ObjectsOptions, coco_classes
from aima.models.loader import load
from tests.analyzers.batches import counted, frame_batch, ready

DEFAULT = ObjectsOptions()


@pytest.fixture(scope="module")
def objects(settings):
    return ready("objects", settings)


def look(objects, frame, options=DEFAULT, source_size=None):
    return objects.analyze(frame_batch(frame[None], source_size=source_size), options)["objects"].to_pylist()[0]


def overlap(a: dict, b: tuple[float, float, float, float]) -> float:
    """Intersection over union of a thing's box with left, top, width, height."""
    left, top = max(a["left"], b[0]), max(a["top"], b[1])
    right, bottom = min(a["left"] + a["width"], b[0] + b[2]), min(a["top"] + a["height"], b[1] + b[3])
    common = max(0.0, right - left) * max(0.0, bottom - top)
    return common / (a["width"] * a["height"] + b[2] * b[3] - common)


def test_both_persons_of_a_scene_are_found_where_they_are(objects, scene, astronaut, hopper):
    persons = [thing for thing in look(objects, scene) if thing["label"] == "person"]
    assert len(persons) == 2
    places = [(100, 100, astronaut.shape[1], astronaut.shape[0]), (700, 60, hopper.shape[1], 660)]
    for place in places:
        assert max(overlap(person, place) for person in persons) > 0.6
    assert all(0.3 <= person["score"] <= 1 for person in persons)


def test_boxes_are_in_source_pixels_and_sorted_from_the_top(objects, scene):
    here, there = look(objects, scene), look(objects, scene, source_size=(3840, 1440))
    assert len(here) == len(there) >= 2
    for small, large in zip(here, there, strict=True):
        assert [large["left"], large["width"]] == pytest.approx([3 * small["left"], 3 * small["width"]], rel=1e-4)
        assert [large["top"], large["height"]] == pytest.approx([2 * small["top"], 2 * small["height"]], rel=1e-4)
    assert here == sorted(here, key=lambda thing: (thing["top"], thing["left"]))


def test_boxes_end_at_the_border_of_the_picture(objects, astronaut):
    cut = astronaut[: astronaut.shape[0] // 2, 100:400]
    for thing in look(objects, cut, ObjectsOptions(min_score=0.05)):
        assert thing["left"] >= 0
        assert thing["top"] >= 0
        assert thing["left"] + thing["width"] <= cut.shape[1] + 1e-3
        assert thing["top"] + thing["height"] <= cut.shape[0] + 1e-3


class Below:
    """A network that finds a thing at its lowest row of cells, and one in its first."""

    def run(self, inputs):
        height, width = (side // 4 for side in inputs["image"].shape[2:])
        heat, reach = np.zeros((1, 80, height, width), np.float32), np.full((1, 4, height, width), 4, np.float32)
        heat[0, 0, [0, height - 1], 5] = 0.9
        return {"heatmap": heat, "reach": reach}


def test_a_box_in_what_the_picture_was_filled_up_with_is_no_thing(settings, objects):
    blind = type(objects)()
    blind.load(replace(load(settings, "object_detection"), runtime=Below()))
    # 512 x 260 is filled up to 512 x 288.
    (thing,) = look(blind, np.zeros((260, 512, 3), np.uint8))
    assert (thing["left"], thing["top"], thing["width"], thing["height"]) == (16, 0, 8, 4)


def test_a_higher_floor_finds_less_and_an_empty_scene_shows_nothing(objects, scene):
    counts = [len(look(objects, scene, ObjectsOptions(min_score=floor))) for floor in (0.05, 0.3, 0.95)]
    assert counts[0] > counts[1] > counts[2] == 0
    assert look(objects, np.full((360, 640, 3), 96, np.uint8)) == []


def test_only_key_frames_are_looked_at(settings, objects, scene):
    model, sizes = counted(load(settings, "object_detection"))
    watched = type(objects)()
    watched.load(model)
    frames = np.stack([scene] * 7)
    table = watched.analyze(frame_batch(frames), DEFAULT)
    rows = table["objects"].to_pylist()
    assert [row is None for row in rows] == [False, True, True, True, True, False, True]
    assert rows[0] == rows[5] == look(objects, scene)
    assert sizes == [1, 1]
    assert table.schema == objects.schema()
    assert objects.analyze(frame_batch(frames[:0]), DEFAULT).num_rows == 0


def test_eighty_classes_have_names_of_their_own(objects, scene):
    assert len(set(coco_classes())) == 80
    assert (coco_classes()[0], coco_classes()[79]) == ("person", "toothbrush")


def test_as_many_persons_are_found_as_show_their_face(objects, media_dir):
    """In crowded photographs and stills; persons who show no face are not counted, so more are no mistake."""
    told = json.loads((media_dir / "truth" / "face_counts.json").read_text())
    found = 0
    for file, faces in told.items():
        frame = cv2.cvtColor(cv2.imread(str(media_dir / file)), cv2.COLOR_BGR2RGB)
        found += min(faces, sum(thing["label"] == "person" for thing in look(objects, frame)))
    assert sum(told.values()) > 50
    assert found / sum(told.values()) > 0.85
