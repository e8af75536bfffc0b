"""Logs are lines of JSON."""

from __future__ import annotations

import json

from aima.telemetry import logs


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
