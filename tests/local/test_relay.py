"""The local relay: it starts after PostgreSQL, turns, comes back, and knows the settings of the stack."""

import os
import shutil
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from aima import local
from aima.errors import ServerFailed
from aima.local.home import home_at
from aima.local.relay import Relay
from aima.settings import Settings
from tests.conftest import ONLY_POSTGRES, make_home, make_settings


@pytest.fixture(scope="module")
def relayed() -> Iterator[Settings]:
    """A stack of PostgreSQL and relay."""
    settings = make_settings(make_home(), **ONLY_POSTGRES, local={"relay": True})
    local.start(settings)
    yield settings
    local.stop(settings)
    shutil.rmtree(settings.home)


def relay_of(settings: Settings) -> local.ServerStatus:
    (found,) = [server for server in local.status(settings) if server.name == "relay"]
    return found


def test_it_turns_once_the_database_is_there(relayed: Settings) -> None:
    postgres, relay = local.status(relayed)[0], relay_of(relayed)
    assert relay.state == "healthy"
    assert postgres.since is not None
    assert relay.since is not None
    assert postgres.since < relay.since
    heartbeat = relayed.home / "run" / "relay.heartbeat"
    first = heartbeat.stat().st_mtime
    until = time.monotonic() + 20
    while heartbeat.stat().st_mtime == first:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_killed_relay_comes_back(relayed: Settings) -> None:
    old = relay_of(relayed)
    assert old.pid is not None
    os.kill(old.pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while (new := relay_of(relayed)).pid == old.pid or new.state != "healthy":
        assert time.monotonic() < until
        time.sleep(0.1)


def test_it_has_the_settings_of_the_stack(relayed: Settings) -> None:
    pid = relay_of(relayed).pid
    environment = psutil.Process(pid).environ()
    assert environment["AIMA_HOME"] == str(relayed.home)
    assert environment["AIMA_STORES__MILVUS"] == relayed.stores.milvus
    assert "AIMA_STORES__POSTGRES" not in environment


def test_it_ends_before_the_database_that_it_listens_to(relayed: Settings) -> None:
    log = home_at(relayed.home).log("relay")
    said = log.stat().st_size
    local.stop(relayed)
    assert log.read_text()[said:] == ""
    local.start(relayed)


def test_other_stores_need_a_restart(relayed: Settings) -> None:
    stores = relayed.stores.model_copy(update={"milvus": "http://u:secret@v.example:1"})
    other = relayed.model_copy(update={"stores": stores})
    assert [(one.server, one.variables) for one in local.changed(other)] == [("relay", ("AIMA_STORES__MILVUS",))]
    metrics = relayed.metrics.model_copy(update={"keep_months": 1})
    (found,) = local.changed(relayed.model_copy(update={"metrics": metrics}))
    assert found.variables == ("AIMA_METRICS__KEEP_MONTHS",)
    assert local.changed(relayed) == []


def test_a_heartbeat_that_is_too_old_is_silence(spare: Settings) -> None:
    relay = Relay(spare, home_at(spare.home))
    relay.home.run.mkdir(parents=True)
    assert not relay.is_healthy({})
    heartbeat = relay.home.run / "relay.heartbeat"
    heartbeat.touch()
    assert relay.is_healthy({})
    os.utime(heartbeat, times=(0, time.time() - Relay.fresh_s - 1))
    assert not relay.is_healthy({})
    relay.prepare()
    assert not heartbeat.exists()


def test_it_waits_for_a_database_that_failed_and_says_so(spare: Settings) -> None:
    settings = spare.model_copy(update={"local": spare.local.model_copy(update={"relay": True})})
    local.start(spare)
    local.stop(spare)
    (spare.home / "postgres" / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerFailed, match="PostgreSQL version"):
        local.start(settings)
    assert relay_of(settings).detail.startswith("relay needs postgres, which failed")
