from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from aima.errors import MediaMissing, MediaUnknown, ModelMissing, QueryInvalid, StoreUnreachable
from aima.services.search import near
from aima.services.search.query import Query
from aima.stores.milvus import MilvusVectors
from aima.stores.vectors import Space
from tests.persons_made import SECOND, add_medium, made_run, made_track, record
from tests.services.search.archive_made import (
    beside,
    encoders,
    face_space,
    finding,
    keep_faces,
    observe,
    searching,
    sight,
)

TRACKS = [
    made_track("a.mp4", 0, 5),
    made_track("a.mp4", 0, 4, left=400),
    made_track("b.mp4", 1, 2),
    made_track("c.mp4", 2, 3),
    made_track("b.mp4", 20, 30),
]
COSINES = [0.8, 0.0, 0.9, 0.34, 0.1]


@pytest.fixture(scope="module")
def face(settings, pictures):
    """The face that is looked for."""
    return encoders(settings.models_dir).face(face_space(settings), pictures["astronaut"], None).vector


@pytest.fixture
def archive(settings, stores, vectors, face):
    """Unknown 1 in a.mp4 and b.mp4, Unknown 2 beside in a.mp4, nobody in c.mp4; as alike as COSINES says."""
    space = face_space(settings)
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        add_medium(stores, name)
        observe(stores, name, "face_embedder", space.model_version)
    record(stores, made_run(TRACKS, [0, 2, 4], [1]))
    keep_faces(vectors, space, TRACKS, [beside(face, cosine, seed) for seed, cosine in enumerate(COSINES)])
    return stores


def shown(answers):
    return [(a.place.filename, a.start_us // SECOND, a.end_us // SECOND, a.reasons[0].band) for a in answers.found]


def test_a_face_finds_its_appearances_and_those_of_the_same_person_elsewhere(settings, archive, vectors, pictures):
    answers = searching(settings, archive, vectors).search(Query.of(face=pictures["astronaut"]))
    assert shown(answers) == [
        ("b.mp4", 1, 2, "join"),
        ("a.mp4", 0, 5, "join"),
        ("b.mp4", 20, 30, "join"),
        ("c.mp4", 2, 3, "review"),
    ]
    best, _, elsewhere, nobody = answers.found
    assert [e.kind for e in best.reasons[0].evidence] == ["track", "observation"]
    assert (best.reasons[0].evidence[0].id, best.who) == (TRACKS[2].track_id, ("Unknown 1",))
    assert elsewhere.reasons[0].text == "Unknown 1, the same elsewhere"
    assert {e.id for e in elsewhere.reasons[0].evidence if e.kind == "track"} == {TRACKS[4].track_id}
    assert (nobody.reasons[0].text, nobody.who) == ("somebody unknown", ())
    assert (answers.models, answers.as_of_seq, answers.behind) == ({"face": face_space(settings).model_version}, 7, 2)


def test_what_narrows_the_media_narrows_the_faces(settings, archive, vectors, pictures):
    search = searching(settings, archive, vectors).search
    given = {"face": pictures["astronaut"]}
    assert {a.place.filename for a in search(Query.of(**given, medium="a.mp4")).found} == {"a.mp4"}
    assert search(Query.of(**given, kind="image")).found == ()
    assert {a.place.filename for a in search(Query.of(**given, person="Unknown 2")).found} == {"a.mp4"}
    assert len(search(Query.of(**given, limit=2)).found) == 2


def test_faces_are_found_however_many_nearer_ones_lie_elsewhere(settings, archive, vectors, pictures, monkeypatch):
    monkeypatch.setattr(near, "GROUPS", 1)
    monkeypatch.setattr(near, "MOST", 2)
    sight(archive, "a.mp4", [finding("a.mp4", "object", "dog", 0, 0.9, 9)])
    sight(archive, "c.mp4", [finding("c.mp4", "object", "dog", 2, 0.8)])
    search = searching(settings, archive, vectors).search
    answers = search(Query.of(face=pictures["astronaut"], object="dog"))  # of the two nearest, one is in b.mp4
    assert {answer.place.filename for answer in answers.found} == {"a.mp4", "c.mp4"}


def test_face_and_words_together_are_one_moment_with_both_reasons(settings, archive, vectors, pictures):
    sight(archive, "b.mp4", [finding("b.mp4", "object", "dog", 25, 0.8)])
    answers = searching(settings, archive, vectors).search(Query.of(face=pictures["astronaut"], object="dog"))
    (answer,) = answers.found
    assert (answer.place.filename, answer.start_us, answer.end_us) == ("b.mp4", 25 * SECOND, 26 * SECOND)
    assert {reason.ask for reason in answer.reasons} == {"face", "object"}
    assert answer.score == pytest.approx(sum(reason.log_odds for reason in answer.reasons))


def test_tracks_that_do_not_stand_any_more_are_not_answered(settings, archive, vectors, pictures):
    record(archive, made_run(TRACKS[:2], [0], [1], inputs="second"))
    answers = searching(settings, archive, vectors).search(Query.of(face=pictures["astronaut"]))
    assert shown(answers) == [("a.mp4", 0, 5, "join")]


def test_vectors_of_another_model_never_answer(settings, archive, vectors, pictures, face):
    other = Space("face", "face_embedding_1024@1+4", 1024)
    keep_faces(vectors, other, TRACKS[1:2], [np.pad(face, (0, 512))])
    old = Space("face", "face_embedding_512@1+3", 512)
    keep_faces(vectors, old, TRACKS[1:2], [face])
    answers = searching(settings, archive, vectors).search(Query.of(face=pictures["astronaut"]))
    assert TRACKS[1].track_id not in {e.id for a in answers.found for r in a.reasons for e in r.evidence}


def test_an_archive_of_another_version_of_the_code_is_refused(settings, stores, vectors, pictures):
    add_medium(stores, "a.mp4")
    observe(stores, "a.mp4", "face_embedder", "face_embedding_512@1+1")
    with pytest.raises(ModelMissing, match=r"of face_embedding_512@1\+1, here is face_embedding_512@1\+"):
        searching(settings, stores, vectors).search(Query.of(face=pictures["astronaut"]))


def test_an_archive_without_faces_says_so(settings, stores, vectors, pictures):
    answers = searching(settings, stores, vectors).search(Query.of(face=pictures["astronaut"]))
    assert (answers.found, [u.ask for u in answers.unasked]) == ((), ["face"])


def test_vectors_that_are_away_are_named(settings, archive, pictures):
    away = MilvusVectors.open("http://127.0.0.1:9", "search_away")
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9"):
        searching(settings, archive, away).search(Query.of(face=pictures["astronaut"]))
    away.close()


def test_of_several_faces_the_largest_is_meant_or_the_one_that_is_numbered(settings, pictures, tmp_path):
    with Image.open(pictures["astronaut"]) as left, Image.open(pictures["grace_hopper"]) as right:
        both = Image.new("RGB", (left.width + right.width, max(left.height, right.height)))
        both.paste(left.convert("RGB"), (0, 0))
        both.paste(right.convert("RGB"), (left.width, 0))
    both.save(tmp_path / "both.png")
    space, look = face_space(settings), encoders(settings.models_dir).face
    alone = {name: look(space, pictures[name], None) for name in ("astronaut", "grace_hopper")}
    largest = look(space, tmp_path / "both.png", None)
    assert largest.remark == "both.png shows 2 faces; the largest was taken, number 2 from the left"
    assert largest.vector @ alone["grace_hopper"].vector > 0.8
    first = look(space, tmp_path / "both.png", 1)
    assert first.vector @ alone["astronaut"].vector > 0.8
    assert (first.remark, alone["astronaut"].remark) == (None, None)
    with pytest.raises(QueryInvalid, match="shows 2 faces, there is no number 3"):
        look(space, tmp_path / "both.png", 3)


def test_a_picture_without_a_face_and_what_is_no_picture_are_refused(settings, pictures, tmp_path):
    space, look = face_space(settings), encoders(settings.models_dir).face
    with pytest.raises(QueryInvalid, match=r"no face is found in rocket\.jpg"):
        look(space, pictures["rocket"], None)
    with pytest.raises(MediaMissing):
        look(space, tmp_path / "nothing.jpg", None)
    (tmp_path / "words.jpg").write_text("no picture")
    with pytest.raises(MediaUnknown):
        look(space, tmp_path / "words.jpg", None)
