"""The local document server: who gets in, and what is left after it was ended."""

import signal
import stat
from pathlib import Path

import pytest
from pymongo import MongoClient, WriteConcern
from pymongo.errors import OperationFailure

from aima.errors import DiskFull
from aima.local import home as homes
from aima.local.documents import Documents, local_url
from aima.local.home import home_at
from aima.local.mongo import why_unreachable
from aima.local.ports import free_ports
from aima.settings import Settings
from tests.conftest import make_settings
from tests.local.serving import serving

ROWS = 40


@pytest.fixture
def server(place: Path) -> Documents:
    home = home_at(place)
    homes.prepare(home)
    return Documents(make_settings(place), home)


def count(url: str) -> int:
    with MongoClient(url) as client:
        return client["kept"]["rows"].count_documents({})


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_what_it_acknowledged_is_there_after_its_end(server: Documents, end: signal.Signals) -> None:
    ports = server.choose_ports({})
    with serving(server, ports, end), MongoClient(local_url(server.home, ports["port"])) as client:
        rows = client["kept"].get_collection("rows", write_concern=WriteConcern(j=True))
        for number in range(ROWS):
            rows.insert_one({"_id": number})
    with serving(server, ports):
        assert count(local_url(server.home, ports["port"])) == ROWS


def test_only_who_has_the_password_gets_in(server: Documents) -> None:
    ports = server.choose_ports({})
    with serving(server, ports):
        assert server.address(ports) == f"127.0.0.1:{ports['port']}"
        assert server.home.documents_password_file.stat().st_mode & 0o777 == 0o600
        assert stat.S_IMODE(server.home.documents.stat().st_mode) == 0o700
        for url in (f"mongodb://127.0.0.1:{ports['port']}", f"mongodb://aima:wrong@127.0.0.1:{ports['port']}"):
            with pytest.raises(OperationFailure, match="authentication"), MongoClient(url) as client:
                client.list_database_names()
        assert server.home.documents_password_file.read_text() not in " ".join(server.launch(ports).argv)
        wrong = f"mongodb://aima:wrong@127.0.0.1:{ports['port']}"
        assert "authentication failed" in why_unreachable(wrong)


def test_a_lost_password_is_drawn_anew_and_documents_stay(server: Documents) -> None:
    ports = server.choose_ports({})
    with serving(server, ports), MongoClient(local_url(server.home, ports["port"])) as client:
        client["kept"]["rows"].insert_one({"_id": 1})
    old = server.home.documents_password_file.read_text()
    server.home.documents_password_file.unlink()
    with serving(server, ports):
        assert server.home.documents_password_file.read_text() != old
        assert count(local_url(server.home, ports["port"])) == 1


class Died(BaseException):
    """Stands for kill -9."""


@pytest.mark.parametrize("step", ["make_directory", "rename"])
def test_a_setup_that_died_between_two_steps_is_finished_by_the_next_life(
    server: Documents, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(homes if step == "make_directory" else Path, step, die)
        with pytest.raises(Died):
            server.prepare()
    ports = server.choose_ports({})
    with serving(server, ports):
        assert count(local_url(server.home, ports["port"])) == 0


def test_a_password_that_died_before_it_was_set_is_set_by_the_next_life(server: Documents) -> None:
    server.prepare()
    server.home.documents_password_file.unlink()
    homes.secret(server.home.documents_password_file)
    ports = server.choose_ports({})
    with serving(server, ports):
        assert count(local_url(server.home, ports["port"])) == 0


def test_a_full_disk_is_refused(full_disk: Settings) -> None:
    with pytest.raises(DiskFull):
        Documents(full_disk, home_at(full_disk.home)).prepare()
    assert list(full_disk.home.iterdir()) == []


def test_silence_has_a_reason_in_one_line_without_the_password() -> None:
    why = why_unreachable(f"mongodb://someone:hidden@127.0.0.1:{free_ports(1)[0]}", 1)
    assert "onnection refused" in why
    assert "\n" not in why
    assert "hidden" not in why
