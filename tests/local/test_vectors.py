"""The local vector server: where it listens, and what is left after it was ended."""

import signal
from pathlib import Path

import numpy as np
import pytest
from pymilvus import MilvusClient

from aima.local import home as homes
from aima.local.home import home_at
from aima.local.listeners import listeners
from aima.local.ports import free_ports
from aima.local.vectors import Vectors, local_url, why_unreachable
from tests.conftest import make_settings
from tests.local.serving import serving

ROWS, DIMENSION = 200, 16


@pytest.fixture
def server(place: Path) -> Vectors:
    home = home_at(place)
    homes.prepare(home)
    return Vectors(make_settings(place), home)


@pytest.mark.parametrize("end", [None, signal.SIGTERM, signal.SIGKILL])
def test_what_was_flushed_is_found_after_its_end(server: Vectors, end: signal.Signals | None) -> None:
    ports = server.choose_ports({})
    vectors = np.random.default_rng(0).normal(size=(ROWS, DIMENSION)).astype(np.float32)
    with serving(server, ports, end):
        client = MilvusClient(local_url(ports["port"]))
        client.create_collection("kept", DIMENSION)
        client.insert("kept", [{"id": number, "vector": vector} for number, vector in enumerate(vectors)])
        client.flush("kept")
        client.close()
    with serving(server, ports):
        client = MilvusClient(local_url(ports["port"]))
        client.load_collection("kept")
        found = client.search("kept", vectors[7:8], limit=1, search_params={"metric_type": "COSINE"})
        assert found[0][0]["id"] == 7
        assert client.query("kept", output_fields=["count(*)"])[0]["count(*)"] == ROWS
        client.close()


def test_it_listens_on_loopback_only(server: Vectors) -> None:
    ports = server.choose_ports({})
    with serving(server, ports):
        assert [(one.port, one.is_loopback) for one in listeners(server.home, "vectors")] == [(ports["port"], True)]
        assert why_unreachable(local_url(ports["port"])) == ""


def test_silence_has_a_reason_in_one_line_without_the_password() -> None:
    port = free_ports(1)[0]
    why = why_unreachable(f"http://someone:hidden@127.0.0.1:{port}", 1)
    assert why
    assert "\n" not in why
    assert "hidden" not in why
