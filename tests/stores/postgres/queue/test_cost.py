"""The queue costs what is open, however much is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from aima.stores.postgres import PostgresStores
from aima.stores.postgres.queue.leases import EXPIRE, KEEP, PICK
from aima.stores.postgres.queue.waking import DUE
from tests.persons_made import add_medium
from tests.stores.postgres.queue.made import LONG_S, submit

DONE_JOBS, SEGMENTS = 50, 1000

ENDED = """
WITH old AS (
    INSERT INTO analysis_jobs (job_id, media_id, job_type, status, priority, analyzers, problems, completed_at)
    SELECT gen_random_uuid(), %s, 'analysis', 'done', 9, '{}', '[]', now() FROM generate_series(1, %s) RETURNING job_id)
INSERT INTO job_segments (job_id, content_id, stream, segment_no, state)
SELECT old.job_id, old.job_id::text, 'sight', no, 'done' FROM old, generate_series(1, %s) AS no
"""


def add_ended(stores: PostgresStores, jobs: int, segments: int) -> None:
    """Jobs that are done, each with so many segments; the planner knows of them."""
    medium = add_medium(stores, "old.mp4")
    with stores.engine.begin() as connection:
        connection.exec_driver_sql(ENDED, (medium.media_id, jobs, segments))
    with stores.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE job_segments, analysis_jobs")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


NOBODY: dict[str, list[Any]] = {"jobs": [], "streams": [], "nos": [], "done_us": []}
CALLS = {
    "pick": (PICK, {"most": 3, "jobs": None}),
    "expire": (EXPIRE, {"fleet": "two"}),
    "keep": (KEEP, {"fleet": "one", "lease_s": LONG_S, **NOBODY}),
    "due": (DUE, {}),
}


@pytest.fixture(scope="module")
def grown(make_database) -> Iterator[PostgresStores]:
    """Stores with many segments that are done, and a few that wait or are leased."""
    with PostgresStores.open(make_database()) as opened:
        add_ended(opened, DONE_JOBS, SEGMENTS)
        for name in "abc":
            submit(opened, f"{name}.mp4", 20)
        opened.queue.lease("one", 3, LONG_S)
        yield opened


@pytest.mark.parametrize("call", CALLS)
def test_a_call_looks_at_what_is_open_only(grown, call):
    statement, values = CALLS[call]
    explained = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}")
    with grown.engine.connect() as connection:
        raw = connection.scalar(explained, values)
    (plan,) = raw if isinstance(raw, list) else json.loads(raw)
    steps = list(nodes(plan["Plan"]))
    read = {s["Relation Name"]: s["Node Type"] for s in steps if s.get("Relation Name") == "job_segments"}
    assert "Seq Scan" not in read.values()
    assert sum(step.get("Actual Rows", 0) * step.get("Actual Loops", 1) for step in steps) < 2000
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 500


def test_finished_jobs_are_found_among_many_that_ended(grown):
    assert grown.queue.finished_jobs() == []
    done = submit(grown, "d.mp4", 1, done=[("sight", 0)])
    assert [progress.job.job_id for progress in grown.queue.finished_jobs()] == [done.job_id]
