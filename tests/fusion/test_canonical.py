import dataclasses

import numpy as np
import pytest

from aima.domain.track import Cluster, Link
from aima.fusion.canonical import canonical_hash
from tests.fusion.making import look, track
from tests.hearings_made import made_hearing

SECOND = 1_000_000
TRACKS = [track("a", 0, 5, look(0, 1)), track("a", 5 * SECOND, 5, look(1, 1)), track("b", 0, 5, look(0, 2))]


def cluster(*numbers: int, log_odds: float = 1.0) -> Cluster:
    return Cluster(tuple(Link(TRACKS[n].track_id, log_odds, {"face": log_odds}) for n in numbers))


PARTITION = (cluster(0, 2), cluster(1))
WHOLE = canonical_hash(TRACKS, PARTITION)


def test_neither_order_nor_evidence_nor_ids_nor_vectors_matter():
    assert canonical_hash(TRACKS[::-1], PARTITION[::-1]) == WHOLE
    assert canonical_hash(TRACKS, (cluster(2, 0, log_odds=3.0), cluster(1))) == WHOLE
    renamed = [dataclasses.replace(t, track_id="x" + t.track_id, vector=None) for t in TRACKS]
    groups = [Cluster(tuple(Link("x" + i.track_id, 0.0, {}) for i in c.links)) for c in PARTITION]
    assert canonical_hash(renamed, groups) == WHOLE


def test_another_partition_is_another_result():
    assert canonical_hash(TRACKS, (cluster(0), cluster(2), cluster(1))) != WHOLE
    assert canonical_hash(TRACKS, (cluster(0, 1), cluster(2))) != WHOLE
    assert canonical_hash(TRACKS, (cluster(0, 2),)) != WHOLE


@pytest.mark.parametrize(
    ("field", "little", "much"),
    [("boxes", 0.3, 1.0), ("scores", 0.003, 0.02), ("pts_us", 300, 2000)],
)
def test_differences_count_from_a_pixel_a_hundredth_a_millisecond(field: str, little: float, much: float):
    def moved(by: float) -> str:
        values = getattr(TRACKS[0], field)
        other = dataclasses.replace(TRACKS[0], **{field: (values + np.asarray(by)).astype(values.dtype)})
        return canonical_hash([other, *TRACKS[1:]], PARTITION)

    assert moved(little) == WHOLE
    assert moved(much) != WHOLE


HEARD = made_hearing("talk", [(0, 2, 0, "Good morning."), (3, 5, 1, "Hello.")])


def test_turns_their_partition_and_what_is_said_count_where_there_are_any():
    def with_voices(*owners: int, hearing=HEARD) -> str:
        spoken = dict(zip(owners, hearing.turns, strict=True))
        groups = [
            Cluster((*cluster.links, *(Link(t.turn_id, 1.0, {}) for n, t in spoken.items() if n == number)))
            for number, cluster in enumerate(PARTITION)
        ]
        return canonical_hash(TRACKS, groups, [hearing])

    silent = made_hearing("silence", [])
    assert canonical_hash(TRACKS, PARTITION, [silent]) == WHOLE
    other_words = made_hearing("talk", [(0, 2, 0, "Good evening."), (3, 5, 1, "Hello.")])
    other_times = made_hearing("talk", [(0, 2.002, 0, "Good morning."), (3, 5, 1, "Hello.")])
    found = [with_voices(0, 1), with_voices(1, 0), with_voices(0, 1, hearing=other_words)]
    found += [with_voices(0, 1, hearing=other_times), canonical_hash(TRACKS, PARTITION, [HEARD]), WHOLE]
    assert len(set(found)) == len(found)
    assert canonical_hash(TRACKS[::-1], PARTITION, [silent, HEARD]) == canonical_hash(TRACKS, PARTITION, [HEARD])


def test_an_empty_archive_has_a_hash():
    assert canonical_hash([], ()) == canonical_hash([], ())
    assert canonical_hash([], ()) != WHOLE
