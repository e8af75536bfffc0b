"""Several machines on one: a Ray cluster of nodes that share this computer, and a film that is quick to decode."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import av
import numpy as np
import psutil

from tests.conftest import ROOT

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

HOOK = "tests.benchmarks.engine.replay.install"
START_S = 300
TRIES = 4
T = TypeVar("T")
STORE_BYTES = 80 * 1024 * 1024
WIDTH, HEIGHT = 64, 36


@contextmanager
def cluster(nodes: int) -> Iterator[Cluster]:
    """So many nodes of one CPU each, the first of them with Ray's head; this process is connected to it.

    Ray must not have been imported: it reads how it is to authenticate but once.
    """
    with tempfile.TemporaryDirectory(prefix="aima-ray-") as folder:  # a longer path would be too long for sockets
        token = Path(folder) / "token"
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token), "PYTHONPATH": str(ROOT)}
        try:
            yield from _joined(nodes, Path(folder))
        finally:
            _end_all()


def _joined(nodes: int, folder: Path) -> Iterator[Cluster]:
    import ray
    from ray.cluster_utils import Cluster

    head = {**_node(), "temp_dir": str(folder)}
    made = _insist(lambda: Cluster(initialize_head=True, head_node_args=head, shutdown_at_exit=False))
    try:
        for _ in range(nodes - 1):
            _insist(lambda: made.add_node(**_node()))
        made.wait_for_nodes(timeout=START_S)
        hook = {"worker_process_setup_hook": HOOK}
        ray.init(address=made.address, runtime_env=hook, log_to_driver=False, logging_level="ERROR")
        yield made
    finally:
        ray.shutdown()
        made.shutdown()


def _insist(start: Callable[[], T]) -> T:
    """Start a node; Ray gives it half a minute, which is too short on a busy machine."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(Exception):  # Ray raises no narrower one
            return start()
    return start()


def _end_all() -> None:
    """Nothing that was started stays, even where a node did not come up."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            process.kill()


def _node() -> dict[str, object]:
    return {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}


def slow_film(path: Path, segments: int, segment_s: int = 60) -> Path:
    """A tiny film of one frame a second with a keyframe at each border of its segments."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1, options={"preset": "ultrafast", "g": str(segment_s)})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, 1)
        for number in range(segments * segment_s):
            picture = np.full((HEIGHT, WIDTH, 3), number % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
