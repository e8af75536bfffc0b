"""A TCP proxy on loopback that does to a connection what networks do: refuse, fall silent, delay, reset."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

CHUNK = 1 << 16
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: close sends RST


class Proxy:
    """Passes what comes to `port` on to the target and back; counts the round trips."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._open = asyncio.Event()
        self._delay_s = 0.0
        self.port = 0
        self.turns = 0

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._do(self._listen())
        self._open.set()

    @property
    def links(self) -> int:
        """How many clients are connected."""
        return len(self._writers) // 2

    def close(self) -> None:
        """End with every connection."""
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self) -> None:
        """The server is away: connections end, new ones are refused, until `pass_on`."""
        self._do(self._shut())

    def hold(self) -> None:
        """A black hole: connections stand, and nothing arrives, until `pass_on`."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def delay(self, seconds: float) -> None:
        """What is sent arrives so much later, in each direction."""
        self._delay_s = seconds

    def reset(self) -> None:
        """Every connection ends with RST; new ones are let in."""
        self._do(self._cut())

    def pass_on(self) -> None:
        """All is well again."""
        self._delay_s = 0.0
        self._loop.call_soon_threadsafe(self._open.set)
        if self._server is None:
            self._do(self._listen())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for writer in tuple(self._writers):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        for pump in tuple(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            async with self._kept(writer):
                there, back = await asyncio.open_connection(*self._target)
                async with self._kept(back):
                    talk = _Talk()
                    pumps = [asyncio.create_task(self._pump(reader, back, talk.asked)),
                             asyncio.create_task(self._pump(there, writer, talk.answered))]  # fmt: skip
                    self._pumps.update(pumps)
                    await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(self._delay_s)
                    for pump in pumps:
                        pump.cancel()
                        self._pumps.discard(pump)

    @asynccontextmanager
    async def _kept(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        self._writers.add(writer)
        try:
            yield
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Callable[[], int]) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._open.wait()
                self.turns += heard()
                # Scheduled, not slept: what follows at once arrives at once behind it.
                self._loop.call_later(self._delay_s, _write, writer, data)


class _Talk:
    """Whose turn it is on one connection. A round trip begins where the client speaks after the server."""

    def __init__(self) -> None:
        self._is_asking = False

    def asked(self) -> int:
        """How many round trips begin with what the client says now."""
        begins, self._is_asking = not self._is_asking, True
        return int(begins)

    def answered(self) -> int:
        """The server never begins one."""
        self._is_asking = False
        return 0


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """A running proxy; ended at the end."""
    proxy = Proxy(host, port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()
