"""The connection to a Milvus, and what goes wrong with it in AIMA's words."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]
from pymilvus import MilvusClient, MilvusException

from aima.errors import AimaError, SettingInvalid, StoreError, StoreOutdated, StoreUnreachable

CONNECT_S: Final = 12.0
CALL_S: Final = 20.0
LONG_S: Final = 90.0
"""For what moves whole collections: flushing, loading, building an index."""

OLDEST: Final = (2, 6)
LITE: Final = "lite"
NOT_FOUND, NOT_LOADED, NO_ALIAS = 100, 101, 1600
CONNECT_FAILED = 2
REMEDY = "start the local stack with `aima up`, or check AIMA_STORES__MILVUS"
DEFAULT_PORT = 19530

CHANNEL: Final = {
    # Milvus Lite ends connections that ping more often than it likes; every call has its deadline instead.
    "grpc.keepalive_time_ms": 2**31 - 1,
    "grpc.keepalive_permit_without_calls": 0,
    # A new client asks at once, although the last one has just found nobody.
    "grpc.use_local_subchannel_pool": 1,
}

# pymilvus sets its own handlers on import and reports with traces what leaves here as one line.
logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)


class Connection:
    """One client, made at first use, and again after the server was away."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet.

        Raises:
            SettingInvalid: it is no URL of a Milvus.
        """
        parsed = urlsplit(url if "://" in url else f"http://{url}")
        try:
            address = f"{parsed.hostname}:{parsed.port or DEFAULT_PORT}"
        except ValueError:
            address = ""
        if parsed.scheme not in {"http", "https", "tcp"} or not parsed.hostname or not address:
            raise SettingInvalid("AIMA_STORES__MILVUS is no URL of a Milvus", "write http://host:19530")
        self.where = f"vectors at {address}"
        self._url = parsed.geturl()
        self._client: MilvusClient | None = None
        self._lock = threading.Lock()

    def call(self, method: str, *args: Any, timeout: float = CALL_S, **named: Any) -> Any:
        """Call a method of the client.

        Raises:
            StoreUnreachable: no answer within `timeout` seconds, or nobody listens.
            StoreOutdated: the server is older than we can use.
            StoreError: it refuses the call; `code_of` tells why.
        """
        try:
            return getattr(self._connected(), method)(*args, timeout=timeout, **named)
        except (MilvusException, grpc.RpcError) as error:
            known = _as_aima_error(error, self.where, timeout)
            if isinstance(known, StoreUnreachable):
                self.close()
            raise known from error

    def close(self) -> None:
        """Let go of the client; the next call makes another one."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with suppress(MilvusException, grpc.RpcError):
                client.close()

    def _connected(self) -> MilvusClient:
        with self._lock:
            if self._client is None:
                client = MilvusClient(uri=self._url, timeout=CONNECT_S, grpc_options=CHANNEL)
                _check_version(client.get_server_version(timeout=CONNECT_S), self.where)
                self._client = client
            return self._client


def code_of(error: StoreError) -> int | None:
    """Number of Milvus' own error behind one of ours."""
    cause = error.__cause__
    return cause.code if isinstance(cause, MilvusException) and isinstance(cause.code, int) else None


def _check_version(version: str, where: str) -> None:
    if LITE in version:
        return
    digits = [part for part in version.lstrip("v").split("-")[0].split(".") if part.isdecimal()]
    if tuple(map(int, digits[:2])) < OLDEST:
        raise StoreOutdated(f"{where} is Milvus {version}", "use Milvus 2.6 or newer")


def _as_aima_error(error: Exception, where: str, timeout: float) -> AimaError:
    code = error.code() if isinstance(error, grpc.RpcError) else getattr(error, "code", None)
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return StoreUnreachable(f"{where} gave no answer for {timeout:.0f} s", REMEDY)
    if code in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}:
        return StoreUnreachable(f"{where} refuses: {_line(error)}", "check AIMA_STORES__MILVUS")
    if code == CONNECT_FAILED:
        return StoreUnreachable(f"{where} does not answer", REMEDY)
    if isinstance(code, grpc.StatusCode):
        return StoreUnreachable(f"{where} does not answer: {_line(error)}", REMEDY)
    return StoreError(f"{where}: {_line(error)}")


def _line(error: Exception) -> str:
    """What the driver says, in one line without the address."""
    text = error.details() if isinstance(error, grpc.RpcError) else getattr(error, "message", error)
    return " ".join(str(text).split()).removesuffix(".")[:200]
