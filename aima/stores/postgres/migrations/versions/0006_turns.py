"""Turns of speakers beside tracks of faces."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0006_up.sql")


def downgrade() -> None:
    run_script("0006_down.sql")
