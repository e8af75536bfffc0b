"""The walls of the child, tried from inside, and what the parent does with a child that lies or dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

import aima
from aima.domain.media import Segment
from aima.errors import DecoderDied
from aima.media.contained.process import Child, Limits
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.settings import Media

ROOT = Path(aima.__file__).parent.parent

TRIALS = """
    import json, os, socket, subprocess, sys
    from aima.media.contained import sandbox
    network = sandbox.isolate()
    walls = sandbox.seal(2048, 0, threads=False)
    def outcome(trial):
        try:
            trial()
        except Exception as error:
            return type(error).__name__
        return "done"
    trials = {
        "read": lambda: os.open(sys.argv[1], os.O_RDONLY),
        "write": lambda: os.open(sys.argv[1] + ".new", os.O_WRONLY | os.O_CREAT),
        "remove": lambda: os.unlink(sys.argv[1]),
        "list": lambda: os.listdir("/"),
        "connect": lambda: socket.create_connection(("127.0.0.1", 1)),
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "run": lambda: os.execv("/bin/true", ["true"]),
        "signal": lambda: os.kill(int(sys.argv[2]), 0),
        "memory": lambda: bytearray(3 << 30),
        "grow": lambda: os.write(int(sys.argv[3]), b"x"),
    }
    os.write(1, json.dumps({"network": network, **walls, **{n: outcome(t) for n, t in trials.items()}}).encode())
    os._exit(0)
"""


def try_walls(tmp_path: Path) -> dict[str, Any]:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    tmp_path.chmod(0o755)
    with (tmp_path / "open.txt").open("w") as opened:
        code = f"import signal, sys; sys.path.insert(0, {str(ROOT)!r})\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-c",
                code + textwrap.dedent(TRIALS),
                secret,
                str(os.getpid()),
                str(opened.fileno()),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[opened.fileno()],
            check=True,
        )
    assert secret.read_text() == "secret"
    assert not (tmp_path / "secret.txt.new").exists()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_from_inside_nothing_can_be_opened_reached_or_grown(tmp_path: Path) -> None:
    found = try_walls(tmp_path)
    tried = ("read", "write", "list", "connect", "unix", "memory", "grow")
    assert {name: found[name] for name in tried if found[name] == "done"} == {}
    if not found["files"]:
        pytest.skip("this kernel has no Landlock: removing, running and signalling are not prevented")
    assert {name: found[name] for name in ("remove", "run", "signal") if found[name] == "done"} == {}


@pytest.fixture
def child(plain_video: Path) -> Any:
    with plain_video.open("rb") as medium:
        started = Child(medium.fileno(), "plain.mp4", Limits(2048, 60))
    yield started
    started.close()


def test_the_child_has_no_environment_but_its_own(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = psutil.Process(child.pid).environ() if os.geteuid() == 0 else {}
    assert set(seen) <= {"PATH", "LC_ALL", "LC_CTYPE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"}
    assert child.walls["files"] in {True, False}
    assert psutil.Process(child.pid).num_threads() == 1


def test_as_root_the_child_is_nobody(child: Child) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give up being root")
    assert child.walls["user"]
    assert 0 not in psutil.Process(child.pid).uids()


def test_a_child_ends_with_its_parent(plain_video: Path) -> None:
    code = f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from aima.media.contained.process import Child, Limits
        with open({str(plain_video)!r}, "rb") as medium:
            child = Child(medium.fileno(), "plain.mp4", Limits(2048, 60))
        print(child.pid, flush=True)
        time.sleep(60)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_child_that_died_is_told_from_one_that_was_asked_nonsense(child: Child) -> None:
    child.request({"op": "read", "start_us": 0, "end_us": 1, "frames_per_chunk": 1})
    with pytest.raises(DecoderDied, match="before it was opened"):
        child.receive(20)
    assert child.alive
    os.kill(child.pid, signal.SIGSEGV)
    with pytest.raises(DecoderDied, match="ended by SIGSEGV"):
        child.receive(20)
    assert not child.alive
    assert child.cpu_s > 0


def test_a_hung_child_is_ended(child: Child) -> None:
    os.kill(child.pid, signal.SIGSTOP)
    child.request({"op": "inspect", "caps": Media().model_dump()})
    with pytest.raises(DecoderDied, match="hung"):
        child.receive(timeout_s=0.2)
    assert not psutil.pid_exists(child.pid)


def test_reading_after_a_restart_gives_the_same(plain_video: Path) -> None:
    info = inspect(plain_video, Media())
    segment = Segment("content", 0, "sight", 400_000, 1_400_000)
    with SegmentReader(plain_video, info, Media()) as first:
        before = [chunk.frames for chunk in first.chunks(segment)]
    with SegmentReader(plain_video, info, Media()) as second:
        after = [chunk.frames for chunk in second.chunks(segment)]
    np.testing.assert_array_equal(np.concatenate(before), np.concatenate(after))
