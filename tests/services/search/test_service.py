from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from aima.errors import MediaMissing, PersonUnknown
from aima.services.search.query import Query
from tests.persons_made import SECOND, add_medium, made_run, made_track, record
from tests.services.search.archive_made import finding, searching, sight

HAPPY = np.array([0.2, 0.7, 0.1, 0, 0, 0, 0], np.float32)
ANGRY = np.array([0.1, 0.1, 0.1, 0.6, 0.1, 0, 0], np.float32)
TRACKS = [
    replace(made_track("a.mp4", 0, 5), expression=HAPPY),
    replace(made_track("a.mp4", 0, 4, left=400), expression=ANGRY),
    replace(made_track("b.mp4", 10, 12), expression=ANGRY),
]


class NoVectors:
    """Whoever opens it asked for vectors without need."""

    def __call__(self):
        raise AssertionError("no vectors are needed")


@pytest.fixture
def search(settings, stores):
    """Unknown 1 happy in a.mp4 and angry in b.mp4, Unknown 2 angry in a.mp4; dogs in both. No vectors at all."""
    for name in ("a.mp4", "b.mp4"):
        add_medium(stores, name)
    record(stores, made_run(TRACKS, [0, 2], [1]))
    dogs = [finding("a.mp4", "object", "dog", 4.5, 0.6, 3), replace(finding("a.mp4", "object", "dog", 30, 0.9), most=3)]
    sight(stores, "a.mp4", [*dogs, finding("a.mp4", "text", "dog", 50)])
    sight(stores, "b.mp4", [finding("b.mp4", "label", "dog", 40, 0.5)])
    return searching(settings, stores, NoVectors()).search


def shown(answers):
    return [(a.place.filename, a.start_us / SECOND, a.end_us / SECOND) for a in answers.found]


def test_filters_alone_list_moments_the_surest_first(search, stores):
    answers = search(Query.of(object="Dog"))
    assert shown(answers) == [("a.mp4", 30, 31), ("a.mp4", 4.5, 7.5), ("b.mp4", 40, 41)]
    assert [a.reasons[0].text for a in answers.found] == ["3 x dog", "dog", "dog"]
    assert [round(a.probability, 2) for a in answers.found] == [0.9, 0.6, 0.5]
    assert (answers.as_of_seq, answers.behind, answers.models) == (stores.outbox.head(), 0, {})
    assert shown(search(Query.of(person="#1"))) == [("a.mp4", 0, 5), ("b.mp4", 10, 12)]
    assert shown(search(Query.of(expression="anger"))) == [("a.mp4", 0, 4), ("b.mp4", 10, 12)]


def test_what_is_combined_must_be_true_together_within_the_window(search):
    assert shown(search(Query.of(person="#1", object="dog"))) == [("a.mp4", 4.5, 5)]
    assert shown(search(Query.of(person="#2", object="dog", within_s=0.4))) == []
    (near,) = search(Query.of(person="#2", object="dog", within_s=0.5)).found
    assert (near.start_us, near.end_us, near.who) == (0, 7_500_000, ("Unknown 1", "Unknown 2"))
    assert [reason.ask for reason in near.reasons] == ["person", "object"]


def test_an_expression_asked_for_with_a_person_is_that_of_this_person(search):
    assert shown(search(Query.of(person="#1", expression="anger"))) == [("b.mp4", 10, 12)]
    assert shown(search(Query.of(person="#1", expression="happiness"))) == [("a.mp4", 0, 5)]
    assert shown(search(Query.of(person="#2", expression="happiness"))) == []


def test_medium_kind_and_day_narrow_and_answers_say_which_day(search, stores):
    assert shown(search(Query.of(object="dog", medium="b.mp4"))) == [("b.mp4", 40, 41)]
    assert search(Query.of(object="dog", kind="image")).found == ()
    with stores.engine.begin() as connection:
        change = "UPDATE contents SET info = jsonb_set(info, '{details,recorded_s}', '1556964000')"
        connection.execute(
            text(f"{change} WHERE content_id IN (SELECT content_id FROM media_files WHERE filename = 'b.mp4')")
        )
    (answer,) = search(Query.of(object="dog", since="2019-05-04", until="2019-05-04")).found
    assert (answer.place.dated_by, answer.place.date.year) == ("recorded", 2019)
    assert len(search(Query.of(object="dog", since="2019-05-05")).found) == 2


def test_a_class_is_not_another_one_that_holds_its_name(search, stores):
    beasts = ["bear", "teddy bear", "hot dog", "golden retriever"]
    sight(stores, "b.mp4", [finding("b.mp4", "object", name, 10 * n) for n, name in enumerate(beasts)])

    def starts(name):
        return [answer.start_us // SECOND for answer in search(Query.of(object=name, medium="b.mp4")).found]

    assert {name: starts(name) for name in beasts} == {name: [10 * n] for n, name in enumerate(beasts)}
    assert (starts("Bear teddy"), starts("retriever"), starts("hot")) == ([10], [30], [20])
    sight(stores, "b.mp4", [finding("b.mp4", "object", "teddy bear", 0)])
    assert starts("bear") == []


def test_a_thing_that_nobody_ever_saw_is_told_with_another_way_to_look(search):
    answers = search(Query.of(object="unicorn"))
    assert (answers.found, answers.remarks) == (
        (),
        ("nothing there is called 'unicorn'; --text compares meanings",),
    )


def test_who_or_what_is_not_there_is_refused(search):
    with pytest.raises(PersonUnknown, match="'Nobody'"):
        search(Query.of(person="Nobody"))
    with pytest.raises(MediaMissing, match=r"c\.mp4"):
        search(Query.of(object="dog", medium="c.mp4"))


def test_the_same_content_of_two_owners_answers_once_for_each_in_order(search, stores):
    add_medium(stores, "b.mp4", owner="berta")
    record(stores, made_run(TRACKS, [0, 2], [1]))
    answers = search(Query.of(object="dog", limit=4))
    assert [a.place.filename for a in answers.found] == ["a.mp4", "a.mp4", "b.mp4", "b.mp4"]
    assert len({a.place.media_id for a in answers.found}) == 3
    assert search(Query.of(object="dog", limit=4)) == answers
    assert len(search(Query.of(object="dog", limit=3)).found) == 3


def test_hidden_persons_are_never_answered(search, stores):
    with stores.engine.begin() as connection:
        connection.execute(text("UPDATE persons SET hidden = true WHERE number = 2"))
    assert shown(search(Query.of(expression="anger"))) == [("b.mp4", 10, 12)]
    assert {who for a in search(Query.of(expression="happiness")).found for who in a.who} == {"Unknown 1"}
