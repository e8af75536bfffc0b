import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.fusion.tracks import build_tracks
from tests.fusion.making import CALIBRATION, STEP_US, Face, look, table

CONTENT = "c" * 64


def walk(number: int, frames: range, left: float, speed: float = 10.0, **kwargs: object) -> dict[int, list[Face]]:
    """A person who moves to the right by `speed` pixels a frame."""
    return {
        n * STEP_US: [Face(left + speed * (n - frames.start), vector=look(number, n), **kwargs)]  # type: ignore[arg-type]
        for n in frames
    }


def together(*walks: dict[int, list[Face]], frames: int) -> pa.Table:
    rows = {n * STEP_US: [face for one in walks for face in one.get(n * STEP_US, [])] for n in range(frames)}
    return table(rows)


def test_a_face_that_moves_is_one_track_with_all_its_samples():
    (track,) = build_tracks(CONTENT, table(walk(0, range(10), 50.0)), [], STEP_US, CALIBRATION)
    assert (track.start_us, track.end_us) == (0, 10 * STEP_US)
    assert track.pts_us.tolist() == [n * STEP_US for n in range(10)]
    assert track.boxes[:, 0].tolist() == [50.0 + 10 * n for n in range(10)]
    assert np.linalg.norm(track.vector) == pytest.approx(1, abs=1e-5)
    assert track.vectors.shape[0] == 5
    assert float(track.vector @ look(0, 99)) > 0.8


def test_two_people_who_cross_stay_two():
    right, left = walk(0, range(15), 0.0, 40.0), walk(1, range(15), 560.0, -40.0)
    tracks = build_tracks(CONTENT, together(right, left, frames=15), [], STEP_US, CALIBRATION)
    assert [len(track.pts_us) for track in tracks] == [15, 15]
    first = next(track for track in tracks if track.boxes[0, 0] == 0.0)
    assert first.boxes[-1, 0] == 560.0


def test_a_short_gap_is_bridged_and_a_long_one_is_not():
    short = table({**walk(0, range(5), 50.0, 0), 5 * STEP_US: [], 6 * STEP_US: [], **walk(0, range(7, 12), 50.0, 0)})
    (track,) = build_tracks(CONTENT, short, [], STEP_US, CALIBRATION)
    assert len(track.pts_us) == 10
    gap = {n * STEP_US: [] for n in range(5, 15)}
    long = table({**walk(0, range(5), 50.0, 0), **gap, **walk(0, range(15, 20), 50.0, 0)})
    assert [t.start_us for t in build_tracks(CONTENT, long, [], STEP_US, CALIBRATION)] == [0, 15 * STEP_US]


def test_a_gap_is_not_bridged_to_somebody_else_at_the_same_place():
    rows = table({**walk(0, range(5), 50.0, 0), 5 * STEP_US: [], **walk(1, range(6, 11), 50.0, 0)})
    assert len(build_tracks(CONTENT, rows, [], STEP_US, CALIBRATION)) == 2


def test_a_cut_ends_a_track_even_if_the_same_face_is_at_the_same_place():
    cut = 5 * STEP_US - 50_000
    first, second = build_tracks(CONTENT, table(walk(0, range(10), 50.0, 0)), [cut], STEP_US, CALIBRATION)
    assert (first.end_us, second.start_us) == (cut, 5 * STEP_US)


def test_a_cut_that_was_not_seen_still_separates_two_good_faces():
    rows = table({**walk(0, range(5), 50.0, 0), **walk(1, range(5, 10), 50.0, 0)})
    assert len(build_tracks(CONTENT, rows, [], STEP_US, CALIBRATION)) == 2


def test_a_fast_face_is_followed_by_its_look():
    (track,) = build_tracks(CONTENT, table(walk(0, range(6), 0.0, 130.0)), [], STEP_US, CALIBRATION)
    assert len(track.pts_us) == 6


def test_a_track_ends_at_the_next_frame_where_frames_lie_closer_than_a_step():
    rows = {0: [Face(50.0, vector=look(0, 0))], 200_200: [Face(50.0, vector=look(0, 1))], 367_000: []}
    (track,) = build_tracks(CONTENT, table(rows), [], STEP_US, CALIBRATION)
    assert track.end_us == 367_000


def test_a_picture_that_comes_after_the_sound_stands_from_the_start():
    late = table(walk(0, range(4, 10), 50.0))
    (track,) = build_tracks(CONTENT, late, [], STEP_US, CALIBRATION)
    assert (track.start_us, int(track.pts_us[0])) == (0, 4 * STEP_US)
    much_later = table(walk(0, range(6, 12), 50.0))
    assert build_tracks(CONTENT, much_later, [], STEP_US, CALIBRATION)[0].start_us == 6 * STEP_US
    later_in_it = table({4 * STEP_US: [], **walk(0, range(5, 12), 50.0)})
    assert build_tracks(CONTENT, later_in_it, [], STEP_US, CALIBRATION)[0].start_us == 5 * STEP_US


def test_a_glimpse_of_an_unsure_face_is_dropped_and_a_sure_one_kept():
    rows = {0: [Face(50.0, score=0.6), Face(400.0, score=0.95)], STEP_US: []}
    (track,) = build_tracks(CONTENT, table(rows), [], STEP_US, CALIBRATION)
    assert track.boxes[0, 0] == 400.0


def test_every_face_of_a_picture_is_a_track_of_one_step():
    tracks = build_tracks(CONTENT, table({0: [Face(50.0, score=0.55), Face(400.0)]}), [], STEP_US, CALIBRATION)
    assert [(t.start_us, t.end_us, len(t.pts_us)) for t in tracks] == [(0, STEP_US, 1)] * 2
    assert sorted(t.ordinals[0] for t in tracks) == [0, 1]


def test_blurred_samples_stay_out_of_the_vector_if_there_are_good_ones():
    rows = walk(0, range(4), 50.0, 0)
    rows |= walk(1, range(4, 10), 50.0, 0, quality=0.1)
    (track,) = build_tracks(CONTENT, table(rows), [], STEP_US, CALIBRATION)
    assert len(track.pts_us) == 10
    assert float(track.vector @ look(1, 99)) < 0.3
    assert float(track.vector @ look(0, 99)) > 0.8


def test_faces_without_vectors_are_followed_by_their_boxes():
    rows = {n * STEP_US: [Face(50.0 + 5 * n)] for n in range(6)}
    (track,) = build_tracks(CONTENT, table(rows), [], STEP_US, CALIBRATION)
    assert track.vector is None
    assert track.vectors.shape[0] == 0
    without = table(rows).select(["pts_us", "faces"])
    (bare,) = build_tracks(CONTENT, without, [], STEP_US, CALIBRATION)
    assert bare.quality.tolist() == pytest.approx([0.9] * 6)


def test_expressions_are_averaged_by_quality():
    happy, sad = [0, 1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]
    rows = {0: [Face(50.0, quality=0.9, expression=happy)], STEP_US: [Face(50.0, quality=0.3, expression=sad)]}
    rows[2 * STEP_US] = [Face(50.0, quality=0.9)]
    (track,) = build_tracks(CONTENT, table(rows, expressions=True), [], STEP_US, CALIBRATION)
    assert track.expression.tolist() == pytest.approx([0, 0.75, 0.25, 0, 0, 0, 0])


def test_frames_that_could_not_be_read_are_frames_without_faces():
    rows = table(walk(0, range(4), 50.0, 0))
    faces = rows.column("faces").to_pylist()
    vectors = rows.column("face_vectors").to_pylist()
    faces[1] = vectors[1] = vectors[2] = None
    broken = rows.set_column(1, rows.field("faces"), pa.array(faces, rows.field("faces").type))
    broken = broken.set_column(2, rows.field("face_vectors"), pa.array(vectors, rows.field("face_vectors").type))
    tracks = build_tracks(CONTENT, broken, [], STEP_US, CALIBRATION)
    assert sum(len(track.pts_us) for track in tracks) == 3


def test_no_frames_give_no_tracks():
    assert build_tracks(CONTENT, table({}), [], STEP_US, CALIBRATION) == []


FACES = st.lists(
    st.builds(
        lambda left, top, who, seed, quality: Face(left, top, 60.0, 0.9, quality, look(who, seed)),
        st.floats(0, 600),
        st.floats(0, 300),
        st.integers(0, 3),
        st.integers(0, 50),
        st.floats(0, 1),
    ),
    max_size=4,
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(FACES, min_size=2, max_size=12), st.lists(st.integers(1, 12 * STEP_US), max_size=3))
def test_whatever_is_seen(seen: list[list[Face]], cuts: list[int]):
    rows = {n * STEP_US: faces for n, faces in enumerate(seen)}
    tracks = build_tracks(CONTENT, table(rows), cuts, STEP_US, CALIBRATION)
    used = [(pts, n) for t in tracks for pts, n in zip(t.pts_us.tolist(), t.ordinals.tolist(), strict=True)]
    assert len(used) == len(set(used)) == sum(len(faces) for faces in rows.values()), "each face in one track"
    for track in tracks:
        assert not [cut for cut in cuts if track.start_us < cut < track.end_us], "no track crosses a cut"
        assert track.start_us == track.pts_us[0]
        assert track.pts_us[-1] < track.end_us <= track.pts_us[-1] + STEP_US
        assert (np.diff(track.pts_us) > 0).all()
        assert np.diff(track.pts_us).max(initial=0) <= 1_000_000
