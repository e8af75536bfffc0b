import itertools
import random
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.track import Cluster, Track
from aima.fusion.persons import link
from aima.fusion.tracks import build_tracks
from tests.fusion.making import CALIBRATION, STEP_US, Face, look, person, table, track

SECOND = 1_000_000


def persons(tracks: list[Track], join: float = 0.0, review: float = -2.0) -> tuple[Cluster, ...]:
    return link(tracks, CALIBRATION, join, review)


def partition(clusters: tuple[Cluster, ...]) -> set[frozenset[str]]:
    return {frozenset(cluster.track_ids) for cluster in clusters}


def test_well_separated_identities_are_found_exactly_within_and_across_media():
    shown = [(who, content, n) for who in range(6) for content in "abc" for n in range(4)]
    tracks = [track(content, (who * 10 + n) * SECOND, 3, look(who, ord(content) + n)) for who, content, n in shown]
    truth = {frozenset(t.track_id for t, (w, _, _) in zip(tracks, shown, strict=True) if w == who) for who in range(6)}
    assert partition(persons(tracks)) == truth


def test_links_carry_their_evidence_and_clusters_are_in_order_of_appearance():
    tracks = [track("a", n * SECOND, 3, look(n % 2, n)) for n in range(4)]
    first, second = persons(tracks)
    assert first.track_ids == (tracks[0].track_id, tracks[2].track_id)
    assert second.track_ids == (tracks[1].track_id, tracks[3].track_id)
    expected = float(CALIBRATION.log_odds(tracks[0].vector @ tracks[2].vector))
    assert [link.log_odds for link in first.links] == pytest.approx([expected, expected], abs=1e-3)
    assert first.links[0].shares == {"face": first.links[0].log_odds}


def test_two_faces_of_one_frame_are_two_people_even_if_they_are_equal():
    twins = [track("a", 0, 5, person(0)), track("a", 0, 5, person(0), left=400.0)]
    assert len(persons(twins)) == 2
    one_after_the_other = [track("a", 0, 5, person(0)), track("a", 5 * STEP_US, 5, person(0))]
    assert len(persons(one_after_the_other)) == 1, "intervals are half open"


def test_a_third_track_cannot_join_two_that_were_seen_together():
    twins = [track("a", 0, 5, person(0)), track("a", 0, 5, person(0), left=400.0)]
    alike = track("b", 0, 5, person(0))
    assert sorted(len(c.links) for c in persons([*twins, alike])) == [1, 2]


def test_pictures_are_linked_to_films_and_to_each_other():
    still = track("still", 0, 1, look(0, 1), score=0.7, still=True)
    film = track("film", 8 * SECOND, 4, look(0, 2))
    stranger = track("other", 0, 1, look(1, 3), score=0.7, still=True)
    assert partition(persons([still, film, stranger])) == {
        frozenset({still.track_id, film.track_id}),
        frozenset({stranger.track_id}),
    }


def test_what_is_hardly_a_face_belongs_to_nobody():
    ghost = track("a", 8 * SECOND, 5, look(5, 1), score=0.62, quality=0.12)
    assert persons([ghost]) == ()
    assert len(persons([ghost, track("a", 0, 5, look(0, 1))])) == 1


def test_a_film_that_shows_faces_in_its_first_frame_only_is_no_still_picture():
    rows = {0: [Face(50.0, score=0.76, quality=0.8, vector=look(0, 1))]}
    film = build_tracks("film", table({**rows, STEP_US: []}), [], STEP_US, CALIBRATION)
    picture = build_tracks("picture", table(rows), [], STEP_US, CALIBRATION)
    assert (len(film), len(picture)) == (1, 1)
    assert persons(film) == (), "one lone look is not enough where others were to be had"
    assert len(persons(picture)) == 1
    late = build_tracks("late", table({4 * STEP_US: rows[0]}), [], STEP_US, CALIBRATION)
    assert len(persons(late)) == 1, "one frame is one frame, whenever it is shown"


def test_three_clear_looks_found_a_person_though_none_is_sure_and_two_do_not():
    clear = [track("a", 0, looks, look(0, 1), score=0.55, quality=0.5) for looks in (2, 3)]
    single = track("a", 0, 1, look(0, 1), score=0.9)
    poor = track("a", 0, 3, look(0, 1), score=0.55, quality=0.35)
    assert [len(persons([one])) for one in (*clear, poor, single)] == [0, 1, 0, 1]


def test_a_glimpse_joins_the_one_person_whom_it_clearly_shows():
    known = track("a", 0, 5, look(0, 1))
    glimpse = track("a", 8 * SECOND, 1, look(0, 2), score=0.8, quality=0.5)
    blurred = track("a", 9 * SECOND, 1, look(0, 3), score=0.8, quality=0.1)
    (cluster,) = persons([known, glimpse, blurred])
    assert cluster.track_ids == (known.track_id, glimpse.track_id)


def test_a_glimpse_that_could_be_either_of_two_stays_with_nobody():
    known = [track("a", 0, 5, person(0)), track("a", 0, 5, person(1), left=400.0)]
    between = (person(0) + person(1)) / np.sqrt(2, dtype=np.float32)
    glimpse = track("a", 8 * SECOND, 1, between, score=0.8, quality=0.5)
    assert all(glimpse.track_id not in cluster.track_ids for cluster in persons([*known, glimpse]))


def test_blurred_strangers_resemble_and_are_not_joined_for_it():
    alike = [look(0, n, noise=1.0) for n in (1, 2)]
    assert float(alike[0] @ alike[1]) > 0.4
    good = [track("a", n * SECOND, 5, vector) for n, vector in enumerate(alike)]
    blurred = [track("a", n * SECOND, 5, vector, quality=0.05) for n, vector in enumerate(alike)]
    assert (len(persons(good)), len(persons(blurred))) == (1, 2)


def test_a_sure_face_that_is_turned_away_is_a_person_if_it_is_large_and_joins_only_its_like():
    turned = [track("a", n * SECOND, 5, look(0, n, noise=0.2), quality=0.01) for n in range(2)]
    assert len(persons(turned)) == 1
    vaguely = [track("a", n * SECOND, 5, look(0, n, noise=0.7), quality=0.01) for n in range(2)]
    assert len(persons(vaguely)) == 2
    assert persons([track("a", 0, 5, look(0, 1), quality=0.01, size=40.0)]) == (), "ears and hair"
    assert len(persons([track("a", 0, 5, look(0, 1), quality=0.5, size=40.0)])) == 1


def test_without_identification_faces_belong_to_nobody():
    assert persons([track("a", 0, 5, None, quality=0.8)]) == ()


def test_no_tracks_give_no_persons():
    assert persons([]) == ()


def test_a_higher_threshold_joins_less():
    tracks = [track("a", n * SECOND, 5, look(0, n, noise=0.8)) for n in range(6)]
    assert len(persons(tracks)) == 1
    assert len(persons(tracks, join=14.0)) > 1


SPOTS = st.lists(
    st.tuples(
        st.integers(0, 4),  # who
        st.sampled_from("abc"),
        st.integers(0, 20),  # when, in steps
        st.integers(1, 6),  # samples
        st.sampled_from([0.05, 0.5, 0.9]),  # quality
        st.sampled_from([0.55, 0.7, 0.9]),  # score
    ),
    min_size=1,
    max_size=14,
)


def drawn(spots: list[tuple[int, str, int, int, float, float]]) -> list[Track]:
    return [
        track(content, when * STEP_US, samples, look(who, n, 1.1), left=float(n), quality=quality, score=score)
        for n, (who, content, when, samples, quality, score) in enumerate(spots)
    ]


@settings(deadline=None, derandomize=True, max_examples=150)
@given(SPOTS, st.randoms(use_true_random=False))
def test_the_order_of_tracks_does_not_matter(spots, shuffler: random.Random):
    tracks = drawn(spots)
    shuffled = tracks.copy()
    shuffler.shuffle(shuffled)
    assert persons(shuffled) == persons(tracks)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(SPOTS)
def test_nobody_is_in_two_places_and_every_track_is_one_person_at_most(spots):
    tracks = drawn(spots)
    by_id = {one.track_id: one for one in tracks}
    clusters = persons(tracks, join=-20.0)
    used = [track_id for cluster in clusters for track_id in cluster.track_ids]
    assert len(used) == len(set(used))
    for cluster in clusters:
        for one, other in itertools.combinations((by_id[t] for t in cluster.track_ids), 2):
            apart = one.end_us <= other.start_us or other.end_us <= one.start_us
            assert one.content_id != other.content_id or apart


@settings(deadline=None, derandomize=True, max_examples=50)
@given(SPOTS)
def test_another_medium_of_strangers_changes_nothing(spots):
    tracks = drawn(spots)
    strangers = [track("zz", n * SECOND, 5, person(40 + n)) for n in range(3)]
    assert partition(persons(tracks)) <= partition(persons([*tracks, *strangers]))


def test_an_archive_of_thousands_of_tracks_takes_seconds():
    numbers = np.random.default_rng(7)
    tracks = [
        track(f"m{n % 40}", n * SECOND, 2, look(int(numbers.integers(40)), n, 0.6), left=float(n)) for n in range(3000)
    ]
    started = time.process_time()
    clusters = persons(tracks)
    assert time.process_time() - started < 20
    assert len(clusters) == 40
