"""Metrics: what was measured while AIMA worked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

MetricKind = Literal["analyzer_cpu_s", "analyzer_wall_s", "decode_cpu_s", "segments_waiting", "outbox_lag", "error"]
"""analyzer_*: seconds of one analyzer on one segment; decode_cpu_s: CPU seconds of decoding one;
segments_waiting: in the queue, those in work among them; outbox_lag: changes that a consumer has not applied yet;
error: 1 for each failure."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One value. node: the machine that it is of; labels: what it is of, for example analyzer, code, consumer."""

    kind: MetricKind
    value: float
    labels: Mapping[str, str | int | float] = field(default_factory=dict)
    node: str | None = None
    job_id: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    metric_id: str = field(default_factory=lambda: str(uuid.uuid4()))
