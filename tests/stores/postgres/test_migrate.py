from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from aima.errors import StoreOutdated
from aima.stores.postgres import PostgresStores, migrate
from aima.stores.postgres.engine import open_engine
from tests.databases import connect
from tests.persons_made import add_medium


@pytest.fixture
def engine(empty_database):
    opened = open_engine(empty_database)
    yield opened
    opened.dispose()


def tables(url: str) -> set[str]:
    with connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows}


def test_upgrade_builds_everything_and_again_changes_nothing(engine, empty_database):
    migrate.upgrade(engine)
    built = tables(empty_database)
    assert {"media_files", "ledger_events", "tracks"} <= built
    migrate.upgrade(engine)
    assert tables(empty_database) == built


def test_downgrade_takes_it_back_and_upgrade_builds_it_again(engine, empty_database):
    migrate.upgrade(engine)
    built = tables(empty_database)
    migrate.downgrade(engine, "base")
    assert tables(empty_database) == {"alembic_version"}
    migrate.upgrade(engine)
    assert tables(empty_database) == built


def test_several_at_once_all_succeed(empty_database):
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: PostgresStores.open(empty_database), range(4)))
    for stores in opened:
        assert stores.media.all() == []
        stores.close()


def test_a_newer_schema_is_refused_and_left_alone(engine, empty_database):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for may_migrate in (True, False):
        with pytest.raises(StoreOutdated, match="version 9999"):
            PostgresStores.open(empty_database, migrate_schema=may_migrate)


def test_an_older_schema_is_refused_where_it_may_not_be_migrated(empty_database):
    with pytest.raises(StoreOutdated, match="older than this AIMA"):
        PostgresStores.open(empty_database, migrate_schema=False)
    assert tables(empty_database) == set()


def test_killed_in_the_middle_leaves_a_usable_database(empty_database):
    script = (
        "import sys, time\n"
        "from aima.stores.postgres import migrate\n"
        "from aima.stores.postgres.engine import open_engine\n"
        "def stay(*_):\n"
        "    print('built', flush=True); time.sleep(60)\n"
        "migrate._ensure_months = stay\n"
        "migrate.upgrade(open_engine(sys.argv[1]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, empty_database], stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"built\n"
        os.kill(child.pid, signal.SIGKILL)
    assert tables(empty_database) == set()
    started = time.monotonic()
    with PostgresStores.open(empty_database) as stores:
        assert add_medium(stores, "a.mp4") in stores.media.all()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("today", "months"), [(date(2026, 11, 5), ("2026_11", "2026_12")), (date(2027, 12, 31), ("2027_12", "2028_01"))]
)
def test_metrics_have_partitions_for_this_month_and_the_next(engine, empty_database, today, months):
    migrate.upgrade(engine)
    with engine.begin() as connection:
        migrate._ensure_months(connection, today)
    assert {f"system_metrics_{month}" for month in months} <= tables(empty_database)
