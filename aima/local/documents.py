"""The local document server: secantusdb, which speaks MongoDB's protocol, in a process of its own.

It is under the GPL: it is looked up and run as a program, never imported. What it acknowledges has been synced to disk
(`--sync-on-commit`, measured: nothing lost after kill -9), and every caller must log in.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from aima.errors import ServerFailed
from aima.local import home as homes
from aima.local.home import Home
from aima.local.ports import LOOPBACK, choose, free_ports
from aima.local.process import clean_environment
from aima.local.program import python_program, require_package
from aima.local.server import Launch, Server
from aima.settings import Settings

if TYPE_CHECKING:
    from aima.local.mongo import Client

PACKAGE = "secantus"
USER = "aima"
USER_NOTE = "user"
"""Beside the data: digest of the password that our user has there."""
CACHE_SIZE = "64M"
PROVISION_TIMEOUT_S = 60.0


class Documents(Server):
    """secantusdb on 127.0.0.1 with a user and a password of ours."""

    name = "documents"
    reads = ("AIMA_LOCAL__DOCUMENTS_PORT",)
    keeps_data = True
    # Dropping a collection syncs for each of its keys, and nobody is answered meanwhile: minutes are no defect.
    silence_s = 900.0

    def __init__(self, settings: Settings, home: Home) -> None:
        super().__init__(settings, home)
        self.data = home.documents / "data"
        self._client: Client | None = None
        self._asked = ""

    def check(self) -> None:
        """The program must be installed."""
        require_package(PACKAGE)

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """One port."""
        fixed = self.settings.local.documents_port
        return {"port": choose(fixed, "AIMA_LOCAL__DOCUMENTS_PORT", last.get("port"))}

    def prepare(self) -> None:
        """The data directory with our user in it, made once and then put in place whole.

        A lost password is drawn anew. Died in between, the next life goes on from there.
        """
        homes.check_space(self.home)
        require_package(PACKAGE)
        homes.make_private(self.home.documents)
        # An empty file of ours: without it, it would read one of the caller's working or home directory.
        self._configuration.touch()
        password = homes.secret(self.home.documents_password_file)
        if not self.data.exists():
            fresh = self.home.documents / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            homes.make_directory(fresh, 0o700)
            self._provision(fresh, password)
            fresh.rename(self.data)
        elif homes.noted(self.data / USER_NOTE) != homes.digest_of(password):
            self._provision(self.data, password)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """The server in the foreground; it lets in only who logs in."""
        return self._launch(self.data, ports["port"], "--auth")

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether our user can log in and is answered."""
        from aima.local import mongo  # who only wants the address is spared the driver

        url = local_url(self.home, ports["port"])
        if self._client is None or url != self._asked:
            self.close()
            self._client, self._asked = mongo.connect(url, 5), url
        return not mongo.why_silent(self._client)

    def close(self) -> None:
        """Give back the connection of the health check."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def address(self, ports: Mapping[str, int]) -> str:
        """Host and port; never the password."""
        return f"{LOOPBACK}:{ports['port']}"

    @property
    def _configuration(self) -> Path:
        return self.home.documents / "secantusd.toml"

    def _launch(self, data: Path, port: int, *flags: str) -> Launch:
        options = {
            "config": self._configuration,
            "host": LOOPBACK,
            "port": port,
            "storage-path": data,
            "cache-size": CACHE_SIZE,
            "log-level": "WARNING",
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        environment = clean_environment(self.home.root, self.name)
        return Launch(
            [*python_program(PACKAGE), "--sync-on-commit", *flags, *given],
            environment,
            {"cwd": str(self.home.documents)},
        )

    def _provision(self, data: Path, password: str) -> None:
        """Give our user this password. Users can be made only while nobody needs to log in: on a port nobody knows."""
        from aima.local import mongo

        port = free_ports(1)[0]
        launch = self._launch(data, port)
        with self.home.log(self.name).open("ab") as log:
            running = subprocess.Popen(
                launch.argv, env=launch.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **launch.extra,
            )  # fmt: skip
        try:
            mongo.set_user(f"mongodb://{LOOPBACK}:{port}/?directConnection=true", USER, password, PROVISION_TIMEOUT_S)
        except mongo.PyMongoError as error:
            raise ServerFailed(f"{self.name} was not set up: {error}", f"look at {self.home.log(self.name)}") from error
        finally:
            # What it has acknowledged is on disk, and a gentle end takes seconds.
            running.kill()
            running.wait()
        (data / USER_NOTE).write_text(homes.digest_of(password))


def local_url(home: Home, port: int) -> str:
    """MongoDB URL of our server, with the password."""
    password = quote_plus(home.documents_password_file.read_text())
    return f"mongodb://{USER}:{password}@{LOOPBACK}:{port}/?authSource=admin&directConnection=true"
