from __future__ import annotations

import os
import socket
import time

import pytest
from psycopg import errors as pg
from sqlalchemy import make_url

from aima.errors import DiskFull, SettingInvalid, StoreOutdated, StoreUnreachable
from aima.stores.postgres import PostgresStores
from aima.stores.postgres import engine as engines
from aima.stores.postgres.engine import normalise, open_engine, place
from tests.databases import alone


@pytest.fixture
def silent_port():
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_stopped_database_is_named_with_a_remedy(free_port):
    started = time.monotonic()
    with pytest.raises(StoreUnreachable, match=f"127.0.0.1:{free_port} does not answer") as caught:
        PostgresStores.open(f"postgresql://aima@127.0.0.1:{free_port}/aima")
    assert time.monotonic() - started < 10
    assert "aima up" in caught.value.remedy
    assert caught.value.retryable


def test_a_silent_database_is_given_up_as_the_url_says(silent_port):
    started = time.monotonic()
    with pytest.raises(StoreUnreachable, match=f"127.0.0.1:{silent_port}"):
        PostgresStores.open(f"postgresql://aima@127.0.0.1:{silent_port}/aima?connect_timeout=2")
    assert time.monotonic() - started < 10


def test_a_wrong_login_says_so_and_shows_no_password(database):
    wrong = make_url(database).set(username="nobody-here", password="s3cret")
    with pytest.raises(StoreUnreachable, match="refuses: ") as caught:
        PostgresStores.open(wrong.render_as_string(hide_password=False))
    assert "nobody-here" in caught.value.message
    assert "s3cret" not in f"{caught.value.message} {caught.value.remedy}"


def test_connections_that_the_server_ended_are_replaced(stores, database):
    stores.media.all()
    with alone(database) as connection:
        until = time.monotonic() + 10
        while connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'aima'"
        ).fetchone()[0]:
            assert time.monotonic() < until
    assert stores.media.all() == []


def test_a_connection_that_lay_idle_is_asked_before_it_is_used(stores, database, monkeypatch):
    asked = []
    ping = stores.engine.dialect.do_ping
    monkeypatch.setattr(stores.engine.dialect, "do_ping", lambda link: asked.append(link) or ping(link))
    stores.media.all()
    stores.media.all()
    assert asked == []
    monkeypatch.setattr(engines, "IDLE_S", 0.0)
    stores.media.all()
    assert len(asked) == 1


def test_a_vanished_server_is_noticed_by_the_kernel(stores):
    with stores.engine.connect() as connection:
        link = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(link.fileno())) as kernel:
            assert kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 10
            assert kernel.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 20_000


def test_reading_begins_no_transaction_and_writing_does(stores):
    with stores.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        assert connection.connection.driver_connection.info.transaction_status.name == "IDLE"
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
        assert connection.connection.driver_connection.info.transaction_status.name == "INTRANS"


def test_a_connection_lost_while_in_use_is_a_fact_not_a_trace(stores):
    with pytest.raises(StoreUnreachable), stores.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize(("raised", "expected"), [("disk_full", DiskFull), ("undefined_table", StoreOutdated)])
def test_errors_of_the_server_become_ours(stores, raised, expected):
    with pytest.raises(expected, match=r"127\.0\.0\.1"), stores.engine.begin() as connection:
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{raised}'; END $$")


def test_errors_that_nobody_can_mend_are_not_dressed_up(stores):
    with pytest.raises(Exception, match="division by zero") as caught, stores.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1 / 0")
    assert isinstance(caught.value.__cause__, pg.DivisionByZero)


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/aima", "postgresql://localhost:port/aima"])
def test_what_is_no_postgresql_url_is_refused(url):
    with pytest.raises(SettingInvalid, match="AIMA_STORES__POSTGRES"):
        open_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_spelling_of_the_scheme_uses_our_driver(scheme):
    url = normalise(f"{scheme}://aima@db.example:5433/aima")
    assert url.drivername == "postgresql+psycopg"
    assert place(url) == "db.example:5433"
