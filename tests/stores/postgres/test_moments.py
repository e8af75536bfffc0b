from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from aima.domain.finding import Finding, Shot, Sighting, finding_id, text_id
from aima.stores.moments import Within
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium, content, made_run, made_track, record

A, B = content("a.mp4"), content("b.mp4")
HAPPY = np.array([0.1, 0.8, 0.1, 0, 0, 0, 0], np.float32)
TRACKS = [
    replace(made_track("a.mp4", 0, 5), expression=HAPPY),
    made_track("a.mp4", 0, 4, left=400),
    replace(made_track("b.mp4", 1, 2), expression=np.array([0.44, 0.41, 0.15, 0, 0, 0, 0], np.float32)),
]


def finding(content_id: str, kind, words: str, start: int, score: float) -> Finding:
    start_us = start * SECOND
    return Finding(
        finding_id(content_id, kind, words, start_us), kind, words, start_us, start_us + SECOND, score, start_us
    )


@pytest.fixture
def archive(stores):
    """Person 1 in both films, person 2 in a.mp4 alone; a few findings."""
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    record(stores, made_run(TRACKS, [0, 2], [1]))
    shots = (Shot(0, 0, 30 * SECOND, (0,)), Shot(1, 30 * SECOND, 60 * SECOND))
    in_a = [
        finding(A, "object", "dog", 0, 0.7),
        finding(A, "object", "dog", 5, 0.9),
        finding(A, "text", "Bäckerei Müller", 1, 0.8),
        finding(A, "text", "it's 100%_\\ STRAßE", 2, 0.8),
    ]
    in_b = [finding(B, "object", "dog", 3, 0.8), finding(B, "label", "Golden retriever", 3, 0.5)]
    stores.sightings.record(Sighting(A, "first", shots, tuple(in_a)))
    stores.sightings.record(Sighting(B, "first", shots[:1], tuple(in_b)))
    return stores


def person_ids(stores):
    return [person.person_id for person in stores.persons.all()]


def say_recorded(archive, said) -> None:
    """What a.mp4 says of when it was recorded."""
    change = "UPDATE contents SET info = jsonb_set(info, '{details,recorded_s}', CAST(:said AS jsonb))"
    with archive.moments._engine.begin() as connection:
        connection.execute(text(f"{change} WHERE content_id = :content"), {"said": json.dumps(said), "content": A})


def test_media_are_narrowed_by_what_is_given(archive):
    moments = archive.moments
    first, second = moments.places(Within())
    assert [(p.filename, p.content_id, p.kind, p.dated_by) for p in (first, second)] == [
        ("a.mp4", A, "video", "taken in"),
        ("b.mp4", B, "video", "taken in"),
    ]
    assert abs(first.date - datetime.now(UTC)) < timedelta(hours=1)
    assert moments.places(Within(media_id=second.media_id)) == moments.places(Within(), [B]) == [second]
    assert (moments.places(Within(kind="image")), moments.places(Within(), [])) == ([], [])
    assert len(moments.places(Within(kind="video"))) == 2


def test_the_day_of_recording_counts_where_it_is_known_and_both_ends_are_included(archive):
    recorded = datetime(2019, 5, 4, 23, 59, 59, 999_000, tzinfo=UTC)
    say_recorded(archive, recorded.timestamp())
    (first, _) = archive.moments.places(Within())
    assert (first.date, first.dated_by) == (recorded, "recorded")
    day = first.date.date()
    assert archive.moments.places(Within(since=day, until=day)) == [first]
    assert archive.moments.places(Within(until=day - timedelta(days=1))) == []
    assert [p.filename for p in archive.moments.places(Within(since=day + timedelta(days=1)))] == ["b.mp4"]


@pytest.mark.parametrize(
    "said", ["tomorrow", "2019-02-31", "infinity", 10**400, -1e300, 253_402_300_800, None, True, [], {"a": 1}]
)
def test_what_a_file_says_of_its_day_may_be_anything(archive, said):
    say_recorded(archive, said)
    assert [place.dated_by for place in archive.moments.places(Within(until=date.max))] == ["taken in", "taken in"]


@pytest.mark.parametrize("at", [datetime.min, datetime.max.replace(microsecond=0)])
def test_the_first_and_the_last_day_are_days(archive, at):
    say_recorded(archive, (at.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    (first,) = archive.moments.places(Within(since=at.date(), until=at.date()))
    assert first.date == at.replace(tzinfo=UTC)


def test_faces_are_those_of_the_run_that_stands(archive):
    ids = [track.track_id for track in TRACKS]
    found = archive.moments.faces([*ids, text_id("no track")])
    assert set(found) == set(ids)
    first = found[ids[0]]
    assert (first.content_id, first.start_us, first.end_us, first.person_id) == (
        A,
        0,
        5 * SECOND,
        person_ids(archive)[0],
    )
    assert first.expression == pytest.approx(HAPPY.tolist())
    record(archive, made_run(TRACKS[:2], [0], [1], inputs="second"))
    assert set(archive.moments.faces(ids)) == set(ids[:2])
    assert archive.moments.faces([]) == {}


def test_presences_are_asked_by_person_and_content_and_hidden_ones_never_answer(archive):
    one, two = person_ids(archive)
    everybody = archive.moments.presences(None)
    assert sorted(everybody, key=lambda p: (p.content_id, p.start_us, p.person_id)) == everybody
    assert {(p.content_id, p.person_id, p.label) for p in everybody} == {
        (A, one, "Unknown 1"),
        (A, two, "Unknown 2"),
        (B, one, "Unknown 1"),
    }
    assert [p.content_id for p in archive.moments.presences([one], [B])] == [B]
    with archive.moments._engine.begin() as connection:
        connection.execute(text("UPDATE persons SET hidden = true WHERE number = 1"))
    assert [p.label for p in archive.moments.presences(None)] == ["Unknown 2"]
    assert set(archive.moments.faces(t.track_id for t in TRACKS)) == {TRACKS[1].track_id}


def test_a_content_of_two_owners_is_there_once_and_has_two_places(archive):
    add_medium(archive, "b.mp4", owner="berta")
    record(archive, made_run(TRACKS, [0, 2], [1], inputs="first"))
    assert len(archive.moments.places(Within(), [B])) == 2
    assert len(archive.persons.appearances()) == 4
    assert len(archive.moments.presences(None)) == 3


def test_names_are_those_of_persons_who_are_seen(archive):
    one, _ = person_ids(archive)
    assert archive.moments.names() == {}
    with archive.moments._engine.begin() as connection:
        connection.execute(text("UPDATE persons SET name = 'Ada' WHERE number = 1"))
        connection.execute(text("UPDATE persons SET name = 'Bob', state = 'gone' WHERE number = 2"))
    assert archive.moments.names() == {one: "Ada"}


def test_shots_are_asked_by_content_and_number(archive):
    found = archive.moments.shots([(A, 1), (A, 7), (B, 0)])
    assert {key: (shot.start_us, shot.vector_pts_us) for key, shot in found.items()} == {
        (A, 1): (30 * SECOND, ()),
        (B, 0): (0, (0,)),
    }
    assert archive.moments.shots([]) == {}


@pytest.mark.parametrize(
    ("words", "kinds", "texts"),
    [
        (["bäck"], None, ["Bäckerei Müller"]),
        (["müller", "retr"], None, ["Bäckerei Müller", "Golden retriever"]),
        (["müller", "retr"], ("label",), ["Golden retriever"]),
        (["it's"], None, ["it's 100%_\\ STRAßE"]),
        (["dog' | 'bäck", "\\", "a'b\\'c"], None, []),
        ([], None, []),
    ],
)
def test_texts_are_found_by_the_beginnings_of_words_whatever_signs_are_in_them(archive, words, kinds, texts):
    found = archive.moments.texts_with(words, *([kinds] if kinds else []))
    assert sorted(found.values()) == texts
    assert all(text_id(value) == key for key, value in found.items())


def test_what_is_written_is_found_by_parts_most_of_them_first(archive):
    moments = archive.moments
    assert list(moments.texts_like(["ack", "cke", "ker", "xyz"], 5).values()) == ["Bäckerei Müller"]
    assert list(moments.texts_like(["ull", "ras", "ass"], 1).values()) == ["it's 100%_\\ STRAßE"]
    assert (moments.texts_like(["%_%"], 5), moments.texts_like(["dog"], 5), moments.texts_like([], 5)) == ({}, {}, {})


def test_findings_are_the_surest_of_each_text_in_order_of_time(archive):
    ids = [text_id("dog"), text_id("Golden retriever")]
    found = archive.moments.findings(ids, 2)
    assert [(f.content_id, f.finding.text, round(f.finding.score, 1)) for f in found if f.content_id == A] == [
        (A, "dog", 0.9)
    ]
    assert {(f.finding.text, round(f.finding.score, 1)) for f in found if f.content_id == B} == {
        ("dog", 0.8),
        ("Golden retriever", 0.5),
    }
    assert [f.content_id for f in archive.moments.findings(ids, 9, [B], ["label"])] == [B]
    assert archive.moments.findings([], 9) == []


def test_an_expression_is_that_of_the_tracks_in_which_it_is_the_strongest(archive):
    found = archive.moments.expressive(1, 0.45, 9)
    assert [face.track_id for face in found] == [TRACKS[0].track_id]
    assert archive.moments.expressive(1, 0.4, 9, [B]) == [], "it looks more neutral there"
    assert [face.content_id for face in archive.moments.expressive(0, 0.4, 9)] == [B]


def test_everything_is_there_after_the_connection_is_opened_anew(archive, database):
    before = archive.moments
    with PostgresStores.open(database) as again:
        assert again.moments.presences(None) == before.presences(None)
        assert again.moments.findings([text_id("dog")], 9) == before.findings([text_id("dog")], 9)
