"""Structured logs: one JSON object a line, without names of persons, vectors or pixels."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

FIELDS = "fields"


class JsonLines(logging.Formatter):
    """Time, level, component, message, the fields given by `extra={"fields": {...}}`, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "component": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def configure(level: str) -> None:
    """Send AIMA's own log lines at `level` and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("aima")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False


def logger(component: str) -> logging.Logger:
    """The logger of one component, for example `pipeline.worker`."""
    return logging.getLogger(f"aima.{component}")
