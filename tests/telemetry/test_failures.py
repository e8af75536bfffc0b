from __future__ import annotations

import logging

import pytest

from aima.errors import StoreUnreachable
from aima.telemetry.failures import log_failure


@pytest.fixture
def lines():
    """Records of the logger, whatever another test has configured."""
    heard: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = heard.append  # type: ignore[method-assign]
    logger = logging.getLogger("aima.telemetry")
    logger.addHandler(handler)
    yield heard
    logger.removeHandler(handler)


def test_what_aima_raises_on_purpose_is_told_by_its_code(lines):
    log_failure("figures not refreshed", StoreUnreachable("the database at h:1 does not answer"))
    (line,) = lines
    assert (line.getMessage(), line.levelname, line.exc_info) == ("figures not refreshed", "WARNING", None)
    assert line.fields == {"code": "store_unreachable", "detail": "the database at h:1 does not answer"}


def test_anything_else_is_told_with_its_traceback(lines):
    log_failure("figures not refreshed", KeyError("kind"))
    (line,) = lines
    assert line.exc_info[0] is KeyError
