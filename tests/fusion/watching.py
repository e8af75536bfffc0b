"""Observations of things, labels and writing made up for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from aima.domain.observation import CUT_COLUMNS, OBJECT_COLUMNS, PICTURE_COLUMNS, WRITING_COLUMNS

SECOND = 1_000_000
Row = dict[str, object]


def thing(label: str, score: float = 0.8, left: float = 10.0) -> Row:
    """One box of 20 x 20 pixels."""
    return {"label": label, "left": left, "top": 5.0, "width": 20.0, "height": 20.0, "score": score}


def line(text: str, score: float = 0.9, top: float = 5.0) -> Row:
    """One line of writing."""
    return {"text": text, "left": 10.0, "top": top, "width": 80.0, "height": 12.0, "score": score}


def objects(looks: Mapping[float, Sequence[Row] | None]) -> pa.Table:
    """Rows of `objects` by second; None: not looked at."""
    return _table({"objects": list(looks.values())}, list(looks), OBJECT_COLUMNS)


def writing(looks: Mapping[float, Sequence[Row] | None]) -> pa.Table:
    """Rows of `text_in_image` by second."""
    return _table({"writing": list(looks.values())}, list(looks), WRITING_COLUMNS)


def pictures(looks: Mapping[float, Mapping[str, float] | None], directions: Sequence[int] | None = None) -> pa.Table:
    """Rows of `image_vector` by second: labels with their probabilities, vectors along an axis of 8 each."""
    axes = directions or [0] * len(looks)
    vectors = [
        None if shown is None else np.eye(8, dtype=np.float32)[axis].tolist()
        for shown, axis in zip(looks.values(), axes, strict=True)
    ]
    labels = [
        None if shown is None else [{"label": k, "score": v} for k, v in shown.items()] for shown in looks.values()
    ]
    return _table({"image_vector": vectors, "image_labels": labels}, list(looks), PICTURE_COLUMNS)


def cuts(*seconds: float) -> pa.Table:
    """Rows of `shot_cuts`: cuts at these seconds, between two edges without signatures."""
    columns = {"cut": [True] * len(seconds), "cut_score": [1.0] * len(seconds), "signature": [None] * len(seconds)}
    return _table(columns, list(seconds), CUT_COLUMNS)


def _table(columns: Mapping[str, list[object]], seconds: Sequence[float], added: pa.Schema) -> pa.Table:
    schema = pa.schema([("segment_no", pa.int32()), ("pts_us", pa.int64()), *added])
    times = [round(second * SECOND) for second in seconds]
    return pa.table({"segment_no": [0] * len(times), "pts_us": times, **columns}, schema=schema)
