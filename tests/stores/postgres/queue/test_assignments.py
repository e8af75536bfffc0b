from __future__ import annotations

import uuid

import pytest

from aima.domain.queue import Node
from tests.stores.postgres.queue.made import LONG_S, key, receipt, submit

GPU = Node("gpu-1", "ab12", "NVIDIA H100", 80_000_000_000)


@pytest.fixture
def queue(stores):
    return stores.queue


def machines(stores):
    with stores.engine.connect() as connection:
        query = "SELECT node, node_id, instance_type, vram FROM gpu_instances ORDER BY node, node_id"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_machines_and_what_they_worked_on_are_noted_once(stores, queue):
    job, other = submit(stores, "a.mp4"), submit(stores, "b.mp4")
    for node in (GPU, Node("cpu-1", "cd34"), GPU):
        queue.assign(job.job_id, node)
    queue.assign(other.job_id, GPU)
    assert machines(stores) == [("cpu-1", "cd34", "cpu", None), ("gpu-1", "ab12", GPU.gpu, GPU.vram)]
    found = queue.assignments(job.job_id)
    assert [(a.node, a.status, a.completed_at) for a in found] == [
        (GPU, "running", None),
        (Node("cpu-1", "cd34"), "running", None),
    ]
    assert [a.node for a in queue.assignments(other.job_id)] == [GPU]


def test_a_worker_without_a_gpu_does_not_hide_the_gpu_of_its_machine(stores, queue):
    job = submit(stores, "a.mp4")
    for node in (Node("gpu-1", "ab12"), GPU, Node("gpu-1", "ab12")):
        queue.assign(job.job_id, node)
    assert [a.node for a in queue.assignments(job.job_id)] == [GPU]


def test_the_same_machine_in_another_cluster_is_another_instance(stores, queue):
    job = submit(stores, "a.mp4")
    for node_id in ("first", "second"):
        queue.assign(job.job_id, Node("cpu-1", node_id))
    assert [a.node.node_id for a in queue.assignments(job.job_id)] == ["first", "second"]


def test_an_assignment_says_what_was_observed_there(stores, queue):
    job = submit(stores, "a.mp4", 2)
    for name in ("node-1", "node-2"):
        queue.assign(job.job_id, Node(name))
    for lease in queue.lease("one", 9, LONG_S):
        queue.finish(lease.key, [receipt(lease.medium.content_id, lease.segment.no)], 0.0)
    found = {a.node.name: a.details for a in queue.assignments(job.job_id)}
    assert found == {
        "node-1": {"segments": 2, "cpu_s": 3.0, "wall_s": 5.0},
        "node-2": {"segments": 0, "cpu_s": 0.0, "wall_s": 0.0},
    }


def test_a_job_that_has_ended_or_is_gone_is_assigned_to_nobody(stores, queue):
    job = submit(stores, "a.mp4", 1)
    queue.lease("one", 1, LONG_S)
    stores.jobs.set_state(job.job_id, "failed", code="corrupt")
    queue.finish(key(job, 0), [], 0.0)
    for job_id in (job.job_id, str(uuid.uuid4())):
        queue.assign(job_id, GPU)
        assert queue.assignments(job_id) == []
