"""Answers: what was observed and linked, in the forms of the labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aima.domain.media import MediaInfo
from aima.domain.observation import EXPRESSIONS
from aima.evaluation.answering import answer
from aima.evaluation.truth import Clip, Expression, Pair, Truth
from aima.fusion.linkage import seeming, shortfalls
from aima.models.loader import load
from aima.services.fusion import Watched
from tests.evaluation.workspaces import workspace_over
from tests.persons_made import add_medium, content, made_medium, made_run, made_track, record

EYE = np.eye(512, dtype=np.float32)
STILL = MediaInfo("image", "jpeg", "mjpeg", 400, 300, 0, 0.0)
TRUTH = Truth(
    folder=Path("labelled"),
    pairs=(
        Pair(a="one.jpg", b="again.jpg", same=1),
        Pair(a="one.jpg", b="nobody.jpg", same=0),
        Pair(a="one.jpg", b="lost.jpg", same=0),
    ),
    identities={"somebody": ("one.jpg", "again.jpg", "nobody.jpg", "lost.jpg")},
    boxes={"one.jpg": (), "nobody.jpg": (), "lost.jpg": ()},
    counts={"one.jpg": 2, "nobody.jpg": 0, "lost.jpg": 1},
    expressions=(Expression(file="one.jpg", emotion="fear"), Expression(file="nobody.jpg", emotion="fear")),
    clips={"film": Clip(name="film", file="film.mp4", duration=20), "lost": Clip(name="lost", file="x", duration=20)},
)


def face(name, start, end, who, left=100.0, quality=0.5):
    """A track that looks like the `who`-th person."""
    track = made_track(name, start, end, left=left, quality=quality)
    return replace(track, vector=EYE[who], vectors=EYE[who][None])


@pytest.fixture
def answers(stores, settings, tmp_path):
    """Two persons in a film, of whom the first is also in two pictures; beside her in one picture a bystander."""
    film = [face("film.mp4", 0, 5, 0), face("film.mp4", 6, 8, 1), face("film.mp4", 10, 12, 0)]
    feared = np.array([0.2, 0.1, 0.1, 0.1, 0.3, 0.1, 0.1], np.float32)
    pictures = {
        "one.jpg": [
            replace(face("one.jpg", 0, 0.2, 0, left=160.0, quality=0.2), expression=feared),
            face("one.jpg", 0, 0.2, 1, 0.0),
        ],
        "again.jpg": [face("again.jpg", 0, 0.2, 0)],
        "nobody.jpg": [],
    }
    media = {"film.mp4": add_medium(stores, "film.mp4")}
    for name in pictures:
        media[name] = stores.media.add(replace(made_medium(name, stores.ensure_user("local")), info=STILL), [])
    record(stores, made_run([*film, *pictures["one.jpg"], *pictures["again.jpg"]], [0, 2, 3], [1, 4], [5]))
    watched = [Watched(content(name), tuple(found), (), 1, len(found)) for name, found in pictures.items()]
    watched.append(Watched(content("film.mp4"), tuple(film), (5_500_000,), 100, 45))
    with workspace_over(settings, stores, tmp_path) as workspace:
        return answer(workspace, TRUTH, watched, media, {"lost.jpg": "media_missing: gone"})


def test_pairs_compare_the_faces_that_pictures_are_of(answers):
    assert answers.pairs == (pytest.approx(1.0), None, None)


def test_pairs_have_the_log_odds_by_which_fusion_joins(answers, settings):
    calibration = load(settings, "face_embedding").calibration
    short = shortfalls([0.2, 0.5])
    assert float(seeming(*short)) > 0.1
    expected = calibration.log_odds(1.0) - seeming(*short)
    assert answers.odds == (pytest.approx(float(expected), abs=1e-3), None, None)


def test_the_face_that_a_picture_is_of_is_marked(answers):
    assert {seen.box[0]: seen.main for seen in answers.seen["one.jpg"]} == {0.0: False, 160.0: True}
    assert not any(seen.main for seen in answers.seen["film.mp4"])


def test_identities_are_the_persons_of_everything_together(answers):
    assert answers.identities == {"one.jpg": "Unknown 1", "again.jpg": "Unknown 3"}


def test_boxes_and_counts_are_all_faces_of_a_picture(answers):
    assert answers.counts == {"one.jpg": 2, "nobody.jpg": 0}
    assert {box[0] for box in answers.boxes["one.jpg"]} == {0.0, 160.0}
    assert answers.boxes["nobody.jpg"] == ()


def test_the_most_probable_expression_counts_however_unsure(answers):
    assert answers.expressions == {"one.jpg": EXPRESSIONS[4]}


def test_a_clip_is_linked_by_itself_and_with_everything(answers):
    times = [((0.0, 5.0), (10.0, 12.0)), ((6.0, 8.0),)]
    assert answers.persons["film"] == {"Person 1": times[0], "Person 2": times[1]}
    assert answers.together["film"] == {"Unknown 1": times[0], "Unknown 2": times[1]}
    assert answers.cuts == {"film": (5.5,)}


def test_faces_are_told_with_the_persons_of_their_part(answers):
    assert [seen.person for seen in answers.seen["film.mp4"]] == ["Person 1", "Person 2", "Person 1"]
    assert {seen.person for seen in answers.seen["one.jpg"]} == {"Unknown 1", "Unknown 2"}
    assert answers.seen["film.mp4"][1].start == 6.0


def test_what_failed_has_no_answers(answers):
    assert answers.failed == {"lost.jpg": "media_missing: gone"}
    assert "lost" not in answers.persons
    assert "lost.jpg" not in answers.seen
