from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from aima.domain.media import Problem
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium


@pytest.fixture
def key(stores):
    return ObservationKey(add_medium(stores, "a.mp4").content_id, "face_detector", "faces@1", "0" * 16)


def receipt(key, no=0, **more) -> Receipt:
    return Receipt(key, no, f"obs/{no}.parquet", "ab" * 32, 10, 1.5, 2.5, "node-1", **more)


def crop(key, pts_us=0, ordinal=0, path="crops/1.jpg") -> Crop:
    return Crop(key.content_id, 0, pts_us, ordinal, (1.0, 2.0, 3.0, 4.0), 0.5, path, "cd" * 32)


def test_committed_segments_are_done_and_others_not(stores, key):
    other = replace(key, options_hash="1" * 16)
    stores.observations.commit([receipt(key, 0), receipt(key, 2), receipt(other, 1)])
    assert stores.observations.done([key]) == {(key, 0), (key, 2)}
    assert stores.observations.done([]) == set()


def test_receipts_come_back_sorted_and_whole_but_for_crops(stores, key):
    problem = Problem("blurred", "face_detector", "frame 7 \0")
    given = [receipt(key, 1, gpu="gpu-0", attempts=2), receipt(key, 0, problems=(problem,), crops=(crop(key),))]
    stores.observations.commit(given)
    seen = replace(given[1], crops=(), problems=(replace(problem, detail="frame 7 \\x00"),))
    assert stores.observations.receipts() == [seen, given[0]]
    assert stores.observations.receipts(key.content_id) == [seen, given[0]]
    assert stores.observations.receipts("f" * 64) == []


def test_repeating_a_commit_changes_nothing(stores, key):
    first = receipt(key, crops=(crop(key),))
    stores.observations.commit([first])
    stores.observations.commit([first, replace(first, path="other", crops=())])
    assert [r.path for r in stores.observations.receipts()] == [first.path]
    assert stores.observations.crops(key.content_id) == [crop(key)]


def test_crops_are_sorted_by_time_and_ordinal(stores, key):
    crops = (crop(key, 2, 0, "c"), crop(key, 1, 1, "a"), crop(key, 1, 0, "b"))
    stores.observations.commit([receipt(key, crops=crops)])
    assert [c.path for c in stores.observations.crops(key.content_id)] == ["b", "a", "c"]


def test_one_bad_receipt_takes_the_others_back(stores, key):
    unknown = replace(key, content_id="f" * 64)
    with pytest.raises(IntegrityError):
        stores.observations.commit([receipt(key), receipt(unknown)])
    assert stores.observations.receipts() == []


def test_markers_are_there_after_a_restart(stores, key, database):
    stores.observations.commit([receipt(key)])
    stores.close()
    with PostgresStores.open(database) as again:
        assert again.observations.done([key]) == {(key, 0)}


def test_a_marker_that_is_taken_back_lets_its_segment_run_again(stores, key):
    stores.observations.commit([receipt(key, 0), receipt(key, 1)])
    stores.observations.forget(receipt(key, 0))
    assert stores.observations.done([key]) == {(key, 1)}
    stores.observations.commit([receipt(key, 0)])
    assert stores.observations.done([key]) == {(key, 0), (key, 1)}
