"""The queue: segments of jobs, the fleets that take them, and the machines that worked on a job."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0004_up.sql")


def downgrade() -> None:
    run_script("0004_down.sql")
