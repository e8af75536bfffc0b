from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings

from aima.domain import decisions
from aima.domain.identity import State
from aima.domain.minting import recognise
from aima.domain.track import Cluster, Link, Locator
from tests.domain.histories import BASE, World, identity, worlds
from tests.domain.test_identity import ONE, THREE, Scripted, owner, world

thorough = settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
PLACES = {identity(10_000 + n): locator for n, locator in BASE}


def cluster(*track_ids: str) -> Cluster:
    return Cluster(tuple(Link(track_id, 1.0, {}) for track_id in track_ids))


def ids():
    return map(identity, itertools.count(500)).__next__


def test_the_first_run_mints_numbers_from_one():
    found = recognise([cluster(ONE), cluster(THREE)], PLACES, State(), ids())
    assert found.person_ids == (identity(500), identity(501))
    assert found.minted == ((identity(500), 1), (identity(501), 2))


def test_a_cluster_that_was_torn_keeps_its_person_where_most_of_the_time_is():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    five = identity(10_005)
    found = recognise([cluster(five), cluster(ONE, THREE)], PLACES, made.state, ids())
    assert found.person_ids == (identity(500), person)


def test_clusters_that_grew_together_take_the_one_seen_longer():
    made = world(1, 0, 1, 0, 2)
    found = recognise([cluster(ONE, THREE, identity(10_005))], PLACES, made.state, ids())
    assert found.person_ids == (owner(made.state, ONE),)
    assert found.minted == ()


def test_one_that_was_split_off_never_takes_over_the_person_it_came_from():
    made = world(1, 0, 1, 0, 1)
    person = owner(made.state, ONE)
    made.append(decisions.split(made.state, person, [ONE, THREE], identity(77)))
    mixed, rest = cluster(ONE, THREE, identity(10_005)), cluster(identity(10_002))
    found = recognise([mixed, rest], PLACES, made.state, ids())
    assert found.person_ids == (person, identity(500))
    apart = recognise([cluster(identity(10_005)), cluster(ONE, THREE)], PLACES, made.state, ids())
    assert apart.person_ids == (person, identity(77))


def test_merged_persons_are_recognised_one_by_one():
    made = world(1, 0, 2, 0, 0)
    one, three = owner(made.state, ONE), owner(made.state, THREE)
    made.append(decisions.merge(made.state, one, three))
    found = recognise([cluster(ONE), cluster(THREE)], PLACES, made.state, ids())
    assert found.person_ids == (one, three)


def test_other_tracks_at_the_same_place_are_recognised():
    made = world(1, 0, 0, 0, 0)
    redrawn = {"new": Locator("a", "sight", 2, 39, (4.0, 12.0, 80.0, 80.0))}
    assert recognise([cluster("new")], redrawn, made.state, ids()).person_ids == (owner(made.state, ONE),)


def test_numbers_go_on_after_an_undone_run():
    made = World(Scripted(BASE, 1, 2, 0, 0, 0))
    made.fuse()
    made.append(decisions.undo(made.state, made.events[0].event_id))
    assert recognise([cluster(ONE)], PLACES, made.state, ids()).minted == ((identity(500), 3),)


@thorough
@given(worlds())
def test_the_same_partition_again_gives_the_same_persons(made):
    run = made.state.run
    if run is None:
        return
    groups: dict[str, list[str]] = {}
    for track_id, assigned in run.tracks.items():
        if assigned.person_id is not None:
            groups.setdefault(assigned.person_id, []).append(track_id)
    clusters = [cluster(*members) for members in groups.values()]
    places = {track_id: assigned.locator for track_id, assigned in run.tracks.items()}
    found = recognise(clusters, places, made.state, ids())
    assert len(set(found.person_ids)) == len(clusters)
    if not made.state.split_off:
        assert found.person_ids == tuple(groups)
