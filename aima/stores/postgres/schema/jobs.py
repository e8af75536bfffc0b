"""Tables: analysis_jobs, gpu_instances, job_assignments, system_metrics."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from aima.stores.postgres.schema.base import metadata, stamp, uuid_column

analysis_jobs = Table(
    "analysis_jobs",
    metadata,
    uuid_column("job_id", primary_key=True),
    Column("media_id", Uuid(as_uuid=False), ForeignKey("media_files.media_id", ondelete="CASCADE"), nullable=False),
    uuid_column("batch_id", null=True),
    Column("job_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("analyzers", JSONB, nullable=False),
    Column("code", Text),
    Column("detail", Text),
    Column("problems", JSONB, nullable=False),
    stamp("created_at", now=True),
    stamp("started_at"),
    stamp("completed_at"),
    uuid_column("created_by", "users.user_id", null=True),
    Column("request", JSONB, nullable=False, server_default=text("'{}'")),
    Index("analysis_jobs_media_id", "media_id", "created_at"),
    Index(
        "analysis_jobs_open",
        text("priority DESC"),
        "created_at",
        "job_id",
        postgresql_where=text("status IN ('queued', 'running')"),
    ),
)

gpu_instances = Table(
    "gpu_instances",
    metadata,
    uuid_column("instance_id", primary_key=True),
    Column("provider", Text, nullable=False),
    Column("instance_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("vram", BigInteger),
    stamp("created_at", now=True),
    stamp("last_active"),
    Column("node", Text, nullable=False),
    Column("node_id", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("node", "node_id"),
)

job_assignments = Table(
    "job_assignments",
    metadata,
    uuid_column("assignment_id", primary_key=True),
    Column("job_id", Uuid(as_uuid=False), ForeignKey("analysis_jobs.job_id", ondelete="CASCADE"), nullable=False),
    uuid_column("instance_id", "gpu_instances.instance_id"),
    stamp("assigned_at", now=True),
    stamp("completed_at"),
    Column("status", Text, nullable=False),
    UniqueConstraint("job_id", "instance_id"),
)

system_metrics = Table(
    "system_metrics",
    metadata,
    uuid_column("metric_id", primary_key=True),
    Column("metric_type", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("timestamp", stamp("timestamp").type, primary_key=True),
    uuid_column("instance_id", "gpu_instances.instance_id", null=True),
    Column("node", Text),
    uuid_column("job_id", null=True),
    Column("labels", JSONB, nullable=False, server_default=text("'{}'")),
    Index("system_metrics_metric_type", "metric_type", "timestamp"),
    postgresql_partition_by="RANGE (timestamp)",
)
