"""The local Ray head: token authentication, everything on 127.0.0.1, no usage statistics.

Ray listens on all interfaces and advertises the machine's outer address even when it is given 127.0.0.1. The switch by
which it keeps to loopback on Windows and macOS works on Linux too (measured with Ray 2.60): LOOPBACK_ONLY. Drivers need
it as well, or they look for the head at the outer address.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from aima.local import home as homes
from aima.local.home import Home
from aima.local.ports import LOOPBACK, choose, free_ports, is_free
from aima.local.process import clean_environment
from aima.local.server import Launch, Server
from aima.settings import Settings

LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # spares drivers a FutureWarning
}
HEAD_ONLY = {
    "RAY_enable_metrics_collection": "0",
    "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",  # no other node could take the work over
    "RAY_ROTATION_MAX_BYTES": str(10 * 1024 * 1024),
    "RAY_ROTATION_BACKUP_COUNT": "2",
}
# Option of `ray start` -> name of the port. All are given: two stacks on one machine must not meet.
PORT_OPTIONS = {
    "port": "gcs",
    "dashboard-port": "dashboard",
    "dashboard-agent-listen-port": "agent",
    "dashboard-agent-grpc-port": "agent_grpc",
    "runtime-env-agent-port": "runtime_env",
    "node-manager-port": "raylet",
    "object-manager-port": "object_manager",
    "ray-client-server-port": "client",
    "metrics-export-port": "metrics",
}
DASHBOARD_METRICS = "dashboard_metrics"
SESSIONS_KEPT = 2


class RayHead(Server):
    """GCS, raylet, dashboard and their agents, as children of one `ray start --block`."""

    name = "ray"
    # Submitted jobs inherit what they analyse with, see `_environment`.
    reads = (
        "AIMA_LOCAL__DASHBOARD_PORT", "AIMA_RAY__", "AIMA_MODELS__", "AIMA_MEDIA__", "AIMA_IDENTITY__", "AIMA_USER",
    )  # fmt: skip
    grace_s = 10.0

    def __init__(self, settings: Settings, home: Home) -> None:
        super().__init__(settings, home)
        self.start_timeout_s = settings.ray.start_timeout_s

    def choose_ports(self, last: Mapping[str, int]) -> dict[str, int]:
        """A port for every listener; only the dashboard's can be fixed."""
        names = [*PORT_OPTIONS.values(), DASHBOARD_METRICS]
        fresh = free_ports(len(names))
        ports = {name: last[name] if is_last_free(last, name) else new for name, new in zip(names, fresh, strict=True)}
        fixed = self.settings.local.dashboard_port
        ports["dashboard"] = choose(fixed, "AIMA_LOCAL__DASHBOARD_PORT", ports["dashboard"])
        return ports

    def prepare(self) -> None:
        """The token, and room: sessions of earlier lives go, but for the last ones."""
        homes.check_space(self.home)
        homes.make_private(self.home.ray.parent)
        homes.secret(self.home.token_file)
        sessions = sorted(path for path in self.home.ray.glob("session_2*") if not path.is_symlink())
        for old in sessions[:-SESSIONS_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def launch(self, ports: Mapping[str, int]) -> Launch:
        """`ray start --head --block` with this interpreter."""
        settings = self.settings.ray
        options = {
            "node-ip-address": LOOPBACK,
            "dashboard-host": LOOPBACK,
            "include-dashboard": "true",
            "temp-dir": self.home.ray,
            "object-store-memory": settings.object_store_mb * 1024 * 1024,
            **{option: ports[name] for option, name in PORT_OPTIONS.items()},
        }
        if settings.num_cpus is not None:
            options["num-cpus"] = settings.num_cpus
        given = [f"--{name}={value}" for name, value in options.items()]
        flags = ["--head", "--block", "--disable-usage-stats", "--no-monitor", "--log-color=false"]
        argv = [sys.executable, "-m", "ray.scripts.scripts", "start", *flags, *given]
        return Launch(argv, self._environment(ports), {"cwd": str(self.home.ray.parent)})

    def is_healthy(self, ports: Mapping[str, int]) -> bool:
        """Whether GCS, raylet and job submission answer."""
        return _answers(ports["agent"], "/api/healthz") and _answers(ports["dashboard"], "/api/gcs_healthz")

    def address(self, ports: Mapping[str, int]) -> str:
        """The address that drivers connect to."""
        return f"{LOOPBACK}:{ports['gcs']}"

    def note(self) -> str:
        """Where the session went, if not into the data directory."""
        if self.home.root in self.home.ray.parents:
            return ""
        return f"session in {self.home.ray}: the data directory's path is too long for sockets"

    def _environment(self, ports: Mapping[str, int]) -> dict[str, str]:
        # Workers and submitted jobs inherit it. Their `python` is ours. A store's URL may hold a password.
        settings = {n: v for n, v in os.environ.items() if n.startswith("AIMA_") and not n.startswith("AIMA_STORES")}
        if self.settings.archive is not None:
            settings["AIMA_ARCHIVE"] = str(self.settings.archive)  # jobs work in another directory
        clean = settings | clean_environment(self.home.root, self.name) | token_environment(self.home)
        return clean | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{clean.get('PATH', os.defpath)}",
            "AIMA_HOME": str(self.home.root),
            "AIMA_MODELS__DIR": str(self.settings.models_dir),
            "DASHBOARD_METRIC_PORT": str(ports[DASHBOARD_METRICS]),
            **QUIET,
            **HEAD_ONLY,
        }


def token_environment(home: Home) -> dict[str, str]:
    """What a process needs to talk to the local Ray at all."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(home.token_file), **LOOPBACK_ONLY}


def is_last_free(last: Mapping[str, int], name: str) -> bool:
    """Whether the port of the last life is known and free."""
    return name in last and is_free(last[name])


def _answers(port: int, path: str) -> bool:
    link = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    with contextlib.closing(link):
        try:
            link.request("GET", path)
            return link.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
