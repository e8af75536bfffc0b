"""Alembic's home: one Python file per revision with the SQL beside it."""
