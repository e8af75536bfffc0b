from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from aima.domain import decisions
from aima.domain.fusion import FusionRun
from aima.domain.identity import state_hash
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium, content, made_run, made_track, record

OTHER_MODEL = {"face_embedder": "others@1"}
LATER = [made_track("a.mp4", 0, 5), made_track("a.mp4", 0, 5, left=400), made_track("a.mp4", 10, 12)]
OTHERS = [made_track("b.mp4", 0, 4), made_track("b.mp4", 5, 9), made_track("b.mp4", 10, 11)]


@pytest.fixture
def first(stores):
    """One run: persons 1 (two tracks) and 2."""
    add_medium(stores, "a.mp4")
    assert record(stores, made_run(LATER, [0, 2], [1]))
    return stores


def active(stores):
    return [person for person in stores.persons.all() if person.state == "active"]


def owners(stores):
    return {track.track_id: track.person_id for track in stores.persons.tracks()}


def test_a_run_mints_persons_with_appearances(first):
    one, two = first.persons.all()
    assert (one.number, two.number, one.label) == (1, 2, "Unknown 1")
    spans = [(a.start_us, a.end_us) for a in first.persons.appearances() if a.person_id == one.person_id]
    assert spans == [(0, 5 * SECOND), (10 * SECOND, 12 * SECOND)]
    assert first.persons.run().input_hash == "first"
    assert first.persons.digest() == state_hash(first.ledger.state())


def test_the_same_run_again_changes_nothing(first):
    before = (first.ledger.events(), first.persons.all(), first.persons.tracks(), first.persons.run())
    assert not record(first, made_run(LATER, [0, 2], [1]))
    assert (first.ledger.events(), first.persons.all(), first.persons.tracks(), first.persons.run()) == before


@pytest.mark.parametrize(
    "change", [{"input_hash": "x"}, {"models": {"face_embedder": "faces@2"}}, {"thresholds": {"join": 1.0}}]
)
def test_other_inputs_models_or_thresholds_are_a_new_run_with_the_same_persons(first, change):
    before = first.persons.all()
    assert record(first, replace(made_run(LATER, [0, 2], [1]), **change))
    assert first.persons.all() == before
    assert len(first.ledger.events()) == 2


def test_a_new_medium_keeps_known_persons_and_mints_the_new_one(first):
    known = owners(first)
    add_medium(first, "b.mp4")
    tracks = [*LATER, made_track("b.mp4", 0, 4), made_track("b.mp4", 5, 9)]
    record(first, made_run(tracks, [0, 2, 3], [1], [4], inputs="more"))
    now = owners(first)
    assert {track: now[track] for track in known} == known
    assert now[tracks[3].track_id] == known[LATER[0].track_id]
    assert [person.number for person in active(first)] == [1, 2, 3]


def test_tracks_that_a_new_model_draws_otherwise_keep_their_person(first):
    known = owners(first)
    redrawn = [made_track("a.mp4", 0.2, 5), made_track("a.mp4", 0.2, 5, left=405), made_track("a.mp4", 10.2, 12)]
    record(first, made_run(redrawn, [0, 2], [1], inputs="new model"))
    now = owners(first)
    assert [now[t.track_id] for t in redrawn] == [known[t.track_id] for t in LATER]


def test_a_person_that_vanishes_keeps_id_and_number_and_comes_back(first):
    gone = first.persons.all()[1]
    record(first, made_run(LATER[:1], [0], inputs="less"))
    assert first.persons.all()[1] == replace(gone, state="gone")
    assert len(first.persons.tracks()) == 1
    event = first.ledger.events()[-1]
    first.ledger.decide(lambda state: decisions.undo(state, event.event_id), "local")
    assert first.persons.all()[1] == gone
    assert first.persons.run().input_hash == "first"


def test_numbers_are_never_given_twice_even_after_an_undone_run(first):
    event = first.ledger.events()[0]
    first.ledger.decide(lambda state: decisions.undo(state, event.event_id), "local")
    assert active(first) == []
    assert first.persons.appearances() == []
    assert first.persons.run() is None
    record(first, made_run(LATER, [0, 2], [1], inputs="again"))
    assert [person.number for person in active(first)] == [3, 4]


def test_decisions_survive_a_new_run(first):
    one, two = (person.person_id for person in first.persons.all())
    first.ledger.decide(lambda state: decisions.name(state, one, "Anna"), "local")
    new = "00000000-0000-4000-8000-000000000001"
    first.ledger.decide(lambda state: decisions.split(state, one, [LATER[2].track_id], new), "local")
    first.ledger.decide(lambda state: decisions.merge(state, two, new), "local")
    record(first, made_run(LATER, [0, 2], [1], inputs="same tracks, new hash"))
    assert owners(first) == {LATER[0].track_id: one, LATER[1].track_id: two, LATER[2].track_id: two}
    assert first.persons.all()[0].name == "Anna"
    assert first.ledger.state().conflicts == ()


@pytest.fixture
def two_media(first):
    """Persons 1 and 2 in one medium, 1 and 3 in another, with a decision of each kind; stores and their last run."""
    add_medium(first, "b.mp4")
    run = made_run([*LATER, *OTHERS], [0, 2, 3], [1], [4, 5], inputs="both")
    record(first, run)
    _, two, three = (person.person_id for person in first.persons.all())
    new = "00000000-0000-4000-8000-000000000001"
    first.ledger.decide(lambda state: decisions.name(state, three, "Anna"), "local")
    first.ledger.decide(lambda state: decisions.split(state, three, [OTHERS[2].track_id], new), "local")
    first.ledger.decide(lambda state: decisions.merge(state, two, new), "local")
    return first, run


def who(stores):
    """Persons and whose the tracks are, as stored and as replayed."""
    assert stores.persons.digest() == state_hash(stores.ledger.state())
    return stores.persons.all(), owners(stores), stores.ledger.state().conflicts


def newly_minted(stores):
    return stores.ledger.events()[-1].payload["minted"]


def test_persons_of_media_that_another_model_has_not_seen_come_back_after_a_restart(two_media, database):
    stores, run = two_media
    before = who(stores)
    record(stores, replace(made_run(LATER, [0, 2], [1], inputs="one of both"), models=OTHER_MODEL))
    assert {person.number for person in active(stores)} == {1, 2}
    stores.close()
    with PostgresStores.open(database) as again:
        assert record(again, run)
        assert who(again) == before
        assert newly_minted(again) == []


def test_persons_that_another_model_tells_apart_otherwise_come_back(two_media):
    stores, run = two_media
    before = who(stores)
    other = made_run([*LATER, *OTHERS], [0], [1, 2, 4], [3, 5], inputs="other vectors")
    record(stores, replace(other, models=OTHER_MODEL))
    assert who(stores) != before
    record(stores, run)
    assert who(stores) == before
    assert newly_minted(stores) == []


def test_a_medium_that_was_away_for_several_runs_comes_back(two_media):
    stores, run = two_media
    before = who(stores)
    for inputs in ("less", "still less"):
        record(stores, made_run(OTHERS[:1], [0], inputs=inputs))
    record(stores, made_run([], inputs="nothing"))
    assert active(stores) == []
    record(stores, run)
    assert who(stores) == before
    assert newly_minted(stores) == []


def test_nobody_comes_back_from_a_run_that_was_undone(first):
    add_medium(first, "b.mp4")
    record(first, made_run([*LATER, *OTHERS], [0, 2], [1], [3, 4, 5], inputs="both"))
    event = first.ledger.events()[-1]
    first.ledger.decide(lambda state: decisions.undo(state, event.event_id), "local")
    record(first, made_run([*LATER, *OTHERS], [0, 2], [1], [3, 4, 5], inputs="both again"))
    assert [person.number for person in active(first)] == [1, 2, 4]


def test_poor_tracks_are_kept_with_nobody(first):
    record(first, made_run(LATER, [0], inputs="two are too poor"))
    assert list(owners(first).values()).count(None) == 2


def test_the_best_crop_of_its_samples_is_the_picture(first):
    def crop(pts_us: int, quality: float, left: float, path: str) -> Crop:
        return Crop(content("a.mp4"), 0, pts_us, 0, (left, 50.0, 80.0, 80.0), quality, path, "ab" * 32)

    crops = (
        crop(200_000, 0.4, 100, "crops/good.jpg"),
        crop(400_000, 0.9, 100, "crops/better.jpg"),
        crop(600_000, 1.0, 700, "crops/somebody else.jpg"),
        crop(650_000, 1.0, 100, "crops/not a sample.jpg"),
    )
    key = ObservationKey(content("a.mp4"), "face_detector", "faces@1", "0")
    first.observations.commit([Receipt(key, 0, "p", "s", 1, 0.0, 0.0, "node", crops=crops)])
    record(first, made_run(LATER, [0, 2], [1], inputs="with crops"))
    assert [person.picture_path for person in first.persons.all()] == ["crops/better.jpg", None]


def test_an_archive_without_faces_is_a_run_without_persons(stores):
    assert record(stores, made_run([], inputs="nothing"))
    assert not record(stores, made_run([], inputs="nothing"))
    assert stores.persons.all() == []


def test_a_run_that_fails_leaves_nothing_behind(stores):
    nowhere: FusionRun = made_run([made_track("unknown.mp4", 0, 5)], [0])
    with pytest.raises(Exception, match="foreign key"):
        record(stores, nowhere)
    assert stores.ledger.events() == []
    assert stores.persons.all() == []


def test_a_run_stands_after_a_restart(first, database):
    before = (first.persons.all(), first.persons.digest())
    first.close()
    with PostgresStores.open(database) as again:
        assert (again.persons.all(), again.persons.digest()) == before
        assert not record(again, made_run(LATER, [0, 2], [1]))


def test_only_one_fuses_at_a_time_and_whoever_dies_lets_go(stores, database):
    order: list[str] = []
    with PostgresStores.open(database) as other, ThreadPoolExecutor(1) as pool:

        def wait() -> None:
            with other.fusion.alone():
                order.append("second")

        with stores.fusion.alone():
            waiting = pool.submit(wait)
            time.sleep(0.5)
            order.append("first")
        waiting.result(timeout=10)
        with pytest.raises(RuntimeError, match="broken off"), stores.fusion.alone():
            raise RuntimeError("broken off")
        with other.fusion.alone():
            order.append("third")
    assert order == ["first", "second", "third"]
