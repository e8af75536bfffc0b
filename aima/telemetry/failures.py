"""Failures of what is done beside the work: told in the log, and nowhere else."""

from __future__ import annotations

from aima.errors import AimaError
from aima.telemetry.logs import logger


def log_failure(what: str, error: Exception) -> None:
    """One line; with the traceback where it is no error that AIMA raises on purpose."""
    if isinstance(error, AimaError):
        logger("telemetry").warning(what, extra={"fields": {"code": error.code, "detail": error.message}})
    else:
        logger("telemetry").warning(what, exc_info=error)
