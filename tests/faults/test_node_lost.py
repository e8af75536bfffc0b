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
    assert found.nodes == LOSING, "the node that went away had not worked"
    assert found.wall_s > found.ideal_s / LOSING
