"""Walls around a process that parses untrusted bytes. Linux; standard library only.

`keep_only` and `renounce` are for the process that forks it, whose walls its children inherit. In the forked one
`keep_only` and `isolate` come first, while it has one thread; `seal` comes when everything is imported and open, and
`die_with` last.
None needs privileges: what the kernel refuses is left out and shows in the answer.

- no network: an empty network namespace (unshare(2)), inside a user namespace where the caller is not root
- no files: Landlock with no rule at all, and a limit of descriptors that leaves none to open
- no privileges: no_new_privs, and for root the uid of `nobody`
- no excess: address space, file size, core, descriptors, processes; dies with its parent
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import math
import os
import pwd
import resource
import signal
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_SYS_LANDLOCK_CREATE: Final = 444  # the same number on every architecture
_SYS_LANDLOCK_RESTRICT: Final = 446
_LANDLOCK_VERSION_FLAG: Final = 1
_FILE_RIGHTS_BY_ABI: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # number of access bits that the kernel knows
_FILE_RIGHTS_NEWEST: Final = 16

_libc = ctypes.CDLL(None, use_errno=True)


def renounce() -> None:
    """Forbid new privileges and core files."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _limit(resource.RLIMIT_CORE, 0)


def keep_only(descriptors: Sequence[int]) -> None:
    """Renumber these descriptors from 0 on, in their order, and close all others. For a process of one thread."""
    count = len(descriptors)
    # First out of the way: the new number of one can be the old number of another.
    aside = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, count) for descriptor in descriptors]
    for number, descriptor in enumerate(aside):
        os.dup2(descriptor, number, inheritable=False)
    # No limit says how far to go: descriptors from before it was lowered lie above it.
    for number in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if number >= count:
            with contextlib.suppress(OSError):  # the one of this listing is closed by now
                os.close(number)


def isolate() -> bool:
    """Forbid new privileges and leave the network; whether the network is really gone."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
    return bool(_libc.unshare(flags) == 0)


def seal(memory_mb: int, spare_descriptors: int, *, threads: bool) -> dict[str, bool]:
    """Give up privileges, files and excess; what has been achieved, by name.

    `memory_mb` limits the address space, `spare_descriptors` is how many descriptors may still be opened,
    `threads` whether threads may still be started.
    """
    user = _become_nobody()
    files = _deny_files()
    _limit(resource.RLIMIT_AS, memory_mb << 20)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    if not threads:
        _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, _first_free_descriptor() + spare_descriptors)
    return {"user": user, "files": files}


def die_with(parent: int) -> None:
    """End at once when the thread that forked this process ends. After `seal`: a change of user would undo it."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before
        os._exit(0)


def allow_cpu(seconds: int) -> None:
    """Let the process use so many CPU seconds from now on; SIGXCPU ends it then."""
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _first_free_descriptor() -> int:
    # The limit is for numbers, not for how many: what is open above it stays open.
    number = os.dup(1)
    os.close(number)
    return number


def _become_nobody() -> bool:
    if os.geteuid() != 0:
        return True
    try:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    except (KeyError, OSError):
        return False
    return True


def _deny_files() -> bool:
    """Landlock: handle every right that this kernel knows and allow none."""
    abi = _libc.syscall(_SYS_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION_FLAG)
    if abi < 1:
        return False
    files = (1 << _FILE_RIGHTS_BY_ABI.get(abi, _FILE_RIGHTS_NEWEST)) - 1
    network = 0b11 if abi >= 4 else 0  # bind, connect
    scoped = 0b11 if abi >= 6 else 0  # abstract sockets, signals
    fields = 1 if abi < 4 else 2 if abi < 6 else 3
    attributes = struct.pack("=3Q", files, network, scoped)[: fields * 8]
    ruleset = _libc.syscall(_SYS_LANDLOCK_CREATE, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    denied = _libc.syscall(_SYS_LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(denied)
