"""Throw-away databases: there while they are used, gone afterwards, and others are left alone."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from aima.errors import StoreError
from aima.stores.postgres import PostgresStores, scratch_database
from tests.databases import connect


def databases(url: str) -> set[str]:
    with connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def name_of(url: str) -> str:
    return str(make_url(url).database)


def test_is_empty_usable_and_gone_afterwards(server_url):
    before = databases(server_url)
    with scratch_database(server_url, "trial") as url:
        with PostgresStores.open(url) as stores:
            assert stores.media.all() == []
        assert databases(server_url) - before == {name_of(url)}
    assert databases(server_url) == before


def test_its_comment_says_what_it_is(server_url):
    with scratch_database(server_url, "trial") as url, connect(server_url) as connection:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        (comment,) = connection.execute(query, [name_of(url)]).fetchone()
    assert "throw-away" in comment
    assert "purpose trial" in comment


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_is_gone_after_an_error_and_with_open_connections(server_url, error):
    before = databases(server_url)

    def fail() -> None:
        with scratch_database(server_url, "trial") as url:
            kept.append(psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False)))
            raise error

    kept: list[psycopg.Connection] = []
    with pytest.raises(error):
        fail()
    kept[0].close()
    assert databases(server_url) == before


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(server_url, make_database):
    left, other = make_database(), make_database()
    with scratch_database(server_url, "trial") as used:
        with connect(server_url) as connection:
            query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
            (comment,) = connection.execute(query, [name_of(used)]).fetchone()
            connection.execute(f"COMMENT ON DATABASE \"{name_of(left)}\" IS '{comment}'")
        with scratch_database(server_url, "trial"):
            found = databases(server_url)
    assert name_of(left) not in found
    assert {name_of(used), name_of(other)} <= found


def test_a_role_that_may_not_make_databases_is_told_what_to_do(server_url):
    # The owner of a database is a member of this role, which may not make any.
    humble = make_url(server_url).update_query_dict({"options": "-c role=pg_database_owner"})
    with (
        pytest.raises(StoreError, match="may not make a database") as caught,
        scratch_database(humble.render_as_string(False), "trial"),
    ):
        pass
    assert "CREATEDB" in caught.value.remedy
