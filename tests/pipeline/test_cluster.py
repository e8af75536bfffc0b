"""The connection to Ray."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from aima import local
from aima.errors import StackDown
from aima.pipeline import cluster
from tests.following import within


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(StackDown, match=r"127\.0\.0\.1:1"):
        cluster.connect({})


def test_connecting_twice_is_once_and_the_cluster_tells_its_size(stack):
    cluster.connect(local.ray_environment(stack))
    cluster.connect(local.ray_environment(stack))
    assert cluster.resources()["CPU"] == 2
    assert cluster.answers()
    cluster.disconnect()
    assert not cluster.answers()
    cluster.disconnect()


def test_ray_does_not_speak_on_our_standard_output(stack, capfd):
    from ray._private import worker
    from ray._private.utils import publish_error_to_driver

    cluster.connect(local.ray_environment(stack))
    publish_error_to_driver("worker_died", "A worker died", worker.global_worker.gcs_client)
    time.sleep(2.0)
    cluster.disconnect()
    assert "A worker died" not in "".join(capfd.readouterr())


OTHER = "import sys, ray; ray.init(log_to_driver=False); print(ray.is_initialized(), flush=True); sys.stdin.read()"


def test_what_ray_data_keeps_running_is_ended_once_nobody_else_may_use_it(stack):
    cluster.connect(local.ray_environment(stack))
    import ray.data

    ray.data.DataContext.get_current().enable_progress_bars = False
    assert ray.data.range(1).materialize().count() == 1
    assert "datasets_stats_actor" in kept()
    command = [sys.executable, "-c", OTHER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "True\n"
        cluster.tidy()
        time.sleep(1.0)
        assert "datasets_stats_actor" in kept()
        other.communicate("")
    assert within(30, lambda: cluster.tidy() or not kept())
    cluster.disconnect()


def kept() -> set[str]:
    """What of Ray Data runs."""
    import ray

    named = {actor["name"] for actor in ray.util.list_named_actors(all_namespaces=True)}
    return named & set(cluster.KEPT_BY_RAY_DATA)
