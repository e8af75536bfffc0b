"""The local stack with its real PostgreSQL: its promise, its failures, and what is left after a kill."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg
import pytest

from aima import local
from aima.errors import DiskFull, HomeUnusable, PortTaken, ServerFailed, StackDown
from aima.local import home as homes
from aima.local import process
from aima.local.home import home_at
from aima.local.ports import free_ports
from aima.local.postgres import ROLE_NOTE
from aima.local.state import current_state
from aima.settings import Settings
from tests.conftest import ONLY_POSTGRES, SMALL_RAY, make_home, make_settings


def connect(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(local.postgres_url(settings).replace("+psycopg", ""), connect_timeout=5)


@pytest.fixture(scope="module")
def shared() -> Iterator[Settings]:
    """One data directory with a row in its database. A test may leave it stopped, but not broken."""
    settings = make_settings(make_home(), **ONLY_POSTGRES)
    local.start(settings)
    with connect(settings) as link:
        link.execute("CREATE TABLE kept AS SELECT 7 AS value")
    yield settings
    local.stop(settings)
    shutil.rmtree(settings.home)


def read_rows(settings: Settings) -> list[tuple[int]]:
    with connect(settings) as link:
        return link.execute("SELECT value FROM kept").fetchall()


def postgres_pid(settings: Settings) -> int:
    pid = local.status(settings)[0].pid
    assert pid is not None
    return pid


def supervisor_pid(settings: Settings) -> int:
    state = current_state(home_at(settings.home))
    assert state is not None
    return state.pid


def await_new_postgres(settings: Settings, old: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status = local.status(settings)[0]
        if status.state == "healthy" and status.pid != old:
            return
        time.sleep(0.05)
    raise AssertionError(local.status(settings))


def kill_supervisor(settings: Settings) -> None:
    pid = supervisor_pid(settings)
    os.kill(pid, signal.SIGKILL)
    while process.is_alive(pid):
        time.sleep(0.01)


def test_starts_stops_and_keeps_rows(shared: Settings) -> None:
    local.start(shared)
    pid, supervisor = postgres_pid(shared), supervisor_pid(shared)
    local.start(shared)
    assert (postgres_pid(shared), supervisor_pid(shared)) == (pid, supervisor)
    local.stop(shared)
    assert not process.is_alive(pid)
    assert not process.is_alive(supervisor)
    assert local.status(shared)[0].state == "stopped"
    local.start(shared)
    assert read_rows(shared) == [(7,)]


def test_a_killed_postgres_comes_back_at_the_same_address(shared: Settings) -> None:
    local.start(shared)
    url, pid = local.postgres_url(shared), postgres_pid(shared)
    os.kill(pid, signal.SIGKILL)
    await_new_postgres(shared, pid)
    assert local.postgres_url(shared) == url
    assert read_rows(shared) == [(7,)]


@pytest.mark.parametrize("with_postgres", [False, True])
def test_up_works_after_a_killed_supervisor(shared: Settings, with_postgres: bool) -> None:
    local.start(shared)
    orphan = postgres_pid(shared)
    kill_supervisor(shared)
    if with_postgres:
        os.kill(orphan, signal.SIGKILL)
    local.start(shared)
    assert not process.is_alive(orphan)
    assert read_rows(shared) == [(7,)]


def test_down_ends_what_a_killed_supervisor_left(shared: Settings) -> None:
    local.start(shared)
    orphan = postgres_pid(shared)
    kill_supervisor(shared)
    local.stop(shared)
    assert not process.is_alive(orphan)


def test_two_starts_at_once_make_one_supervisor(shared: Settings) -> None:
    local.stop(shared)
    with ThreadPoolExecutor(2) as both:
        list(both.map(local.start, [shared, shared]))
    postmasters = [one for one in process.marked(shared.home, "postgres") if one.ppid() == supervisor_pid(shared)]
    assert len(postmasters) == 1
    assert local.status(shared)[0].state == "healthy"


def test_up_during_a_down_waits_for_its_end_and_starts_again(shared: Settings) -> None:
    local.start(shared)
    old = supervisor_pid(shared)
    with connect(shared) as held, ThreadPoolExecutor(1) as other:
        down = other.submit(local.stop, shared)
        while (state := current_state(home_at(shared.home))) is not None and not state.is_ending:
            time.sleep(0.001)
        local.start(shared)
        assert down.result() is None
        with pytest.raises(psycopg.OperationalError):
            held.execute("SELECT 1")
    assert supervisor_pid(shared) != old
    assert not process.is_alive(old)
    assert local.status(shared)[0].state == "healthy"
    assert read_rows(shared) == [(7,)]


def test_a_down_during_an_up_wins(shared: Settings) -> None:
    local.stop(shared)
    with ThreadPoolExecutor(1) as other:
        up = other.submit(local.start, shared)
        while current_state(home_at(shared.home)) is None:
            time.sleep(0.001)
        local.stop(shared)
        with pytest.raises(ServerFailed, match="stopped while it started"):
            up.result()
    assert local.status(shared)[0].state == "stopped"
    assert process.marked(shared.home, "postgres") == []


def test_a_second_home_runs_beside_the_first(shared: Settings, postgres: str) -> None:
    local.start(shared)
    with psycopg.connect(postgres.replace("+psycopg", "")) as other:
        assert other.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    assert read_rows(shared) == [(7,)]


def test_a_taken_port_is_named_and_nothing_is_written(spare: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        settings = make_settings(spare.home, **ONLY_POSTGRES, local={"postgres_port": port})
        with pytest.raises(PortTaken, match=f"port {port} is in use") as caught:
            local.start(settings)
    assert "AIMA_LOCAL__POSTGRES_PORT" in caught.value.remedy
    assert list(spare.home.iterdir()) == []


def test_a_fixed_port_is_used(shared: Settings) -> None:
    local.stop(shared)
    port = free_ports(1)[0]
    settings = make_settings(shared.home, **ONLY_POSTGRES, local={"postgres_port": port})
    local.start(settings)
    assert local.status(settings)[0].address == f"127.0.0.1:{port}"


def test_a_home_that_the_user_of_postgres_cannot_pass_is_refused(spare: Settings) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lends PostgreSQL another user")
    spare.home.chmod(0o700)
    with pytest.raises(HomeUnusable, match=str(spare.home)) as caught:
        local.start(spare)
    assert "AIMA_HOME" in caught.value.remedy
    assert list(spare.home.iterdir()) == []
    assert spare.home.stat().st_mode & 0o777 == 0o700


def test_secrets_and_data_are_closed_to_others(shared: Settings) -> None:
    local.start(shared)
    home = home_at(shared.home)
    assert home.password_file.stat().st_mode & 0o777 == 0o600
    for private in (home.secrets, home.run, home.logs, home.postgres, home.ray.parent):
        assert private.stat().st_mode & 0o777 == 0o700
    assert home.password_file.read_text() not in " ".join(psutil.Process(postgres_pid(shared)).cmdline())


def test_a_lost_password_is_drawn_anew(shared: Settings) -> None:
    local.stop(shared)
    home_at(shared.home).password_file.unlink()
    local.start(shared)
    assert read_rows(shared) == [(7,)]


def test_a_password_that_died_before_the_role_had_it_is_set_by_the_next_life(shared: Settings) -> None:
    local.stop(shared)
    home_at(shared.home).password_file.unlink()
    homes.secret(home_at(shared.home).password_file)
    local.start(shared)
    assert read_rows(shared) == [(7,)]


def test_a_cluster_of_an_older_aima_gets_its_password_noted(shared: Settings) -> None:
    local.stop(shared)
    note = shared.home / "postgres" / "data" / ROLE_NOTE
    note.unlink()
    local.start(shared)
    assert read_rows(shared) == [(7,)]
    assert note.read_text() == homes.digest_of(home_at(shared.home).password_file.read_text())


def test_a_broken_cluster_is_reported_with_its_log_and_tried_again_by_up(shared: Settings) -> None:
    local.stop(shared)
    version = shared.home / "postgres" / "data" / "PG_VERSION"
    right = version.read_text()
    version.write_text("9.6\n")
    with pytest.raises(ServerFailed, match=r"initialized by PostgreSQL version 9\.6") as caught:
        local.start(shared)
    assert "\n" not in caught.value.message
    assert local.status(shared)[0].state == "failed"
    with pytest.raises(StackDown, match="postgres is not running"):
        local.postgres_url(shared)
    version.write_text(right)
    local.start(shared)
    assert read_rows(shared) == [(7,)]


def test_a_server_that_never_answers_fails_and_the_others_stay(shared: Settings) -> None:
    local.stop(shared)
    settings = make_settings(shared.home, **ONLY_POSTGRES | {"ray": SMALL_RAY | {"start_timeout_s": 0.01}})
    with pytest.raises(ServerFailed, match="ray did not answer"):
        local.start(settings)
    states = {server.name: server.state for server in local.status(settings)}
    assert (states["postgres"], states["ray"]) == ("healthy", "failed")
    assert read_rows(settings) == [(7,)]
    local.stop(settings)


def test_a_full_data_directory_is_refused(full_disk: Settings) -> None:
    with pytest.raises(DiskFull, match=str(full_disk.home)) as caught:
        local.start(full_disk)
    assert "\n" not in str(caught.value)
    assert list(full_disk.home.iterdir()) == []
