import pytest

from aima import local
from aima.local.ports import free_ports
from aima.local.status import host_of
from aima.settings import Settings
from tests.conftest import make_settings


def test_the_whole_stack_is_healthy(stack: Settings) -> None:
    servers = local.status(stack)
    assert [(server.name, server.state) for server in servers] == [("postgres", "healthy"), ("ray", "healthy")]
    assert all(server.address.startswith("127.0.0.1:") and server.pid and server.since for server in servers)


def test_urls_replace_the_servers_and_are_really_asked(stack: Settings, spare: Settings) -> None:
    gcs = local.ray_environment(stack)["RAY_ADDRESS"]
    settings = make_settings(spare.home, stores={"postgres": local.postgres_url(stack)}, ray={"address": gcs})
    local.start(settings)
    servers = local.status(settings)
    assert [(server.name, server.state) for server in servers] == [("postgres", "external"), ("ray", "external")]
    assert servers[1].address == gcs
    assert list(spare.home.iterdir()) == []
    assert local.postgres_url(settings) == local.postgres_url(stack)
    assert "aima:" not in str(servers)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_external_server_that_is_away_is_failed(spare: Settings, scheme: str) -> None:
    port = free_ports(1)[0]
    url = f"postgres://someone:hidden@127.0.0.1:{port}/x"
    settings = make_settings(spare.home, stores={"postgres": url}, ray={"address": f"{scheme}127.0.0.1:{port}"})
    servers = local.status(settings)
    assert [server.state for server in servers] == ["failed", "failed"]
    assert all("external, does not answer: " in server.detail and "\n" not in server.detail for server in servers)
    assert "hidden" not in str(servers)


def test_a_stopped_stack_is_stopped(spare: Settings) -> None:
    servers = local.status(make_settings(spare.home))
    assert [(server.name, server.state, server.address) for server in servers] == [
        ("postgres", "stopped", ""),
        ("ray", "stopped", ""),
    ]


def test_no_password_is_shown() -> None:
    assert host_of("postgresql://u:p%40q@db.example:5432/x?sslmode=require") == "db.example:5432/x"
