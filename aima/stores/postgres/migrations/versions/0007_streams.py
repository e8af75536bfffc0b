"""Markers tell which stream their segment is of."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0007_up.sql")


def downgrade() -> None:
    run_script("0007_down.sql")
