"""A great many appearances, and how the database answers queries over them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection, Select, text
from sqlalchemy.dialects import postgresql

PER_MEDIUM = 50
PER_PERSON = 200

FILL = """
SELECT setseed(0.5);
INSERT INTO contents SELECT lpad(n::text, 64, '0'), 1000, '{}' FROM generate_series(1, %(media)s) n;
INSERT INTO media_files (media_id, content_id, filename, file_path, raw_filename, raw_path, file_size, media_type,
                         format, duration_us, uploaded_by)
SELECT md5('medium ' || n)::uuid, lpad(n::text, 64, '0'), n || '.mp4', n || '.mp4', '', '', 1000, 'video', 'mov',
       3600000000, %(user)s
FROM generate_series(1, %(media)s) n;
INSERT INTO persons (person_id, number, state, hidden)
SELECT md5('person ' || n)::uuid, n, 'active', false FROM generate_series(1, %(persons)s) n;
INSERT INTO person_appearances
SELECT md5('appearance ' || n)::uuid,
       md5('person ' || 1 + floor(%(persons)s * power(random(), 3)))::uuid,
       md5('medium ' || 1 + floor(%(media)s * random()))::uuid,
       start_us, start_us + 5000000, 0.9, 'face', ARRAY[md5('track ' || n)::uuid]
FROM (SELECT n, floor(3500 * random())::bigint * 1000000 AS start_us FROM generate_series(1, %(rows)s) n) drawn;
"""
"""Few persons are seen very often and most of them seldom: the busiest twentieth has a third of all appearances."""


def fill(connection: psycopg.Connection[Any], rows: int) -> None:
    """Write so many appearances into an empty database with the newest schema, then vacuum; always the same ones."""
    user = uuid.uuid4()
    connection.execute("INSERT INTO users (user_id, username, role) VALUES (%s, 'bench', 'admin')", (user,))
    many = {"media": rows // PER_MEDIUM, "persons": rows // PER_PERSON, "rows": rows, "user": f"'{user}'"}
    connection.execute(FILL % many)  # type: ignore[arg-type]
    connection.execute("VACUUM ANALYZE person_appearances")


def plan_of(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """The nodes of the plan with which the database answered, in no order."""
    words = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    explained = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {words}")).scalar_one()
    return list(_nodes(explained[0]["Plan"]))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def scans(nodes: list[dict[str, Any]]) -> set[str]:
    """How tables and indexes were read."""
    return {node["Node Type"] for node in nodes if "Scan" in node["Node Type"]}


def heap_fetches(nodes: list[dict[str, Any]]) -> int:
    """Rows of a table that were read although an index was to answer alone."""
    return sum(node.get("Heap Fetches", 0) for node in nodes)
