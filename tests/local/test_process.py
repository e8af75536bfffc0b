import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from aima.local import process

STUBBORN_PARENT = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], env={});"
    "print('up', flush=True); time.sleep(60)"
)


def run(root: Path, code: str) -> subprocess.Popen[str]:
    environment = process.clean_environment(root, "test")
    running = subprocess.Popen([sys.executable, "-c", code], env=environment, text=True, stdout=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    return running


def test_only_our_processes_are_known_as_ours(tmp_path: Path) -> None:
    with run(tmp_path, "import time; print('up', flush=True); time.sleep(60)") as running:
        assert [one.pid for one in process.marked(tmp_path, "test")] == [running.pid]
        assert process.marked(tmp_path, "other") == []
        assert process.marked(tmp_path / "other", "test") == []
        process.end([psutil.Process(running.pid)], signal.SIGTERM, 10)
        assert not process.is_alive(running.pid)


def test_the_deaf_and_their_children_are_killed(tmp_path: Path) -> None:
    with run(tmp_path, STUBBORN_PARENT) as running:
        family = process.family_of([psutil.Process(running.pid)])
        assert len(family) == 2
        process.end(family[:1], signal.SIGTERM, 0.3)
    until = time.monotonic() + 5
    while any(process.is_alive(one.pid) for one in family) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(process.is_alive(one.pid) for one in family)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    until = time.monotonic() + 10
    while process.is_alive(child.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not process.is_alive(child.pid)
    assert child.wait() == 0


def test_secrets_of_the_caller_stay_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hunter2")
    monkeypatch.setenv("AIMA_STORES__POSTGRES", "postgresql://u:hunter2@h/d")
    assert "hunter2" not in str(process.clean_environment(tmp_path, "test"))
