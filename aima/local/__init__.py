"""Supervises the embedded servers: PostgreSQL, documents, vectors and Ray, on loopback, under one data directory."""

from aima.local.addresses import dashboard_url, milvus_url, mongo_url, namespace, postgres_url, ray_environment
from aima.local.changes import changed
from aima.local.stack import start, stop
from aima.local.state import ServerStatus
from aima.local.status import status

__all__ = [
    "ServerStatus",
    "changed",
    "dashboard_url",
    "milvus_url",
    "mongo_url",
    "namespace",
    "postgres_url",
    "ray_environment",
    "start",
    "status",
    "stop",
]
