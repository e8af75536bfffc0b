"""The connection of this process to a Ray cluster."""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from aima.errors import StackDown

KEPT_BY_RAY_DATA = {
    "AutoscalingCoordinator": "AutoscalingCoordinator",
    "ActorLocationTracker": "ActorLocationTracker",
    "datasets_stats_actor": "_dataset_stats_actor",
}
"""Namespaces of its detached actors by name."""
CONNECT_S = 10.0


def connect(environment: Mapping[str, str]) -> None:
    """Connect to the cluster that `environment` names (RAY_ADDRESS, RAY_AUTH_MODE, RAY_AUTH_TOKEN_PATH).

    Does nothing if this process is connected. Inside a Ray job the job's own cluster is used.

    Raises:
        StackDown: the cluster does not answer.
    """
    os.environ.update(environment)
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ray
        from ray._private import worker

        if ray.is_initialized():
            return
        # Ray tells of every worker that died on our standard output, where a program may expect JSON; we report it.
        worker._worker_logs_enabled = False
        address = os.environ.get("RAY_ADDRESS", "auto")
        try:
            _knock(address)
            with _without_stderr():
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
        except (OSError, RuntimeError) as error:
            raise StackDown(f"no Ray cluster answers at {address}", "start it with: aima up") from error
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _knock(address: str) -> None:
    """Find out quickly that nobody is there: Ray itself tries for most of a minute."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal() and "//" not in host:
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S).close()


def resources() -> dict[str, float]:
    """What the cluster has in all, by Ray's names: CPU, GPU, object_store_memory (bytes) and others."""
    import ray

    return dict(ray.cluster_resources())


def answers() -> bool:
    """Whether the head of the cluster that this process is connected to still listens."""
    import ray

    if not ray.is_initialized():
        return False
    try:
        _knock(ray.get_runtime_context().gcs_address)
    except (OSError, RuntimeError):
        return False
    return True


def tidy() -> None:
    """End what Ray Data keeps running for the next execution, if no other driver is there to use it.

    These processes are never quite idle: each takes some thousandths of a core for as long as the cluster lives.
    """
    import ray
    from ray._private import state

    mine = ray.get_runtime_context().get_job_id()
    others = (job for job in state.state.job_table() if not job["IsDead"] and job["JobID"] != mine)
    # Where jobs are submitted, the agent of the dashboard counts as a driver for ever.
    if all(job["Entrypoint"].startswith("ray::DashboardAgent") for job in others):
        for name, namespace in KEPT_BY_RAY_DATA.items():
            with suppress(ValueError):  # it was never started
                ray.kill(ray.get_actor(name, namespace))


def disconnect() -> None:
    """Leave the cluster."""
    import ray

    if ray.is_initialized():
        ray.shutdown()


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Ray's native part greets on the file descriptor itself; what matters is raised."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
