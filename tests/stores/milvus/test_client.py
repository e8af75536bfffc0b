"""What goes wrong with a vector server is said in a line that names it; one that comes back is used again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aima.errors import SettingInvalid, StoreError, StoreOutdated, StoreUnreachable
from aima.local.ports import LOOPBACK
from aima.local.program import python_program
from aima.local.vectors import PACKAGE, why_unreachable
from aima.stores.milvus import MilvusVectors, client
from aima.stores.milvus.client import Connection
from tests.stores.milvus.made import DIMENSION, FACES, row, unit

PATIENCE_S = 60.0


@pytest.mark.parametrize(
    "url", ["", "postgresql://127.0.0.1/aima", "http://", "http://a:secret@h:port", "file:///x.db"]
)
def test_what_is_no_url_is_refused_without_repeating_it(url):
    with pytest.raises(SettingInvalid, match="AIMA_STORES__MILVUS") as caught:
        MilvusVectors.open(url, "aima")
    assert "secret" not in caught.value.message


def test_a_place_shows_no_credentials():
    assert MilvusVectors.open("https://root:secret@db.example/aima", "aima").where == "vectors at db.example:19530"
    assert MilvusVectors.open("127.0.0.1:2953", "aima").where == "vectors at 127.0.0.1:2953"


@pytest.mark.parametrize(
    "call",
    [
        lambda vectors: vectors.prepare(FACES),
        lambda vectors: vectors.replace(FACES, "g", [row("a")], 1),
        lambda vectors: vectors.search(FACES, unit(1)[None], 3),
        lambda vectors: list(vectors.stamps(FACES)),
    ],
)
def test_a_server_that_is_away_is_named_at_once(call):
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        port = taken.getsockname()[1]
    vectors = MilvusVectors.open(f"http://somebody:secret@{LOOPBACK}:{port}", "aima")
    begun = time.monotonic()
    with pytest.raises(StoreUnreachable, match=f"vectors at {LOOPBACK}:{port} does not answer") as caught:
        call(vectors)
    assert time.monotonic() - begun < 5
    assert "secret" not in str(caught.value)
    vectors.close()


def test_a_server_that_swallows_everything_is_noticed_within_seconds(monkeypatch):
    monkeypatch.setattr(client, "CONNECT_S", 1.5)
    with socket.create_server((LOOPBACK, 0)) as hole:
        vectors = MilvusVectors.open(f"http://{LOOPBACK}:{hole.getsockname()[1]}", "aima")
        begun = time.monotonic()
        with pytest.raises(StoreUnreachable):
            vectors.count(FACES)
        assert time.monotonic() - begun < 10
        vectors.close()


def test_a_refused_call_is_no_matter_of_the_connection(milvus_url):
    connection = Connection(milvus_url)
    with pytest.raises(StoreError, match="vectors at") as caught:
        connection.call("describe_alias", "nobody")
    assert not isinstance(caught.value, StoreUnreachable)
    assert not caught.value.retryable
    connection.close()


@pytest.mark.parametrize("version", ["v2.5.14", "2.4.0-rc1", "v1.1"])
def test_a_server_that_is_too_old_is_refused(version):
    with pytest.raises(StoreOutdated, match=version):
        client._check_version(version, "vectors at h:1")


@pytest.mark.parametrize("version", ["v2.6.0", "2.6.4-gpu", "3.0", "milvus_lite-3.2.2"])
def test_newer_servers_are_taken(version):
    client._check_version(version, "vectors at h:1")


class Server:
    """A vector server of one test on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as taken:
            taken.bind((LOOPBACK, 0))
            self.port = taken.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        argv = [*python_program(PACKAGE), "server", "--data-dir", str(self._folder), "--host", LOOPBACK]
        with (self._folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen([*argv, "--port", str(self.port)], stdout=log, stderr=log)
        ends = time.monotonic() + PATIENCE_S
        while why_unreachable(self.url, 1) and time.monotonic() < ends:
            time.sleep(0.1)

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    made = Server(tmp_path / "data")
    made.start()
    yield made
    made.kill()


def test_a_client_outlives_the_death_of_its_server_and_nothing_is_lost(server):
    vectors = MilvusVectors.open(server.url, "aima")
    vectors.replace(FACES, "g", [row("a", seed=1), row("b", seed=2)], 3)
    vectors.point("face", FACES)
    vectors.flush(FACES)
    vectors.replace(FACES, "h", [row("c", "h", seed=3)], 4)
    server.kill()
    with pytest.raises(StoreUnreachable, match="does not answer"):
        vectors.search(FACES, unit(1)[None], 3)
    server.start()
    assert [hit.id for hit in vectors.search(FACES, unit(3)[None], 1)[0]] == ["c"]
    assert {stamp.id: stamp.version for stamp in vectors.stamps(FACES)} == {"a": 3, "b": 3, "c": 4}
    assert vectors.pointed("face") == FACES
    vectors.replace(FACES, "g", [], 5)
    assert vectors.count(FACES) == 1
    vectors.close()


def test_writing_goes_on_after_the_server_has_started_anew(server):
    vectors = MilvusVectors.open(server.url, "aima")
    vectors.replace(FACES, "g", [row("a", seed=1)], 1)
    server.kill()
    server.start()
    vectors.replace(FACES, "g", [row("b", seed=1)], 2)
    assert [stamp.id for stamp in vectors.stamps(FACES)] == ["b"]
    vectors.close()


def test_a_server_that_hangs_is_noticed_and_used_again_when_it_goes_on(server, monkeypatch):
    vectors = MilvusVectors.open(server.url, "aima")
    vectors.replace(FACES, "g", [row("a", seed=1)], 1)
    server.send(signal.SIGSTOP)
    threading.Timer(4, server.send, (signal.SIGCONT,)).start()
    connection = vectors._connection
    with pytest.raises(StoreUnreachable, match="gave no answer for 1 s"):
        connection.call("list_collections", timeout=1)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            assert vectors.count(FACES) == 1
            break
        except StoreUnreachable:
            time.sleep(0.2)
    else:
        pytest.fail(f"not used again after {PATIENCE_S} s")
    assert len(vectors.vectors(FACES, ["a"])["a"]) == DIMENSION
    vectors.close()
