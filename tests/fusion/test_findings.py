from __future__ import annotations

import numpy as np
import pytest

from aima.fusion.findings import sight
from tests.fusion.watching import SECOND, cuts, line, objects, pictures, thing, writing

CONTENT = "c" * 64


def seen(end_s: float, **watched):
    return sight(CONTENT, "inputs", round(end_s * SECOND), watched)


def spans(sighting, kind: str):
    return [(f.text, f.start_us / SECOND, f.end_us / SECOND) for f in sighting.findings if f.kind == kind]


def test_nothing_observed_is_one_shot_without_findings():
    sighting = seen(5)
    assert [(shot.start_us, shot.end_us, shot.vector_pts_us) for shot in sighting.shots] == [(0, 5 * SECOND, ())]
    assert sighting.findings == ()


def test_shots_lie_between_the_cuts():
    sighting = seen(10, shot_cuts=cuts(4, 7.5))
    assert [(s.no, s.start_us / SECOND, s.end_us / SECOND) for s in sighting.shots] == [
        (0, 0, 4),
        (1, 4, 7.5),
        (2, 7.5, 10),
    ]


def test_things_are_followed_and_counted():
    looks = {0: [thing("dog"), thing("dog", 0.9, left=50)], 0.2: None, 1: [thing("dog", 0.6)], 2: [], 3: [], 4: []}
    (dog,) = seen(5, objects=objects(looks)).findings
    assert (dog.kind, dog.text, dog.start_us, dog.end_us, dog.most) == ("object", "dog", 0, 2 * SECOND, 2)
    assert dog.score == pytest.approx(0.9)
    assert dog.box == (50.0, 5.0, 20.0, 20.0)
    assert dog.best_pts_us == 0


def test_a_thing_that_is_hardly_seen_once_is_none():
    looks = {n: [] for n in range(8)} | {1: [thing("cat", 0.45)], 5: [thing("cup", 0.4)], 6: [thing("cup", 0.4)]}
    assert spans(seen(8, objects=objects(looks)), "object") == [("cup", 5, 7)]


def test_of_a_picture_everything_that_was_found_counts():
    assert spans(seen(0.2, objects=objects({0: [thing("cat", 0.4)]})), "object") == [("cat", 0, 0.2)]


def test_lines_are_followed_under_all_their_readings_and_the_surest_is_kept():
    looks = {
        0: [line("BREAKlNG NEWS", 0.7)],
        3: [line("BREAKING NEWS", 0.97)],
        6: [line("BREAKING  NEVVS", 0.8)],
        9: [],
    }
    (news,) = seen(12, text_in_image=writing(looks)).findings
    assert (news.kind, news.text, news.start_us, news.end_us) == ("text", "BREAKING NEWS", 0, 9 * SECOND)
    assert news.best_pts_us == 3 * SECOND
    assert news.box == (10.0, 5.0, 80.0, 12.0)


def test_the_same_words_twice_at_once_are_two_findings_with_ids_of_their_own():
    both = [line("EXIT", top=0.0), line("EXIT", top=300.0)]
    found = seen(6, text_in_image=writing({0: both, 3: both})).findings
    assert [f.text for f in found] == ["EXIT", "EXIT"]
    assert len({f.finding_id for f in found}) == 2


def test_lines_without_a_letter_or_hardly_read_are_none():
    looks = {0: [line("--- ..."), line("xq", 0.3)], 3: []}
    assert seen(6, text_in_image=writing(looks)).findings == ()


def test_labels_are_pooled_over_a_shot():
    looks = {0: {"tabby": 0.5, "mouse": 0.1}, 1: {"tabby": 0.4}, 2: {"tabby": 0.6}, 3: {"bus": 0.9}, 4: {"bus": 0.8}}
    sighting = seen(5, shot_cuts=cuts(2.5), image_vector=pictures(looks))
    assert spans(sighting, "label") == [("tabby", 0, 2.5), ("bus", 2.5, 5)]
    assert all(f.box is None for f in sighting.findings)


def test_one_odd_frame_gives_a_long_shot_no_label():
    looks: dict[float, dict[str, float]] = {n: {"sea": 0.6} for n in range(10)}
    looks[4] = {"sea": 0.5, "violin": 0.4}
    assert spans(seen(10, image_vector=pictures(looks)), "label") == [("sea", 0, 10)]


def test_a_shot_is_stood_for_by_pictures_that_differ():
    looks = {float(n): {} for n in range(6)}
    alike = seen(6, image_vector=pictures(looks))
    assert alike.shots[0].vector_pts_us == (3 * SECOND,)
    changing = seen(6, image_vector=pictures(looks, [0, 0, 1, 1, 1, 2]))
    assert changing.shots[0].vector_pts_us == (0, 3 * SECOND, 5 * SECOND)
    cut = seen(6, shot_cuts=cuts(2.5), image_vector=pictures(looks, [0, 0, 0, 1, 1, 2]))
    assert [s.vector_pts_us for s in cut.shots] == [(1 * SECOND,), (4 * SECOND, 5 * SECOND)]


def test_frames_that_were_not_looked_at_stand_for_nothing():
    sighting = seen(3, image_vector=pictures({0: None, 1: {"cat": 0.9}, 2: None}))
    assert sighting.shots[0].vector_pts_us == (SECOND,)


def test_the_order_of_rows_changes_nothing():
    tables = {
        "shot_cuts": cuts(2.5, 4),
        "objects": objects({n: [thing("dog", 0.5 + n / 20), thing("cat", 0.7)] for n in range(6)}),
        "text_in_image": writing({n: [line("Ausgang"), line("Eingang", top=90.0)] for n in range(0, 6, 3)}),
        "image_vector": pictures({n: {"tabby": 0.2 + n / 10} for n in range(6)}, [0, 1, 0, 2, 0, 1]),
    }
    random = np.random.default_rng(1)
    shuffled = {name: table.take(random.permutation(table.num_rows)) for name, table in tables.items()}
    assert seen(6, **shuffled) == seen(6, **tables)
    assert len(seen(6, **tables).findings) > 4


def test_a_look_beyond_the_end_is_left_out():
    sighting = seen(2, objects=objects({0: [thing("dog")], 1: [thing("dog")], 2: [thing("cat")]}))
    assert spans(sighting, "object") == [("dog", 0, 2)]
