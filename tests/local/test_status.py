import pytest

from aima import local
from aima.local.ports import free_ports
from aima.local.status import host_of
from aima.settings import Settings
from tests.conftest import make_settings

NAMES = ("postgres", "documents", "vectors", "ray")


def test_the_whole_stack_is_healthy(stack: Settings) -> None:
    servers = local.status(stack)
    assert {server.name: server.state for server in servers} == dict.fromkeys(NAMES, "healthy")
    assert all(server.address.startswith("127.0.0.1:") and server.pid and server.since for server in servers)


def test_urls_replace_the_servers_and_are_really_asked(stack: Settings, spare: Settings) -> None:
    gcs = local.ray_environment(stack)["RAY_ADDRESS"]
    stores = {
        "postgres": local.postgres_url(stack), "mongo": local.mongo_url(stack), "milvus": local.milvus_url(stack),
    }  # fmt: skip
    settings = make_settings(spare.home, stores=stores, ray={"address": gcs})
    local.start(settings)
    servers = local.status(settings)
    assert {server.name: server.state for server in servers} == dict.fromkeys(NAMES, "external")
    assert servers[-1].address == gcs
    assert list(spare.home.iterdir()) == []
    assert local.postgres_url(settings) == local.postgres_url(stack)
    assert (local.mongo_url(settings), local.milvus_url(settings)) == (stores["mongo"], stores["milvus"])
    assert "aima:" not in str(servers)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_external_server_that_is_away_is_failed(spare: Settings, scheme: str) -> None:
    port = free_ports(1)[0]
    where = f"someone:hidden@127.0.0.1:{port}"
    stores = {"postgres": f"postgres://{where}/x", "mongo": f"mongodb://{where}", "milvus": f"http://{where}"}
    settings = make_settings(spare.home, stores=stores, ray={"address": f"{scheme}127.0.0.1:{port}"})
    servers = local.status(settings)
    assert {server.name: server.state for server in servers} == dict.fromkeys(NAMES, "failed")
    assert all("external, does not answer: " in server.detail and "\n" not in server.detail for server in servers)
    assert "hidden" not in str(servers)


def test_what_is_no_url_is_failed_and_not_shown(spare: Settings) -> None:
    where = "someone:hidden/word@db.example:port"
    stores = {"postgres": f"postgres://{where}/x", "mongo": f"mongodb://{where}", "milvus": f"http://{where}"}
    servers = local.status(make_settings(spare.home, stores=stores, ray={"address": "ray://127.0.0.1:port"}))
    assert {server.name: server.state for server in servers} == dict.fromkeys(NAMES, "failed")
    assert "hidden" not in str(servers)


def test_a_stopped_stack_is_stopped(spare: Settings) -> None:
    servers = local.status(make_settings(spare.home))
    assert [(server.name, server.state, server.address) for server in servers] == [
        (name, "stopped", "") for name in NAMES
    ]


def test_no_password_is_shown() -> None:
    assert host_of("postgresql://u:p%40q@db.example:5432/x?sslmode=require") == "db.example:5432/x"
