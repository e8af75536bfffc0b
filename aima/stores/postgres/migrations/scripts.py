"""Runs the SQL files that lie beside the revisions."""

from __future__ import annotations

from pathlib import Path

from alembic import op

VERSIONS = Path(__file__).parent / "versions"


def run_script(name: str) -> None:
    """Execute the statements of a file in the transaction of the migration; blank lines separate them."""
    for statement in (VERSIONS / name).read_text().strip().split("\n\n"):
        op.get_bind().exec_driver_sql(statement)
