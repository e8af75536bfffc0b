"""The nursery, where each child comes from: what children share, what they do not, and how all of it ends."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

import aima
from aima.domain.media import Segment
from aima.errors import DecoderDied
from aima.media.contained import keeper, sandbox
from aima.media.contained.keeper import KEEPER
from aima.media.contained.process import Child, Limits
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.settings import Media
from tests.media.conftest import decoders
from tests.media.making import pattern

ROOT = Path(aima.__file__).parent.parent
PATIENCE_S = 20.0
PTRACE_SEIZE, PTRACE_DETACH, PTRACE_O_TRACEEXIT, WALL = 0x4206, 17, 0x40, 0x40000000
OWN_OF_NURSERY = 5  # standard streams, control socket, pidfd of the parent
INSPECT = {"op": "inspect", "caps": Media().model_dump()}
SCRIPT = f"""
import os, signal, sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from aima.errors import DecoderDied
from aima.media.contained.keeper import KEEPER
from aima.media.contained.process import Child, Limits
from aima.media.gate import inspect
from aima.settings import Media
path = Path(sys.argv[1])
"""


def start(path: Path) -> Child:
    with path.open("rb") as medium:
        return Child(medium.fileno(), path.name, Limits(2048, 60))


def script(path: Path, code: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", SCRIPT + textwrap.dedent(code), str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(*pids: int) -> bool:
    return all(not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE for pid in pids)


@contextlib.contextmanager
def held_at_its_end(pid: int) -> Iterator[None]:
    """Keeps a process from ending, even by SIGKILL, as a read does that never returns: see ptrace(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
    if libc.ptrace(PTRACE_SEIZE, pid, None, PTRACE_O_TRACEEXIT):
        pytest.skip("this system does not let processes be traced")
    try:
        yield
    finally:
        os.waitpid(pid, WALL)
        libc.ptrace(PTRACE_DETACH, pid, None, None)


def opened(pid: int) -> list[str]:
    """What the descriptors of a process lead to, in order of their numbers."""
    links = sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda link: int(link.name))
    return [str(link.readlink()) for link in links if link.is_symlink()]  # listing one's own takes one that is gone


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(pattern(1)).save(path)
    return path


@pytest.fixture
def pair(picture: Path, plain_video: Path) -> Iterator[tuple[Child, Child]]:
    """Two children at a time: of a picture, and of a video."""
    children = start(picture), start(plain_video)
    yield children
    for child in children:
        child.close()


def test_children_hold_their_own_medium_and_nothing_of_others(
    pair: tuple[Child, Child], picture: Path, plain_video: Path
) -> None:
    for child, path in zip(pair, (picture, plain_video), strict=True):
        medium, *others = opened(child.pid)
        assert medium == str(path)
        assert [name.partition(":")[0] for name in others] == ["/dev/null", "/dev/null", "socket"]
    nursery = opened(KEEPER.pid or 0)
    assert not {str(picture), str(plain_video)} & set(nursery)
    assert not {name for name in nursery if name.startswith("socket")} & {opened(child.pid)[3] for child in pair}


def test_children_have_networks_of_their_own(pair: tuple[Child, Child]) -> None:
    if not all(child.walls["network"] for child in pair):
        pytest.skip("this kernel refuses network namespaces")
    networks = {Path(f"/proc/{pid}/ns/net").readlink() for pid in (os.getpid(), *(child.pid for child in pair))}
    assert len(networks) == 3


def test_a_childs_ring_is_its_own(plain_video: Path) -> None:
    info = inspect(plain_video, Media())
    segment = Segment("content", 0, "sight", 0, info.duration_us)
    with SegmentReader(plain_video, info, Media()) as one, SegmentReader(plain_video, info, Media()) as other:
        readings = [reader.chunks(segment, frames_per_chunk=2) for reader in (one, other)]
        for chunks in readings:
            next(chunks)
        rings = [[Path(f"/proc/{child.pid}/fd/{number}").stat().st_ino for number in (4, 5)] for child in decoders()]
        assert all(first == second for first, second in rings)
        assert rings[0] != rings[1]
        for chunks in readings:
            chunks.close()


def test_no_process_has_the_parents_environment(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMA_STORES__POSTGRES", "postgresql://user:hidden@host/db")
    KEEPER.close()
    child = start(picture)
    try:
        for pid in (KEEPER.pid, child.pid):
            assert "hidden" not in Path(f"/proc/{pid}/environ").read_text()
    finally:
        child.close()


def test_a_nursery_has_one_thread_and_stays(picture: Path) -> None:
    inspect(picture, Media())
    nursery = KEEPER.pid
    assert inspect(picture, Media()).kind == "image"
    assert KEEPER.pid == nursery
    assert psutil.Process(nursery).num_threads() == 1


def test_a_killed_child_leaves_the_others_alone(pair: tuple[Child, Child]) -> None:
    doomed, other = pair
    os.kill(doomed.pid, signal.SIGBUS)
    with pytest.raises(DecoderDied, match=r"picture\.png: the decoder was ended by SIGBUS"):
        doomed.receive(PATIENCE_S)
    other.request(INSPECT)
    assert other.receive(PATIENCE_S)["info"]["kind"] == "video"
    assert not psutil.pid_exists(doomed.pid)


def test_with_a_killed_nursery_its_children_end_and_the_next_child_gets_a_new_one(
    pair: tuple[Child, Child], picture: Path
) -> None:
    before = KEEPER.pid or 0
    os.kill(before, signal.SIGKILL)
    for child in pair:
        with pytest.raises(DecoderDied, match="ended by SIGKILL"):
            child.receive(PATIENCE_S)
    assert inspect(picture, Media()).kind == "image"
    assert KEEPER.pid != before
    wait_until(lambda: gone(before, *(child.pid for child in pair)))


def test_ctrl_c_is_not_for_the_nursery(pair: tuple[Child, Child], picture: Path) -> None:
    before = KEEPER.pid or 0
    os.kill(before, signal.SIGINT)
    assert inspect(picture, Media()).kind == "image"
    assert KEEPER.pid == before
    for child in pair:
        child.request(INSPECT)
        assert "info" in child.receive(PATIENCE_S)


def test_a_child_that_the_kernel_holds_does_not_stop_the_others(
    pair: tuple[Child, Child], picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, other = pair
    nursery = KEEPER.pid
    with held_at_its_end(held.pid):
        monkeypatch.setattr(keeper, "_END_TIMEOUT_S", 0.5)
        held.close()
        monkeypatch.undo()
        assert not held.alive
        assert not gone(held.pid)
        monkeypatch.setattr(keeper, "_START_TIMEOUT_S", PATIENCE_S)
        assert inspect(picture, Media()).kind == "image"
        other.request(INSPECT)
        assert other.receive(PATIENCE_S)["info"]["kind"] == "video"
        other.close()
        assert other.cpu_s > 0
    assert KEEPER.pid == nursery
    wait_until(lambda: not psutil.pid_exists(held.pid))


def test_a_nursery_without_descriptors_for_a_child_says_so_and_goes_on(
    pair: tuple[Child, Child], picture: Path
) -> None:
    nursery = psutil.Process(KEEPER.pid)
    before = nursery.rlimit(psutil.RLIMIT_NOFILE)
    children = nursery.children()
    # Room for the line, the medium and the channel of another child, and none for its pidfd.
    nursery.rlimit(psutil.RLIMIT_NOFILE, (len(opened(nursery.pid)) + 3, before[1]))
    with pytest.raises(DecoderDied, match=r"picture\.png: the decoder did not start \(.*Too many open files"):
        start(picture)
    assert nursery.children() == children
    nursery.rlimit(psutil.RLIMIT_NOFILE, before)
    assert inspect(picture, Media()).kind == "image"
    assert KEEPER.pid == nursery.pid


def test_a_hung_nursery_is_replaced(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = start(picture)
    monkeypatch.setattr(keeper, "_END_TIMEOUT_S", 0.2)
    monkeypatch.setattr(keeper, "_START_TIMEOUT_S", 0.2)
    os.kill(KEEPER.pid or 0, signal.SIGSTOP)
    with pytest.raises(DecoderDied, match=r"did not start \(the process that forks it hung\)"):
        start(picture)
    child.close()
    assert not child.alive
    monkeypatch.undo()
    assert inspect(picture, Media()).kind == "image"
    wait_until(lambda: gone(child.pid))


def test_with_a_hung_nursery_a_child_ends_all_the_same(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = start(picture)
    nursery = KEEPER.pid or 0
    monkeypatch.setattr(keeper, "_END_TIMEOUT_S", 0.2)
    os.kill(nursery, signal.SIGSTOP)
    child.close()
    wait_until(lambda: gone(nursery, child.pid))


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python"])
def test_a_nursery_that_does_not_start_is_told(picture: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    KEEPER.close()
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(DecoderDied, match=r"picture\.png: the decoder did not start \(") as caught:
        inspect(picture, Media())
    assert caught.value.remedy
    monkeypatch.undo()
    assert inspect(picture, Media()).kind == "image"


def test_threads_share_one_nursery_even_if_the_one_that_started_it_ends(picture: Path, plain_video: Path) -> None:
    KEEPER.close()
    first = threading.Thread(target=inspect, args=(picture, Media()))
    first.start()
    first.join()
    nursery = KEEPER.pid
    paths = [picture, plain_video] * 8
    with ThreadPoolExecutor(4) as pool:
        kinds = [info.kind for info in pool.map(lambda path: inspect(path, Media()), paths)]
    assert kinds == ["image", "video"] * 8
    assert KEEPER.pid == nursery
    assert decoders() == []


def test_fifty_media_leave_nothing_behind(picture: Path) -> None:
    info = inspect(picture, Media())
    gc.collect()
    wait_until(lambda: len(opened(KEEPER.pid or 0)) == OWN_OF_NURSERY)

    def state() -> tuple[int, int, list[psutil.Process]]:
        # Rings are descriptors too: they have no names that could stay.
        return len(opened(os.getpid())), len(opened(KEEPER.pid or 0)), decoders()

    before = state()
    for _ in range(50):
        with SegmentReader(picture, info, Media()) as reader:
            assert len(list(reader.chunks(Segment("content", 0, "sight", 0, 200_000)))) == 1
    wait_until(lambda: state() == before)


def test_the_cpu_time_of_children_that_have_ended_is_known(picture: Path) -> None:
    inspect(picture, Media())
    before = KEEPER.cpu_s
    for _ in range(10):
        inspect(picture, Media())
    assert KEEPER.cpu_s > before + 0.02
    KEEPER.close()
    assert KEEPER.cpu_s == 0, "counted with the ended children of this process from then on"


@pytest.mark.parametrize("last", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_killed_parent(plain_video: Path, last: signal.Signals) -> None:
    """Not even a child in the midst of its work, with a forked copy of the parent that holds the same sockets."""
    parent = script(
        plain_video,
        """
        with path.open("rb") as medium:
            child = Child(medium.fileno(), "plain.mp4", Limits(2048, 60))
        os.kill(child.pid, signal.SIGSTOP)
        copy = os.fork()
        if copy:
            print(KEEPER.pid, child.pid, copy, flush=True)
        time.sleep(60)
        """,
    )
    with parent:
        assert parent.stdout is not None
        nursery, child, copy = (int(number) for number in parent.stdout.readline().split())
        parent.send_signal(last)
        wait_until(lambda: gone(nursery, child))
        os.kill(copy, signal.SIGKILL)


def test_a_forked_process_gets_a_nursery_of_its_own(picture: Path) -> None:
    done = script(
        picture,
        """
        inspect(path, Media())
        ours = KEEPER.pid
        if not os.fork():
            assert KEEPER.pid is None
            assert inspect(path, Media()).kind == "image"
            assert KEEPER.pid not in {None, ours}
            sys.exit(0)
        _, status = os.wait()
        assert status == 0 and KEEPER.pid == ours and inspect(path, Media()).kind == "image"
        """,
    )
    assert done.communicate(timeout=60) == ("", "")
    assert done.returncode == 0


def test_a_parent_with_thousands_of_descriptors_hands_none_on(picture: Path) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 6000:
        pytest.skip("this system does not allow so many descriptors")
    done = script(
        picture,
        """
        import resource
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        many = [os.dup(1) for _ in range(5000)]
        with path.open("rb") as medium:
            child = Child(medium.fileno(), "picture.png", Limits(2048, 60))
        for pid in (KEEPER.pid, child.pid):
            print(*sorted(int(number) for number in os.listdir(f"/proc/{pid}/fd")))
        child.request({"op": "inspect", "caps": Media().model_dump()})
        print(child.receive(20)["info"]["kind"])
        child.close()
        print(child.cpu_s > 0)
        """,
    )
    # The nursery has the line and the pidfd of the child besides its control socket and the pidfd of its parent.
    assert done.communicate(timeout=60) == ("0 1 2 3 4 5 8\n0 1 2 3\nimage\nTrue\n", "")


def test_the_interpreter_ends_at_once_and_silently_with_a_child_at_work(picture: Path) -> None:
    done = script(
        picture,
        """
        with path.open("rb") as medium:
            child = Child(medium.fileno(), "picture.png", Limits(2048, 60))
        print(KEEPER.pid, child.pid, flush=True)
        # Keeps the child from being collected, and so ended, before the interpreter has ended.
        threading.Thread(target=lambda kept: time.sleep(60), args=(child,), daemon=True).start()
        """,
    )
    assert done.stdout is not None
    pids = [int(number) for number in done.stdout.readline().split()]
    started = time.monotonic()
    assert done.communicate(timeout=60) == ("", "")
    assert time.monotonic() - started < 4
    assert done.returncode == 0
    wait_until(lambda: gone(*pids))


def test_the_ending_is_exact_where_the_parent_ignores_its_childrens_ends(picture: Path) -> None:
    done = script(
        picture,
        """
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with path.open("rb") as medium:
            child = Child(medium.fileno(), "picture.png", Limits(2048, 60))
        os.kill(child.pid, signal.SIGSEGV)
        try:
            child.receive(20)
        except DecoderDied as error:
            print(error.message)
        """,
    )
    assert done.communicate(timeout=60) == ("picture.png: the decoder was ended by SIGSEGV\n", "")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 1, 2), (2, 0, 1)])
def test_only_the_kept_descriptors_stay_in_their_order(tmp_path: Path, order: tuple[int, ...]) -> None:
    files = [os.open(tmp_path / name, os.O_CREAT | os.O_RDWR) for name in "abc"]
    inodes = [os.fstat(number).st_ino for number in files]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    pid = os.fork()
    if not pid:
        os.dup2(files[0], soft - 1)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft // 2, hard))
        sandbox.keep_only([files[number] for number in order])
        found = [os.fstat(number).st_ino for number in range(len(order))]
        os._exit(found != [inodes[number] for number in order] or len(opened(os.getpid())) != len(order))
    for number in files:
        os.close(number)
    assert os.waitpid(pid, 0)[1] == 0
