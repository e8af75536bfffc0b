from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings

from aima.domain import decisions
from aima.domain.identity import Run, State, next_number, state_hash
from aima.domain.minting import Recognised, recognise
from aima.domain.track import Cluster, Link, Locator
from tests.domain.histories import BASE, World, identity, memories, worlds
from tests.domain.test_identity import ONE, THREE, TWO, Scripted, owner, world

thorough = settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
PLACES = {identity(10_000 + n): locator for n, locator in BASE}


def cluster(*track_ids: str) -> Cluster:
    return Cluster(tuple(Link(track_id, 1.0, {}) for track_id in track_ids))


def ids():
    return map(identity, itertools.count(500)).__next__


def test_the_first_run_mints_numbers_from_one():
    found = recognise([cluster(ONE), cluster(THREE)], PLACES, [State()], ids())
    assert found.person_ids == (identity(500), identity(501))
    assert found.minted == ((identity(500), 1), (identity(501), 2))


def test_a_cluster_that_was_torn_keeps_its_person_where_most_of_the_time_is():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    five = identity(10_005)
    found = recognise([cluster(five), cluster(ONE, THREE)], PLACES, [made.state], ids())
    assert found.person_ids == (identity(500), person)


def test_clusters_that_grew_together_take_the_one_seen_longer():
    made = world(1, 0, 1, 0, 2)
    found = recognise([cluster(ONE, THREE, identity(10_005))], PLACES, [made.state], ids())
    assert found.person_ids == (owner(made.state, ONE),)
    assert found.minted == ()


def test_one_that_was_split_off_never_takes_over_the_person_it_came_from():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    made.append(decisions.split(made.state, person, [ONE, THREE], identity(77)))
    mixed, rest = cluster(ONE, THREE, identity(10_005)), cluster(identity(10_002))
    found = recognise([mixed, rest], PLACES, [made.state], ids())
    assert found.person_ids == (person, identity(500))
    apart = recognise([cluster(identity(10_005)), cluster(ONE, THREE)], PLACES, [made.state], ids())
    assert apart.person_ids == (person, identity(77))


def test_merged_persons_are_recognised_one_by_one():
    made = world(1, 0, 2, 0, 0)
    one, three = owner(made.state, ONE), owner(made.state, THREE)
    made.append(decisions.merge(made.state, one, three))
    found = recognise([cluster(ONE), cluster(THREE)], PLACES, [made.state], ids())
    assert found.person_ids == (one, three)


def test_other_tracks_at_the_same_place_are_recognised():
    made = world(1, 0, 0, 0, 0)
    redrawn = {"new": Locator("a", "sight", 2, 39, (4.0, 12.0, 80.0, 80.0))}
    assert recognise([cluster("new")], redrawn, [made.state], ids()).person_ids == (owner(made.state, ONE),)


def test_what_is_heard_never_changes_who_is_seen():
    made = world(1, 2, 0, 0, 0)
    seen, other = owner(made.state, ONE), owner(made.state, TWO)
    turns = {"long": Locator("a", "sound", 0, 500, None), "short": Locator("a", "sound", 600, 601, None)}
    made.record(PLACES | turns, [[ONE, "short"], [TWO, "long"]])
    found = recognise([cluster(ONE, "long"), cluster(TWO, "short")], PLACES | turns, [made.state], ids())
    assert found.person_ids == (seen, other)


def test_a_voice_keeps_its_person_as_long_as_no_face_claims_it():
    turns = {"turn": Locator("a", "sound", 5, 30, None)}
    made = World(Scripted([]))
    made.fuse()
    made.record(turns, [["turn"]])
    (heard,) = made.state.members
    assert recognise([cluster("turn")], turns, [made.state], ids()).person_ids == (heard,)
    assert recognise([cluster(ONE, "turn")], PLACES | turns, [made.state], ids()).person_ids == (heard,)
    both = recognise([cluster(ONE), cluster("turn")], PLACES | turns, [made.state], ids())
    assert both.person_ids == (identity(500), heard)


def test_numbers_go_on_after_an_undone_run():
    made = World(Scripted(BASE, 1, 2, 0, 0, 0))
    made.fuse()
    made.append(decisions.undo(made.state, made.events[0].event_id))
    assert recognise([cluster(ONE)], PLACES, [made.state], ids()).minted == ((identity(500), 3),)


def test_who_is_in_a_content_that_the_last_run_lacked_is_remembered():
    made = world(1, 2, 1, 0, 3)
    five = owner(made.state, identity(10_005))
    made.data = Scripted(BASE[:4], 1, 2, 1, 0)
    made.fuse()
    assert five not in made.state.members
    found = recognise([cluster(ONE, THREE), cluster(identity(10_005))], PLACES, memories(made, PLACES), ids())
    assert found == Recognised((owner(made.state, ONE), five), ())


def test_persons_last_seen_in_different_runs_who_are_one_now_become_the_one_seen_longer():
    made = World(Scripted(BASE[:4], 1, 0, 0, 0, BASE[4:], 1))
    made.fuse()
    one = owner(made.state, ONE)
    made.fuse()
    assert owner(made.state, identity(10_005)) != one
    found = recognise([cluster(ONE, identity(10_005))], PLACES, memories(made, PLACES), ids())
    assert found == Recognised((one,), ())


def test_who_was_taken_for_another_one_in_between_comes_back():
    made = world(1, 0, 2, 0, 0)
    one, three = owner(made.state, ONE), owner(made.state, THREE)
    made.data = Scripted(BASE, 1, 0, 1, 0, 0)
    made.fuse()
    assert list(made.state.members) == [one]
    found = recognise([cluster(THREE), cluster(ONE)], PLACES, memories(made, PLACES), ids())
    assert found == Recognised((three, one), ())


def test_persons_of_photographs_that_another_model_joined_are_not_confused():
    photos = [(n, Locator(f"photo {n}", "sight", 0, 1, (0.0, 0.0, 80.0, 80.0))) for n in (1, 2, 3)]
    places = {identity(10_000 + n): locator for n, locator in photos}
    made = World(Scripted([], photos, 1, 2, 1, photos, 2, 1, 1))
    made.fuse()
    made.fuse()
    groups, _ = partition(made.state.run)
    made.fuse()
    for order in itertools.permutations(groups.items()):
        found = recognise([cluster(*members) for _, members in order], places, memories(made, places), ids())
        assert found == Recognised(tuple(person_id for person_id, _ in order), ())


def test_an_undone_run_is_not_remembered():
    made = world(1, 0, 0, 0, 0)
    there = Locator("c", "sight", 0, 9, (0.0, 0.0, 80.0, 80.0))
    made.data = Scripted([*BASE, (7, there)], 1, 0, 0, 0, 0, 2)
    made.fuse()
    made.append(decisions.undo(made.state, made.events[1].event_id))
    found = recognise([cluster("new")], {"new": there}, memories(made, {"new": there}), ids())
    assert found.minted == ((identity(500), 3),)


def test_decisions_apply_again_to_who_comes_back():
    made = world(1, 2, 1, 0, 2)
    one, two = owner(made.state, ONE), owner(made.state, TWO)
    made.append(decisions.name(made.state, two, "Anna"))
    made.append(decisions.split(made.state, one, [THREE], identity(77)))
    made.append(decisions.merge(made.state, two, identity(77)))
    before = made.state
    made.data = Scripted(BASE[4:], 1, BASE, 1, 2, 1, 0, 2)
    made.fuse()
    assert made.state.names == {two: "Anna"}
    assert set(made.state.members) == {two}
    made.fuse()
    assert (made.state.tracks, made.state.names, made.state.conflicts) == (before.tracks, before.names, ())
    assert next_number(made.events) == 4


@thorough
@given(worlds())
def test_the_same_partition_again_gives_the_same_persons(made):
    run = made.state.run
    if run is None:
        return
    groups, places = partition(run)
    found = recognise([cluster(*members) for members in groups.values()], places, memories(made, places), ids())
    assert len(set(found.person_ids)) == len(groups)
    if not made.state.split_off:
        assert found == Recognised(tuple(groups), ())


@thorough
@given(worlds())
def test_a_run_as_before_after_one_of_these_contents_or_less_gives_the_same_persons_and_names(made):
    before, run = made.state, made.state.run
    if run is None:
        return
    made.fuse()
    if not contents_of(made.state.run) <= contents_of(run):
        return
    groups, places = partition(run)
    made.record(places, list(groups.values()))
    assert state_hash(made.state) == state_hash(before)
    if not before.split_off:
        assert made.state.run.tracks == run.tracks
        assert made.state.conflicts == before.conflicts


def partition(run: Run) -> tuple[dict[str, list[str]], dict[str, Locator]]:
    """Track ids by person, and where the tracks are."""
    groups: dict[str, list[str]] = {}
    for track_id, assigned in run.tracks.items():
        if assigned.person_id is not None:
            groups.setdefault(assigned.person_id, []).append(track_id)
    return groups, {track_id: assigned.locator for track_id, assigned in run.tracks.items()}


def contents_of(run: Run) -> set[str]:
    return {assigned.locator.content_id for assigned in run.tracks.values()}
