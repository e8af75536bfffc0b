"""Turns of speakers through runs, decisions, undo and other processes: what holds of tracks holds of them."""

from __future__ import annotations

import pytest

from aima.domain import decisions
from aima.domain.identity import state_hash
from aima.domain.person import appearance_id
from aima.errors import DecisionImpossible
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium, made_run, made_track, made_turn, record

NEW = "00000000-0000-4000-8000-000000000001"
FACE = made_track("a.mp4", 0, 5)
OWN, ASIDE, LATE = made_turn("a.mp4", 1, 4), made_turn("a.mp4", 3, 5, speaker=1), made_turn("a.mp4", 9, 12)


@pytest.fixture
def heard(stores):
    """Person 1 is seen and heard (turns 1-4 and 9-12 s), person 2 is only heard, over both ends of the first turn."""
    add_medium(stores, "a.mp4")
    assert record(stores, made_run([FACE], [0, 1, 3], [2], turns=[OWN, ASIDE, LATE]))
    return stores


def owners(stores):
    return {track.track_id: track.person_id for track in stores.persons.tracks()}


def whole(stores):
    """Everything that is read of persons, and that it is what the ledger says."""
    assert stores.persons.digest() == state_hash(stores.ledger.state())
    return stores.persons.tracks(), stores.persons.appearances(), stores.persons.all()


def test_turns_have_persons_and_appearances_of_their_own_also_for_another_process(heard, database):
    one, two = heard.persons.all()
    found = [(a.person_id, a.source, a.start_us, a.end_us, a.track_ids) for a in heard.persons.appearances()]
    assert found == sorted(
        [
            (one.person_id, "face", 0, 5 * SECOND, (FACE.track_id,)),
            (one.person_id, "voice", SECOND, 4 * SECOND, (OWN.turn_id,)),
            (one.person_id, "voice", 9 * SECOND, 12 * SECOND, (LATE.turn_id,)),
            (two.person_id, "voice", 3 * SECOND, 5 * SECOND, (ASIDE.turn_id,)),
        ],
        key=lambda a: (a[0], a[2]),
    )
    with PostgresStores.open(database) as other:
        assert whole(other) == whole(heard)


def test_a_turn_is_read_without_a_box_with_its_speaker_and_evidence(heard):
    turn = next(track for track in heard.persons.tracks() if track.track_id == ASIDE.turn_id)
    assert (turn.locator, turn.speaker) == (ASIDE.locator, 1)
    assert turn.quality == pytest.approx(0.5)  # of two seconds somebody else speaks into one
    own = next(track for track in heard.persons.tracks() if track.track_id == OWN.turn_id)
    assert (own.log_odds, own.shares) == (3.0, {"lips": 2.5, "together": 0.5})


def test_appearances_of_face_and_voice_never_share_an_id(stores):
    add_medium(stores, "a.mp4")
    record(stores, made_run([made_track("a.mp4", 1, 4)], [0, 1], turns=[made_turn("a.mp4", 1, 4)]))
    assert len({appearance_id(a) for a in stores.persons.appearances()}) == 2


def test_a_voice_is_split_off_and_comes_back(heard):
    one = heard.persons.all()[0].person_id
    before = whole(heard)
    heard.ledger.decide(lambda state: decisions.split(state, one, [LATE.turn_id], NEW), "local")
    assert owners(heard)[LATE.turn_id] == NEW
    assert owners(heard)[FACE.track_id] == owners(heard)[OWN.turn_id] == one
    heard.ledger.decide(decisions.undo, "local")
    tracks, appearances, persons = whole(heard)
    assert (tracks, appearances) == before[:2]
    assert [p.state for p in persons] == ["active", "active", "gone"]


def test_a_split_voice_stays_apart_when_a_new_model_draws_turns_otherwise(heard):
    one = heard.persons.all()[0].person_id
    heard.ledger.decide(lambda state: decisions.split(state, one, [LATE.turn_id], NEW), "local")
    redrawn = [made_turn("a.mp4", 1.2, 4), made_turn("a.mp4", 3.1, 5, 1), made_turn("a.mp4", 8.8, 12.1)]
    record(heard, made_run([FACE], [0, 1, 3], [2], turns=redrawn, inputs="new model"))
    assert owners(heard)[redrawn[2].turn_id] == NEW
    assert owners(heard)[redrawn[0].turn_id] == one
    assert heard.ledger.state().conflicts == ()


def test_a_person_only_heard_is_merged_into_one_who_is_seen_if_they_never_speak_at_once(heard):
    one, two = (person.person_id for person in heard.persons.all())
    with pytest.raises(DecisionImpossible, match="seen, or heard, at the same time"):
        heard.ledger.decide(lambda state: decisions.merge(state, one, two), "local")
    heard.ledger.decide(lambda state: decisions.split(state, one, [OWN.turn_id], NEW), "local")
    heard.ledger.decide(lambda state: decisions.merge(state, one, two), "local")  # a face and a voice at once
    assert owners(heard) == {FACE.track_id: one, LATE.turn_id: one, ASIDE.turn_id: one, OWN.turn_id: NEW}
    whole(heard)


def test_who_is_seen_is_who_was_seen_however_long_somebody_else_was_heard(heard):
    one, two = (person.person_id for person in heard.persons.all())
    record(heard, made_run([FACE], [0, 2], [1, 3], turns=[OWN, ASIDE, LATE], inputs="lips read otherwise"))
    assert owners(heard)[FACE.track_id] == owners(heard)[ASIDE.turn_id] == one
    # The voice whose face is another one now leaves that person, and nobody had it alone before.
    assert owners(heard)[OWN.turn_id] not in {one, None}
    assert {p.person_id: p.state for p in heard.persons.all()}[two] in {"active", "gone"}


def test_a_voice_known_before_becomes_the_person_of_a_face_that_is_new(stores):
    add_medium(stores, "a.mp4")
    record(stores, made_run([], [0], turns=[OWN]))
    (known,) = stores.persons.all()
    stores.ledger.decide(lambda state: decisions.name(state, known.person_id, "Anna"), "local")
    record(stores, made_run([FACE], [0, 1], turns=[OWN], inputs="now also seen"))
    assert {p.label for p in stores.persons.all() if p.state == "active"} == {"Anna"}
    assert owners(stores)[FACE.track_id] == known.person_id


def test_turns_that_a_run_lacks_are_gone_and_return_with_its_undoing(heard):
    before = whole(heard)[:2]
    record(heard, made_run([FACE], [0], inputs="not listened to"))
    assert [track.track_id for track in heard.persons.tracks()] == [FACE.track_id]
    event = heard.ledger.events()[-1]
    heard.ledger.decide(lambda state: decisions.undo(state, event.event_id), "local")
    assert whole(heard)[:2] == before


def test_faces_that_search_keeps_do_not_count_turns(heard):
    (kept,) = heard.kept.of([OWN.content_id]).values()
    assert [track.track_id for track in kept.tracks] == [FACE.track_id]


def test_screen_time_is_of_what_is_seen(heard):
    one, two = heard.persons.all()
    totals = heard.pages.totals(one.person_id)
    assert (totals.appearances, totals.screen_us) == (3, 5 * SECOND)
    assert heard.dashboards.refresh()
    screen = {figure.person_id: figure.screen_us for figure in heard.dashboards.figures(5).persons}
    assert screen == {one.person_id: 5 * SECOND, two.person_id: 0}
