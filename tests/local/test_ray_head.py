"""The real Ray head: who may talk to it, from where, and what its workers know."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from aima import local
from aima.local.home import home_at
from aima.local.listeners import Listener, listeners
from aima.local.ray_head import RayHead
from aima.local.state import read_state
from aima.settings import Settings

DRIVER = """
import json, os, sys, ray
ray.init(logging_level="ERROR", log_to_driver=False)
def look():
    import aima
    return {"python": sys.executable, "aima": aima.__file__, "environment": dict(os.environ)}
print(json.dumps(ray.get(ray.remote(look).remote())))
"""
METHODS = {
    "gcs": "/ray.rpc.NodeInfoGcsService/GetAllNodeInfo",
    "raylet": "/ray.rpc.NodeManagerService/GetNodeStats",
    "object_manager": "/ray.rpc.ObjectManagerService/Pull",
    "agent_grpc": "/ray.rpc.ReporterService/HealthCheck",
    "client": "/ray.rpc.RayletDriver/ClusterInfo",
}
PAGES = {"dashboard": "/api/jobs/", "agent": "/api/jobs/", "runtime_env": "/"}
WORKER_METHOD = "/ray.rpc.CoreWorkerService/GetCoreWorkerStats"


def ports(settings: Settings) -> dict[str, int]:
    return read_state(home_at(settings.home)).servers["ray"].ports


def refusal(port: int, method: str, token: str = "") -> grpc.StatusCode | None:
    metadata = [("authorization", f"Bearer {token}")] if token else None
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            channel.unary_unary(method)(b"", timeout=10, metadata=metadata)
        except grpc.RpcError as error:
            return error.code()
    return None


def run_driver(stack: Settings, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **local.ray_environment(stack), **environment}
    return subprocess.run([sys.executable, "-c", DRIVER], env=given, capture_output=True, text=True, check=False)


def test_a_worker_finds_aima_and_no_secret(stack: Settings) -> None:
    done = run_driver(stack, SOME_API_KEY="hunter2")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["python"] == sys.executable
    assert seen["aima"].endswith("aima/__init__.py")
    assert seen["environment"]["AIMA_HOME"] == str(stack.home)
    assert home_at(stack.home).password_file.read_text() not in done.stdout
    assert home_at(stack.home).token_file.read_text() not in done.stdout
    assert "hunter2" not in done.stdout


def test_jobs_write_into_the_archive_of_the_stack(spare: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMA_ARCHIVE", "archive")
    settings = Settings(**spare.model_dump(exclude={"archive"}))
    head = RayHead(settings, home_at(settings.home))
    assert head.launch(head.choose_ports({})).environment["AIMA_ARCHIVE"] == str(Path.cwd() / "archive")


@pytest.mark.parametrize("name", METHODS)
def test_every_service_refuses_a_caller_without_the_token(stack: Settings, name: str) -> None:
    token = home_at(stack.home).token_file.read_text()
    assert refusal(ports(stack)[name], METHODS[name]) == grpc.StatusCode.UNAUTHENTICATED
    assert refusal(ports(stack)[name], METHODS[name], "wrong") == grpc.StatusCode.UNAUTHENTICATED
    assert refusal(ports(stack)[name], METHODS[name], token) != grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("name", PAGES)
def test_every_page_refuses_a_caller_without_the_token(stack: Settings, name: str) -> None:
    link = http.client.HTTPConnection("127.0.0.1", ports(stack)[name], timeout=10)
    link.request("GET", PAGES[name])
    assert link.getresponse().status == http.HTTPStatus.UNAUTHORIZED
    link.close()


def test_everything_listens_on_loopback_and_workers_refuse_too(stack: Settings) -> None:
    found = listeners(home_at(stack.home), "ray")
    named = set(ports(stack).values())
    assert {one.port for one in found} >= {ports(stack)[name] for name in (*METHODS, *PAGES)}
    assert [one for one in found if not one.is_loopback] == []
    workers = [one for one in found if one.port not in named]
    assert all(is_closed(worker) for worker in workers)


def is_closed(worker: Listener) -> bool:
    return refusal(worker.port, WORKER_METHOD) == grpc.StatusCode.UNAUTHENTICATED


def test_the_dashboard_is_where_jobs_are_submitted(stack: Settings) -> None:
    host, _, port = local.dashboard_url(stack).removeprefix("http://").partition(":")
    link = http.client.HTTPConnection(host, int(port), timeout=10)
    token = home_at(stack.home).token_file.read_text()
    link.request("GET", "/api/jobs/", headers={"Authorization": f"Bearer {token}"})
    answer = link.getresponse()
    assert (answer.status, isinstance(json.loads(answer.read()), list)) == (http.HTTPStatus.OK, True)
    link.close()
