"""The concept's eight tables, and contents, segments, observations, crops, tracks, fusion runs and the ledger."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0001_up.sql")


def downgrade() -> None:
    run_script("0001_down.sql")
