"""Supervises the embedded servers: PostgreSQL and Ray, on loopback, under one data directory."""

from aima.local.addresses import postgres_url
from aima.local.stack import start, stop
from aima.local.state import ServerStatus
from aima.local.status import status

__all__ = ["ServerStatus", "postgres_url", "start", "status", "stop"]
