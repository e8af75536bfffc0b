"""The local vector server: Milvus Lite as a server of its own, because its files have one owner.

It knows no users: whoever can reach the loopback port can read the vectors. `aima doctor` says so.
"""

from __future__ import annotations

import base64
import signal
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote, urlsplit

from aima.local import home as homes
from aima.local.ports import LOOPBACK, choose
from aima.local.process import clean_environment
from aima.local.program import python_program, require_package
from aima.local.server import Launch, Server

PACKAGE = "milvus_lite"
USUAL_PORT = 19530
GET_VERSION = "/milvus.proto.milvus.MilvusService/GetVersion"
COMFORTABLE_VECTORS = 100_000
"""Above about as many vectors in one collection, a real Milvus answers faster."""


class Vectors(Server):
    """Milvus Lite on 127.0.0.1."""

    name = "vectors"
    reads = ("AIMA_LOCAL__VECTORS_PORT",)
    keeps_data = True
    gentle = signal.SIGINT  # it closes its files at Ctrl-C only; SIGTERM would end it like a crash

    def check(self) -> None:
        """The program must be installed."""
        require_package(PACKAGE)

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """One port."""
        return {"port": choose(self.settings.local.vectors_port, "AIMA_LOCAL__VECTORS_PORT", last.get("port"))}

    def prepare(self) -> None:
        """The private directory; the server makes its own in it."""
        homes.check_space(self.home)
        require_package(PACKAGE)
        homes.make_private(self.home.vectors)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """The server in the foreground; without `--host` it would listen on all interfaces."""
        argv = [*python_program(PACKAGE), "server", "--data-dir", str(self.home.vectors / "data")]
        where = ["--host", LOOPBACK, "--port", str(ports["port"])]
        # Its searches would else take every core from the analysis.
        environment = clean_environment(self.home.root, self.name) | {"OMP_NUM_THREADS": "1"}
        return Launch(argv + where, environment, {"cwd": str(self.home.vectors)})

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether it answers a request of Milvus' protocol."""
        return not why_unreachable(local_url(ports["port"]))

    def address(self, ports: Mapping[str, int]) -> str:
        """Host and port."""
        return f"{LOOPBACK}:{ports['port']}"


def local_url(port: int) -> str:
    """URL of our server."""
    return f"http://{LOOPBACK}:{port}"


def why_unreachable(url: str, timeout_s: float = 5) -> str:
    """Empty if a Milvus answers at `http(s)://[user:password@]host[:port]`; else the reason in one line."""
    # Slow to import, and not needed where no vector server is asked.
    import grpc  # type: ignore[import-untyped]

    parsed = urlsplit(url if "://" in url else f"http://{url}")
    target = f"{parsed.hostname}:{parsed.port or USUAL_PORT}"
    secure = parsed.scheme == "https"
    options = [("grpc.enable_http_proxy", 0)]
    channel = (
        grpc.secure_channel(target, grpc.ssl_channel_credentials(), options)
        if secure
        else grpc.insecure_channel(target, options)
    )
    with channel:
        try:
            channel.unary_unary(GET_VERSION)(b"", timeout=timeout_s, metadata=_login(parsed))
        except grpc.RpcError as error:
            return (str(error.details()).strip().splitlines() or [str(error.code())])[0]
    return ""


def _login(parsed: SplitResult) -> list[tuple[str, str]]:
    if not parsed.username:
        return []
    token = f"{unquote(parsed.username)}:{unquote(parsed.password or '')}"
    return [("authorization", base64.b64encode(token.encode()).decode())]
