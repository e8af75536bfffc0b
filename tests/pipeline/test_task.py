"""Tasks and outcomes survive their way through Arrow rows."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.media import MediaInfo, Problem, Segment
from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.pipeline.plan import fused, make_plan
from aima.pipeline.task import (
    ROW,
    Failure,
    Finished,
    SegmentTask,
    outcome_row,
    outcomes,
    segment_of,
    task_row,
    tickets,
)
from aima.settings import Media
from tests.pipeline.test_plan import MODELS

PLAN = make_plan({"face_detector": {}, "shot_cuts": {}}, MODELS, Media(), fused(2))
SEGMENT = Segment("c" * 64, 3, "sight", 0, 30_000_000)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(name=st.binary(min_size=1, max_size=40), keyframes=st.lists(st.integers(0, 2**50), max_size=5))
def test_a_task_comes_back_as_it_was_whatever_the_file_is_called(name, keyframes):
    path = "/archive/" + name.decode("utf-8", "surrogateescape")
    info = MediaInfo(
        "video", "mp4", "h264", 640, 360, 30_000_000, 25.0, keyframes_us=tuple(keyframes), details={"hdr": True}
    )
    stored, reading = {"shot_cuts": "observations/x"}, {"sample_fps": 2.5}
    task = SegmentTask(path, info, SEGMENT, ("face_detector",), stored, 2, plan=PLAN, reading=reading)
    row = task_row(task, 7)
    assert row.schema == ROW
    assert row["ticket"].to_pylist() == [7]
    assert SegmentTask.from_json(row["task"][0].as_py()) == task
    assert segment_of(row["task"][0].as_py()) == SEGMENT


def test_outcomes_come_back_in_order_and_segments_are_not_among_them():
    key = ObservationKey(SEGMENT.content_id, "face_embedder", "m@1+1", "0" * 16)
    crop = Crop(SEGMENT.content_id, 3, 200_000, 1, (1.0, 2.0, 3.0, 4.0), 0.5, "crops/x.jpg", "d" * 64)
    receipt = Receipt(
        key, 3, "observations/x", "e" * 64, 7, 0.5, 0.6, "node", problems=(Problem("a", "b", "c"),), crops=(crop,)
    )
    given_outcomes = [
        Failure(SEGMENT, "emotion", "analyzer_failed", "no face"),
        Failure(SEGMENT, None, "decoder_died", "killed"),
        Finished(SEGMENT, (receipt,), 1.5),
        Finished(SEGMENT, (), None),
    ]
    info = MediaInfo("video", "mp4", "h264", 640, 360, 30_000_000, 25.0)
    told = [outcome_row(outcome, ticket) for ticket, outcome in enumerate(given_outcomes)]
    rows = pa.concat_tables([*told, task_row(SegmentTask("/a", info, SEGMENT, ()))])
    assert list(outcomes(rows)) == given_outcomes
    assert [ticket for ticket, _ in tickets(rows)] == [0, 1, 2, 3]
