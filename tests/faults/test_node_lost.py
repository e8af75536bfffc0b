"""A machine that goes away in the middle of a job, in a simulated cluster of three."""

from __future__ import annotations

import pytest

from tests.benchmarks.engine.scaling import LOSING, SEGMENTS, Outcome
from tests.benchmarks.engine.stack import told

pytestmark = pytest.mark.faults

SECOND_S = 0.6
"""What a second of video takes a worker, before it is replayed faster."""


def test_a_node_that_is_lost_costs_time_and_no_segment(servers):
    found = Outcome(**told("scaling", ["--nodes", LOSING, "--lose", "--second", SECOND_S], servers))
    assert (found.state, found.observed) == ("done", SEGMENTS)
    assert found.losses > 0, "its worker had nothing in hand: the node was not lost in the middle"
    assert found.wall_s > found.ideal_s / LOSING
