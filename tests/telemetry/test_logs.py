"""Logs are lines of JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from aima.telemetry import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Other tests log as if this one had not configured anything."""
    own = logging.getLogger("aima")
    level, handlers, propagate = own.level, own.handlers[:], own.propagate
    yield
    own.handlers[:] = handlers
    own.setLevel(level)
    own.propagate = propagate


def test_a_line_holds_component_fields_and_traceback(capsys):
    logs.configure("info")
    log = logs.logger("pipeline.worker")
    log.debug("not shown")
    try:
        raise ValueError("bad \n frame")
    except ValueError:
        log.exception("analyzer failed", extra={"fields": {"analyzer": "emotion"}})
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry["component"] == "aima.pipeline.worker"
    assert entry["level"] == "error"
    assert entry["analyzer"] == "emotion"
    assert "ValueError" in entry["traceback"]
