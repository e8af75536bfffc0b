"""Metrics with their node and labels, figures of the dashboard, and indexes that answer without the table."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0003_up.sql")


def downgrade() -> None:
    run_script("0003_down.sql")
