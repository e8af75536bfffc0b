import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aima.local.home import Home, home_at
from aima.local.state import Board, StackState, current_state, read_state, supervisor_lives, supervisor_lock


def make(root: Path) -> Home:
    (root / "run").mkdir()
    return home_at(root)


def test_what_is_recorded_is_read_back(tmp_path: Path) -> None:
    home = make(tmp_path)
    board = Board(home)
    board.change("ray", state="starting", ports={"gcs": 7})
    began = board["ray"].since
    board.change("ray", detail="still")
    assert read_state(home) == StackState(os.getpid(), {"ray": board["ray"]})
    assert (board["ray"].since, board["ray"].ports, board["ray"].detail) == (began, {"gcs": 7}, "still")


def test_an_end_is_announced_and_stays_so(tmp_path: Path) -> None:
    home = make(tmp_path)
    board = Board(home)
    board.change("ray", state="healthy")
    assert not read_state(home).is_ending
    board.end()
    board.change("ray", state="stopped")
    assert read_state(home) == StackState(os.getpid(), {"ray": board["ray"]}, is_ending=True)


def test_the_lock_says_who_lives(tmp_path: Path) -> None:
    home = make(tmp_path)
    assert not supervisor_lives(home)
    with supervisor_lock(home) as is_ours:
        assert is_ours
        assert supervisor_lives(home)
        with supervisor_lock(home) as is_second_ours:
            assert not is_second_ours
    assert not supervisor_lives(home)


def test_a_second_supervisor_does_not_wait_to_inherit(tmp_path: Path) -> None:
    home = make(tmp_path)
    with supervisor_lock(home):
        Board(home).change("ray", state="healthy")
        began = time.monotonic()
        with supervisor_lock(home) as is_second_ours:
            assert not is_second_ours
        assert time.monotonic() - began < 0.5


def test_who_only_looks_is_waited_for(tmp_path: Path) -> None:
    home = make(tmp_path)
    (home.run / "lock").touch()
    with (home.run / "lock").open() as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        threading.Timer(0.2, fcntl.flock, (looker, fcntl.LOCK_UN)).start()
        with supervisor_lock(home) as is_ours:
            assert is_ours


def test_a_killed_supervisor_leaves_no_lock(tmp_path: Path) -> None:
    home = make(tmp_path)
    code = (
        "import sys, time; from aima.local.home import home_at; from aima.local.state import Board, supervisor_lock\n"
        "home = home_at(__import__('pathlib').Path(sys.argv[1]))\n"
        "with supervisor_lock(home): Board(home).change('ray'); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        state = current_state(home)
        assert state is not None
        assert state.pid == holder.pid
        holder.send_signal(signal.SIGKILL)
    assert current_state(home) is None
    assert read_state(home).pid == holder.pid


@given(st.one_of(st.text(), st.just('{"pid": 1}'), st.just('{"pid": 1, "servers": {"ray": {"no": 1}}}'), st.just("[]")))
@settings(deadline=None, derandomize=True, max_examples=40)
def test_a_damaged_state_file_counts_as_none(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = make(Path(folder))
        (home.run / "stack.json").write_text(text, errors="replace")
        assert read_state(home) == StackState()
