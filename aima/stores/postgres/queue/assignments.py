"""Assignments: which machines worked on a job."""

from __future__ import annotations

import uuid
from typing import Any, Final

from sqlalchemy import Row, func, literal, text
from sqlalchemy.dialects.postgresql import insert

from aima.domain.media import NAMESPACE
from aima.domain.queue import Assignment, Node
from aima.domain.text import storable
from aima.stores.postgres.queue.base import Part
from aima.stores.postgres.schema import gpu_instances as instances

PROVIDER: Final = "ray"
NO_GPU: Final = "cpu"

# A job that ends meanwhile is waited for: it leaves no assignment open.
ASSIGN = text("""
INSERT INTO job_assignments (assignment_id, job_id, instance_id, assigned_at, status)
SELECT :assignment, job_id, :instance, clock_timestamp(), 'running' FROM analysis_jobs
WHERE job_id = :job AND completed_at IS NULL FOR SHARE
ON CONFLICT DO NOTHING
""")

ASSIGNED = text("""
SELECT a.assigned_at, a.completed_at, a.status, i.node, i.node_id, i.instance_type, i.vram,
    observed.segments, observed.cpu_s, observed.wall_s
FROM job_assignments a JOIN gpu_instances i USING (instance_id) JOIN analysis_jobs j USING (job_id)
    JOIN media_files m USING (media_id) CROSS JOIN LATERAL (
        SELECT count(DISTINCT (stream, segment_no)) AS segments, coalesce(sum(cpu_s), 0) AS cpu_s,
            coalesce(sum(wall_s), 0) AS wall_s
        FROM observation_files f
        WHERE f.content_id = m.content_id AND f.node = i.node AND f.created_at >= a.assigned_at
            AND f.created_at <= coalesce(a.completed_at, clock_timestamp())) observed
WHERE a.job_id = :job ORDER BY a.assigned_at, a.assignment_id
""")


class Assignments(Part):
    """Jobs on machines."""

    def assign(self, job_id: str, node: Node) -> None:
        """A machine works on a job: the machine in gpu_instances, the job on it in job_assignments, each once.

        A job that has ended, or is gone, gets none.
        """
        name, node_id = storable(node.name), storable(node.node_id)
        instance_id = str(uuid.uuid5(NAMESPACE, f"instance:{name}:{node_id}"))
        machine = insert(instances).values(
            instance_id=instance_id,
            provider=PROVIDER,
            instance_type=storable(node.gpu) or NO_GPU,
            status="active",
            vram=node.vram,
            last_active=func.clock_timestamp(),
            node=name,
            node_id=node_id,
        )
        given = machine.excluded
        # A machine of which a worker without a GPU has told keeps what another worker said of its GPU.
        known = {
            "instance_type": func.coalesce(
                func.nullif(given.instance_type, literal(NO_GPU)), instances.c.instance_type
            ),
            "vram": func.coalesce(given.vram, instances.c.vram),
            "last_active": given.last_active,
        }
        assignment_id = str(uuid.uuid5(NAMESPACE, f"assignment:{job_id}:{instance_id}"))
        with self._engine.begin() as connection:
            connection.execute(machine.on_conflict_do_update(index_elements=["instance_id"], set_=known))
            connection.execute(ASSIGN, {"assignment": assignment_id, "job": job_id, "instance": instance_id})

    def assignments(self, job_id: str) -> list[Assignment]:
        """Which machines worked on a job, oldest first. They end when the job ends."""
        with self._engine.connect() as connection:
            return [_assignment_of(job_id, row) for row in connection.execute(ASSIGNED, {"job": job_id})]


def _assignment_of(job_id: str, row: Row[Any]) -> Assignment:
    gpu = None if row.instance_type == NO_GPU else row.instance_type
    return Assignment(
        job_id,
        Node(row.node, row.node_id, gpu, row.vram),
        row.assigned_at,
        row.completed_at,
        row.status,
        {"segments": row.segments, "cpu_s": row.cpu_s, "wall_s": row.wall_s},
    )
