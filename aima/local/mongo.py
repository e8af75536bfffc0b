"""Asking a MongoDB whether it answers, and giving it a user."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

__all__ = ["Client", "PyMongoError", "connect", "set_user", "why_silent", "why_unreachable"]

Client = MongoClient[Any]
USER_EXISTS = 51003


def connect(url: str, timeout_s: float) -> Client:
    """A client that gives up after `timeout_s` and hardly moves while idle; connects at first use."""
    milliseconds = int(timeout_s * 1000)
    return MongoClient(
        url, appname="aima", serverMonitoringMode="poll", heartbeatFrequencyMS=60_000, maxPoolSize=1,
        serverSelectionTimeoutMS=milliseconds, connectTimeoutMS=milliseconds, socketTimeoutMS=milliseconds,
    )  # fmt: skip


def why_unreachable(url: str, timeout_s: float = 5) -> str:
    """Empty if a MongoDB answers at this URL; else the reason in one line, without a password."""
    try:
        with connect(url, timeout_s) as client:
            return why_silent(client)
    except PyMongoError as error:
        return _line(error)


def why_silent(client: Client) -> str:
    """Empty if it answers; else the reason in one line."""
    try:
        client.admin.command("ping")
    except PyMongoError as error:
        return _line(error)
    return ""


def set_user(url: str, name: str, password: str, timeout_s: float) -> None:
    """Make a user who may do everything, or give a known one this password.

    Raises:
        PyMongoError: it does not answer or refuses.
    """
    with connect(url, timeout_s) as client:
        try:
            client.admin.command("createUser", name, pwd=password, roles=["root"])
        except OperationFailure as error:
            if error.code != USER_EXISTS:
                raise
            client.admin.command("updateUser", name, pwd=password)


def _line(error: PyMongoError) -> str:
    # Behind it, the driver describes its view of the whole deployment.
    return (str(error).partition(", Timeout:")[0].strip().splitlines() or [type(error).__name__])[0]
