"""The connection to MongoDB, and what goes wrong with it in AIMA's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bson.errors import InvalidDocument
from pymongo import MongoClient
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from aima.errors import AimaError, DiskFull, DocumentRefused, SettingInvalid, StoreError, StoreUnreachable

SELECT_MS, CONNECT_MS, SOCKET_MS, HEARTBEAT_MS = 4_000, 3_000, 15_000, 5_000
SCHEMES = ("mongodb://", "mongodb+srv://")
NOT_ALLOWED, WRONG_PASSWORD, INVALID, DUPLICATE, NO_SPACE = 13, 18, 121, 11000, 14031

Client = MongoClient[dict[str, Any]]


def open_client(url: str) -> Client:
    """A pool of connections to a MongoDB URL; connects at first use.

    A server that does not answer is noticed within seconds: by the choice of a server, by a heartbeat, or by the
    socket.

    Raises:
        SettingInvalid: it is no MongoDB URL.
    """
    try:
        if not url.startswith(SCHEMES):
            raise InvalidURI("another scheme")
        return MongoClient(
            url,
            appname="aima",
            connect=False,
            tz_aware=True,
            serverSelectionTimeoutMS=SELECT_MS,
            connectTimeoutMS=CONNECT_MS,
            socketTimeoutMS=SOCKET_MS,
            heartbeatFrequencyMS=HEARTBEAT_MS,
        )
    except (InvalidURI, ConfigurationError, ValueError, TypeError) as error:
        remedy = "write mongodb://user:password@host:27017/?options"
        raise SettingInvalid("AIMA_STORES__MONGO is no MongoDB URL", remedy) from error


def place(url: str) -> str:
    """Hosts and ports of a URL, without user and password."""
    scheme, _, rest = url.partition("://")
    hosts = rest.partition("/")[0].rpartition("@")[2].partition("?")[0]
    return hosts if "srv" in scheme or ":" in hosts else f"{hosts}:27017"


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Errors of the driver leave as an `AimaError` that names the server.

    Raises:
        StoreUnreachable: it does not answer, or refuses us.
        DiskFull: it has no space left.
        DocumentRefused: it does not take a document.
        StoreError: something else.
    """
    try:
        yield
    except PyMongoError as error:
        raise _as_aima_error(error, where) from error
    except (InvalidDocument, OverflowError) as error:  # of bson, which knows no server
        raise DocumentRefused(f"{where}: a document cannot be stored: {_line(error)}") from error


def _as_aima_error(error: PyMongoError, where: str) -> AimaError:
    code = _code(error)
    if code == NO_SPACE or "No space left" in str(error):
        return DiskFull(f"the disk of the {where} is full", "free space and run the command again")
    if code in {NOT_ALLOWED, WRONG_PASSWORD}:
        return StoreUnreachable(f"{where} refuses: {_line(error)}", "check AIMA_STORES__MONGO")
    if code == INVALID:
        return DocumentRefused(f"{where} refuses a document: {_line(error)}", "run: aima verify")
    if isinstance(error, ConnectionFailure) or error.timeout or _is_passing(error):
        return StoreUnreachable(
            f"{where} does not answer: {_line(error)}",
            "start the local stack with `aima up`, or check AIMA_STORES__MONGO",
        )
    return StoreError(f"{where}: {_line(error)}")


def _is_passing(error: PyMongoError) -> bool:
    """The server is starting, stopping, electing, or could not make sure that a write lasts."""
    unsure = isinstance(error, BulkWriteError) and bool((error.details or {}).get("writeConcernErrors"))
    return unsure or error.has_error_label("RetryableWriteError") or error.has_error_label("TransientTransactionError")


def _code(error: PyMongoError) -> int | None:
    if isinstance(error, BulkWriteError):
        refused = (error.details or {}).get("writeErrors", [])
        return next((one["code"] for one in refused if one["code"] != DUPLICATE), None)
    return error.code if isinstance(error, OperationFailure) else None


def _line(error: Exception) -> str:
    """What the driver says, in one line without the address and its description of the whole topology."""
    if isinstance(error, ServerSelectionTimeoutError):
        return f"nobody listened for {SELECT_MS / 1000:.0f} s"
    if isinstance(error, BulkWriteError):
        refused = [one for one in (error.details or {}).get("writeErrors", []) if one["code"] != DUPLICATE]
        return str(refused[0].get("errmsg", refused[0]["code"])) if refused else "a write could not be made durable"
    text = str(error).partition(", full error")[0].partition(" (configured timeouts")[0].strip()
    return " ".join(text.split())[:300] or type(error).__name__
