"""A process ends at the passage that is named, and every name stands for a place in the code."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aima.errors import SettingInvalid
from aima.telemetry.failpoints import DIED, POINTS, failpoint, parse

ROOT = Path(__file__).resolve().parents[2]
WALK = """
from aima.telemetry.failpoints import failpoint
for step in range(5):
    failpoint("relay.read")
    print(step, flush=True)
    failpoint("relay.applied")
"""


def walk(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WALK], env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_the_process_ends_at_this_passage_and_at_once():
    done = walk(AIMA_FAILPOINTS="relay.applied=3")
    assert done.returncode == DIED
    assert done.stdout.split() == ["0", "1", "2"]


def test_every_passage_is_written_down_also_the_last(tmp_path):
    trace = tmp_path / "trace"
    walk(AIMA_FAILPOINTS="relay.applied=2", AIMA_FAILPOINTS_TRACE=str(trace))
    assert trace.read_text().split() == ["relay.read", "relay.applied"] * 2


def test_off_it_does_nothing():
    assert walk(AIMA_FAILPOINTS="").stdout.split() == list("01234")
    for name in POINTS:
        failpoint(name)


@pytest.mark.parametrize("text", ["relay.applied", "relay.applied=0", "relay.applied=x", "nowhere=1", "=1"])
def test_a_passage_that_cannot_be_is_refused(text):
    with pytest.raises(SettingInvalid):
        parse(text)


def test_every_name_stands_once_in_the_code():
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "aima").rglob("*.py"))
    used = re.findall(r'\bfailpoint\("([^"]+)"\)', source)
    assert set(used) == set(POINTS)


def test_whoever_begins_a_poisonous_segment_is_killed():
    begin = """
import sys
from aima.telemetry.failpoints import poisonous
for segment in range(3):
    poisonous("abc", segment)
    print(segment, flush=True)
"""

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-c", begin]
        return subprocess.run(argv, env=os.environ | environment, capture_output=True, text=True, check=False)

    killed = run(AIMA_FAILPOINTS_POISON="abc/1")
    assert (killed.returncode, killed.stdout.split()) == (-signal.SIGKILL, ["0"])
    assert run(AIMA_FAILPOINTS_POISON="abd/1").stdout.split() == ["0", "1", "2"]
