"""What goes wrong with a document server is said in a line that names it."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from aima.errors import AimaError, SettingInvalid, StoreUnreachable
from aima.stores.documents import Document
from aima.stores.mongo import MongoDocuments
from aima.stores.mongo.client import place
from tests.stores.mongo.test_contract import result


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("mongodb://127.0.0.1:2717/", "127.0.0.1:2717"),
        ("mongodb://somebody:secret@db.example:2717/aima?authSource=admin", "db.example:2717"),
        ("mongodb://db.example", "db.example:27017"),
        ("mongodb://db.example?tlsCertificateKeyFilePassword=secret", "db.example:27017"),
        ("mongodb://a.example:1,b.example:2/?replicaSet=r", "a.example:1,b.example:2"),
        ("mongodb+srv://somebody:secret@cluster.example/", "cluster.example"),
    ],
)
def test_a_place_shows_no_credentials(url, where):
    assert place(url) == where


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1/aima", "127.0.0.1:27017", "mongodb://", "mongodb://a:secret@:x/"]
)
def test_what_is_no_url_is_refused_without_repeating_it(url):
    with pytest.raises(SettingInvalid, match="AIMA_STORES__MONGO") as caught:
        MongoDocuments.open(url, "aima")
    assert "secret" not in caught.value.message


def test_a_server_that_is_away_is_named_within_seconds():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    documents = MongoDocuments.open(f"mongodb://somebody:secret@127.0.0.1:{port}/", "aima")
    begun = time.monotonic()
    with pytest.raises(StoreUnreachable, match=f"documents at 127.0.0.1:{port} does not answer") as caught:
        documents.replace("analysis_results", "medium", [result(0)], 1)
    assert time.monotonic() - begun < 10
    assert "secret" not in str(caught.value)
    documents.close()


def test_a_server_that_swallows_everything_is_noticed_within_seconds():
    with socket.create_server(("127.0.0.1", 0)) as hole:
        taken: list[socket.socket] = []
        threading.Thread(target=_swallow, args=(hole, taken), daemon=True).start()
        documents = MongoDocuments.open(f"mongodb://127.0.0.1:{hole.getsockname()[1]}/", "aima")
        begun = time.monotonic()
        with pytest.raises(StoreUnreachable, match="does not answer"):
            documents.get("person_dossiers", "somebody")
        assert time.monotonic() - begun < 15
        documents.close()
    for one in taken:
        one.close()


def _swallow(hole: socket.socket, taken: list[socket.socket]) -> None:
    try:
        while True:
            taken.append(hole.accept()[0])
    except OSError:
        return


def test_an_error_of_one_document_is_no_matter_of_the_connection(documents):
    with pytest.raises(AimaError) as caught:
        documents.replace("person_dossiers", "somebody", [Document("somebody", {}, "0" * 64)], 1)
    assert not caught.value.retryable
    assert "somebody" not in caught.value.remedy
