"""The data directory of the local stack: what lies where, and whether it can be used."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from aima.errors import DiskFull, HomeUnusable

MIN_FREE_BYTES = 200 * 1024 * 1024
# sun_path holds 108 bytes with the closing zero.
SOCKET_PATH_BYTES = 107
RAY_SOCKET_BYTES = len("tmp/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store")
ELSEWHERE = "choose another data directory with AIMA_HOME=..."


@dataclass(frozen=True)
class Home:
    """Places under one data directory. `root` is absolute."""

    root: Path

    @property
    def run(self) -> Path:
        """Lock and state of the supervisor, 0700."""
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        """Generated passwords and tokens, 0700."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """One log per server, 0700."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """Everything of PostgreSQL, 0700 and owned by the user that it runs as."""
        return self.root / "postgres"

    @property
    def documents(self) -> Path:
        """Everything of the document server, 0700."""
        return self.root / "documents"

    @property
    def vectors(self) -> Path:
        """Everything of the vector server, 0700."""
        return self.root / "vectors"

    @property
    def ray(self) -> Path:
        """Temporary directory of Ray, which opens it to everybody: its parent is private, 0700."""
        return self.roomy(self.root / "ray", RAY_SOCKET_BYTES) / "tmp"

    @property
    def password_file(self) -> Path:
        """Password of the PostgreSQL role `aima`."""
        return self.secrets / "postgres_password"

    @property
    def documents_password_file(self) -> Path:
        """Password of the user `aima` of the document server."""
        return self.secrets / "documents_password"

    @property
    def token_file(self) -> Path:
        """Token that every caller of Ray must show."""
        return self.secrets / "ray_token"

    def log(self, server: str) -> Path:
        """Log file of a server."""
        return self.logs / f"{server}.log"

    def heartbeat(self, server: str) -> Path:
        """File that a server without an address touches whenever its loop turns."""
        return self.run / f"{server}.heartbeat"

    def roomy(self, wanted: Path, name_bytes: int) -> Path:
        """`wanted`, or a short private stand-in if a socket name of `name_bytes` does not fit behind it."""
        if len(os.fsencode(wanted)) + 1 + name_bytes <= SOCKET_PATH_BYTES:
            return wanted
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]
        return Path(tempfile.gettempdir()) / f"aima-{os.geteuid()}-{digest}-{wanted.name}"


def home_at(path: Path) -> Home:
    """The places under `path`; nothing is created."""
    return Home(path.expanduser().absolute())


def nearest_existing(path: Path) -> Path:
    """The path itself, or the nearest directory above it that exists."""
    return next(candidate for candidate in (path, *path.parents) if candidate.exists())


def check_usable(home: Home) -> None:
    """Refuse a data directory that cannot hold the stack, before anything is written.

    Raises:
        HomeUnusable: a file stands in its place, or it cannot be written.
        DiskFull: less than MIN_FREE_BYTES are free there.
    """
    try:
        nearest = nearest_existing(home.root)
    except OSError as error:
        raise HomeUnusable(f"the data directory {home.root} cannot be used: {error.strerror}", ELSEWHERE) from error
    if not nearest.is_dir():
        raise HomeUnusable(f"the data directory {home.root} cannot be used: {nearest} is a file", ELSEWHERE)
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise HomeUnusable(f"the data directory {home.root} cannot be used: {nearest} is not writable", ELSEWHERE)
    check_space(home)


def check_space(home: Home) -> None:
    """Refuse to start a server that would soon fill the disk.

    Raises:
        DiskFull: less than MIN_FREE_BYTES are free under the data directory.
    """
    free = shutil.disk_usage(nearest_existing(home.root)).free
    if free < MIN_FREE_BYTES:
        raise DiskFull(
            f"only {free >> 20} MB are free under {home.root}, {MIN_FREE_BYTES >> 20} MB are needed",
            f"free some space there or {ELSEWHERE}",
        )


def prepare(home: Home) -> None:
    """Create the data directory and our private parts of it; existing directories keep their modes."""
    try:
        # As root another user must pass through; it can list nothing.
        make_directory(home.root, 0o711 if os.geteuid() == 0 else 0o700)
        for private in (home.run, home.secrets, home.logs):
            make_directory(private, 0o700)
        make_private(home.ray.parent)
    except OSError as error:
        raise HomeUnusable(f"the data directory {home.root} cannot be used: {error.strerror}", ELSEWHERE) from error


def make_directory(path: Path, mode: int) -> None:
    """Create a directory with exactly this mode, parents as the umask says. An existing one is left alone."""
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=mode)
    path.chmod(mode)


def make_private(path: Path) -> None:
    """A directory for us alone. One that somebody else put there first is refused.

    Raises:
        HomeUnusable: it is a link, belongs to another user, or others may write to it.
    """
    make_directory(path, 0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise HomeUnusable(f"{path} belongs to somebody else or is open to others", "remove it, then: aima up")


def secret(path: Path) -> str:
    """The secret in this 0600 file; drawn once and written whole."""
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    return path.read_text()


def digest_of(password: str) -> str:
    """What is noted beside data whose user has this password: known only to who knows it."""
    return hashlib.sha256(password.encode()).hexdigest()


def noted(path: Path) -> str:
    """The digest in this file; empty if there is none."""
    return path.read_text() if path.exists() else ""
