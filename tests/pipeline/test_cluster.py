"""The connection to Ray."""

from __future__ import annotations

import time

import pytest

from aima import local
from aima.errors import StackDown
from aima.pipeline import cluster


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
