"""Processes of the stack: recognised by a variable in their environment, ended in order."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

HOME_VARIABLE = "AIMA_STACK_HOME"
SERVER_VARIABLE = "AIMA_STACK_SERVER"
MARKS = frozenset({HOME_VARIABLE, SERVER_VARIABLE})
# Nothing else is handed to servers and workers: no password or token of the caller reaches them.
INHERITED = frozenset((
    "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
    "XDG_DATA_HOME", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
))  # fmt: skip


def clean_environment(root: Path, server: str) -> dict[str, str]:
    """Harmless variables of ours, and the mark by which a process is known as part of this stack."""
    kept = {name: value for name, value in os.environ.items() if name in INHERITED}
    return kept | {HOME_VARIABLE: str(root), SERVER_VARIABLE: server}


def marked(root: Path, server: str) -> list[psutil.Process]:
    """Living processes that were started for this server of this data directory."""
    return list(_marked(root, server))


def _marked(root: Path, server: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        # Programs that rename themselves overwrite their environment: they are found as descendants.
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get(HOME_VARIABLE) == str(root) and environment.get(SERVER_VARIABLE) == server:
                yield process


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def end(processes: list[psutil.Process], gentle: signal.Signals, grace_s: float) -> None:
    """Ask the processes to go; kill what is left of them and of their descendants after `grace_s`."""
    family = family_of(processes)
    below = {child for process in processes for child in family_of([process])[1:]}
    # A parent ends its children in order; told at once, they would wait for each other.
    for process in set(processes) - below:
        _send(process, gentle)
    _, left = psutil.wait_procs(family, timeout=grace_s)
    for process in family_of(left):
        _send(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)


def family_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The processes and all their living descendants, each once."""
    family = dict.fromkeys(processes)
    for process in processes:
        with contextlib.suppress(psutil.Error):
            family.update(dict.fromkeys(process.children(recursive=True)))
    return list(family)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
