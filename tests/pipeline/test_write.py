"""Observations: complete on disk, with keys, and refused when the disk is full."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from aima.analyzers.shot_cuts import ShotCuts
from aima.domain.observation import KEY_COLUMNS, ObservationKey
from aima.errors import ArchiveDamaged
from aima.pipeline.write import Cost, read_observations, write_observations
from aima.storage.archive import Archive

KEY = ObservationKey("f" * 64, "shot_cuts", "shot_cuts+1", "0123456789abcdef")


def cuts(*pts_us: int) -> pa.Table:
    rows = len(pts_us)
    problem = [{"code": "bad_frame", "analyzer": "shot_cuts", "detail": "grey"}]
    columns = {"cut": [True] * rows, "cut_score": [0.9] * rows, "signature": [None] * rows}
    return ShotCuts.table(np.asarray(pts_us), columns, [problem] * rows)


def test_what_is_written_is_read_back_with_its_keys_and_the_receipt_matches(tmp_path):
    archive = Archive(tmp_path)
    receipt = write_observations(archive, KEY, 4, cuts(1_000_000, 2_000_000), Cost(0.5, 0.7))
    table = read_observations(archive, receipt.path)
    assert table.schema.names[:4] == KEY_COLUMNS.names
    assert table["pts_us"].to_pylist() == [1_000_000, 2_000_000]
    assert set(table["segment_no"].to_pylist()) == {4}
    assert table["observation_id"].to_pylist() == [KEY.observation_id(p, 0) for p in (1_000_000, 2_000_000)]
    assert receipt.sha256 == hashlib.sha256(archive.get(receipt.path)).hexdigest()
    assert (receipt.rows, receipt.cpu_s) == (2, 0.5)
    assert {p.code for p in receipt.problems} == {"bad_frame"}


def test_the_same_observations_give_the_same_file(tmp_path):
    first = write_observations(Archive(tmp_path / "a"), KEY, 0, cuts(5), Cost(1, 1))
    second = write_observations(Archive(tmp_path / "b"), KEY, 0, cuts(5), Cost(2, 3))
    assert first.sha256 == second.sha256


def test_missing_and_damaged_observations_are_named(tmp_path):
    archive = Archive(tmp_path)
    receipt = write_observations(archive, KEY, 0, cuts(5), Cost(1, 1))
    assert read_observations(archive, receipt.path, receipt.sha256).num_rows == 1
    path = archive.path(receipt.path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArchiveDamaged, match=r"000000\.parquet is not what was written"):
        read_observations(archive, receipt.path, receipt.sha256)
    path.unlink()
    with pytest.raises(ArchiveDamaged, match=r"000000\.parquet cannot be read"):
        read_observations(archive, receipt.path, receipt.sha256)


def test_a_segment_without_rows_is_written_all_the_same(tmp_path):
    receipt = write_observations(Archive(tmp_path), KEY, 0, ShotCuts.schema().empty_table(), Cost(0, 0))
    assert read_observations(Archive(tmp_path), receipt.path).num_rows == 0


def test_observation_ids_tell_faces_of_a_frame_apart():
    assert KEY.observation_id(5, 0) != KEY.observation_id(5, 1)
    with pytest.raises(AttributeError):
        KEY.analyzer = "other"


def test_rows_that_begin_together_have_ids_of_their_own(tmp_path):
    receipt = write_observations(Archive(tmp_path), KEY, 0, cuts(5, 5, 9), Cost(0, 0))
    wanted = [KEY.observation_id(5, 0), KEY.observation_id(5, 1), KEY.observation_id(9, 0)]
    assert read_observations(Archive(tmp_path), receipt.path)["observation_id"].to_pylist() == wanted
