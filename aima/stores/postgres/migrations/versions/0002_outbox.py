"""The outbox, findings of contents, vectors of texts, and which model versions answer."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0002_up.sql")


def downgrade() -> None:
    run_script("0002_down.sql")
