"""One server on a data directory of its own, as its keeper runs it, but ended as a test wishes."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aima.local import process
from aima.local.server import Server


@contextmanager
def serving(server: Server, ports: Mapping[str, int], end: signal.Signals | None = None) -> Iterator[None]:
    """Runs until the end of the block; then ends it gently, or with this signal."""
    server.prepare()
    launch = server.launch(ports)
    # As under the supervisor: a shell that runs us in the background has us ignore it, and our children with us.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with server.home.log(server.name).open("ab") as log:
        running = subprocess.Popen(launch.argv, env=launch.environment, stdout=log, stderr=log, **launch.extra)
    signal.signal(signal.SIGINT, before)
    try:
        until = time.monotonic() + 60
        while not server.is_healthy(ports):
            assert running.poll() is None, server.home.log(server.name).read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        running.send_signal(end or server.gentle)
        running.wait(timeout=60)
        server.close()
    assert process.marked(server.home.root, server.name) == []
