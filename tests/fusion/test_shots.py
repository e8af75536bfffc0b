import numpy as np
import pyarrow as pa

from aima.domain.cuts import blocks, signature
from aima.domain.observation import CUT_COLUMNS
from aima.fusion.shots import shots

SCHEMA = pa.schema([("segment_no", pa.int32()), ("pts_us", pa.int64()), *CUT_COLUMNS])
SECOND = 1_000_000
NONE = np.zeros(0, np.float32)


def edge(seed: int) -> list[float]:
    """Signature of a frame of the scene `seed`, with nothing moving around it."""
    frame = np.random.default_rng(seed).integers(0, 255, (1, 90, 160), np.uint8)
    smooth = np.kron(frame[:, ::18, ::20], np.ones((1, 18, 20), np.uint8))
    return signature(blocks(smooth)[0], NONE).tolist()


def table(*rows: tuple[int, int, bool, list[float] | None]) -> pa.Table:
    names = ("segment_no", "pts_us", "cut", "signature")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=SCHEMA)


def test_cuts_within_segments_are_taken_over():
    seen = table((0, 0, False, edge(1)), (0, 3 * SECOND, True, None), (0, 9 * SECOND, False, edge(1)))
    assert shots(seen) == [3 * SECOND]


def test_a_cut_at_a_border_shows_in_the_signatures():
    first = [(0, 0, False, edge(1)), (0, 9 * SECOND, False, edge(2))]
    assert shots(table(*first, (1, 10 * SECOND, False, edge(3)))) == [10 * SECOND]
    assert shots(table(*first, (1, 10 * SECOND, False, edge(2)))) == []


def test_segments_may_come_in_any_order_and_a_missing_one_has_no_borders():
    rows = [(n, n * 10 * SECOND, False, edge(n)) for n in (0, 1, 3)]
    assert shots(table(*rows[::-1])) == [10 * SECOND]


def test_no_rows_no_cuts():
    assert shots(table()) == []
