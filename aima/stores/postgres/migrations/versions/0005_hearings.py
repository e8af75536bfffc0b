"""What is heard: speakers, turns, utterances and sounds of each content."""

from __future__ import annotations

from aima.stores.postgres.migrations.scripts import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script("0005_up.sql")


def downgrade() -> None:
    run_script("0005_down.sql")
