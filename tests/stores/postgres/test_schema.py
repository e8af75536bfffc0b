from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from aima.stores.postgres.schema import metadata


def test_the_migrations_build_what_the_code_expects(stores):
    def ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or not (name or "").startswith("system_metrics_2")  # partitions by month

    with stores.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []


def test_the_eight_tables_of_the_concept_are_there(stores):
    concept = {
        "users",
        "media_files",
        "analysis_jobs",
        "gpu_instances",
        "job_assignments",
        "persons",
        "person_appearances",
        "system_metrics",
    }
    assert concept <= set(metadata.tables)
