from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from aima.domain.queue import Node
from aima.errors import StoreOutdated
from aima.stores.postgres import PostgresStores, migrate
from aima.stores.postgres.engine import open_engine
from tests.databases import connect
from tests.persons_made import add_medium
from tests.stores.postgres.queue.made import submit


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


def test_jobs_of_the_time_before_the_queue_come_along_and_go_back(engine, empty_database):
    migrate.upgrade(engine)
    migrate.downgrade(engine, "0003")
    assert not {"job_segments", "fleets"} & tables(empty_database)
    with PostgresStores(engine) as stores:
        media_id = add_medium(stores, "a.mp4").media_id
        for state in ("queued", "running", "done", "cancelled"):
            add_old_job(empty_database, media_id, state)
        migrate.upgrade(engine)
        old = {(job.state, job.code, tuple(job.request)) for job in stores.jobs.all()}
        assert old == {("failed", "interrupted", ()), ("done", None, ()), ("cancelled", None, ())}
        assert stores.queue.finished_jobs() == []
        jobs = [submit(stores, f"{name}.mp4", request={"models": {}}) for name in "bcd"]
        stores.queue.lease("one", 1, 60.0)
        stores.queue.pause([jobs[1].job_id])
        stores.queue.assign(jobs[0].job_id, Node("here", "ab12"))
        migrate.downgrade(engine, "0003")
        migrate.upgrade(engine)
        assert [(job.state, job.code) for job in stores.jobs.of([job.job_id for job in jobs])] == [
            ("failed", "interrupted")
        ] * 3
        (assignment,) = stores.queue.assignments(jobs[0].job_id)
        assert (assignment.status, assignment.node.name) == ("failed", only_machine(stores))
        submit(stores, "e.mp4")
        assert len(stores.queue.lease("one", 9, 60.0)) == 3


def add_old_job(url: str, media_id: str, state: str) -> None:
    """A job as it was written before there was a queue."""
    query = (
        "INSERT INTO analysis_jobs (job_id, media_id, job_type, status, priority, analyzers, problems)"
        " VALUES (gen_random_uuid(), %s, 'analysis', %s, 0, '{}', '[]')"
    )
    with connect(url) as connection:
        connection.execute(query, (media_id, state))


def only_machine(stores: PostgresStores) -> str:
    """What the only machine is called once nobody knows its name any more."""
    with stores.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT instance_id FROM gpu_instances").scalar_one())


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
