"""`aima plan explain`: what runs where, and why, with and without a cluster."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from aima.cli.app import app
from aima.settings import load_settings
from tests.cli.test_analyze import aima
from tests.conftest import NOBODY


@pytest.fixture
def alone(monkeypatch, settings, tmp_path):
    """A shell without any server."""
    monkeypatch.setenv("AIMA_HOME", str(tmp_path))
    monkeypatch.setenv("AIMA_MODELS__DIR", str(settings.models_dir))
    monkeypatch.setenv("COLUMNS", "200")
    load_settings.cache_clear()
    yield monkeypatch
    load_settings.cache_clear()


def explain(*arguments: str):
    load_settings.cache_clear()
    return CliRunner().invoke(app, ["plan", "explain", *arguments])


def explained(*arguments: str):
    result = explain(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_without_a_cluster_this_machine_is_assumed_and_that_is_said(alone):
    alone.setenv("AIMA_RAY__NUM_CPUS", "3")
    plan = explained()
    assert plan["assumed"]
    assert plan["resources"] == {"CPU": 3.0}
    (stage,) = plan["stages"]
    assert stage["workers"] == 3
    assert stage["analyzers"]["face_detector"].startswith("centerface@")
    assert plan["models"]["face_embedder"] == "face_embedding_512"
    shown = explain().stdout
    assert "assumed, since no cluster answers: 3 CPU" in shown
    assert plan["why"] in shown
    assert "face_embedding_512" in shown


def test_a_cluster_that_does_not_answer_is_assumed_too(alone):
    alone.setenv("AIMA_RAY__ADDRESS", NOBODY)
    assert explained()["assumed"]


def test_what_is_asked_for_is_explained_with_the_setting_that_did_it(alone):
    alone.setenv("AIMA_RAY__PLACEMENT", "split")
    alone.setenv("AIMA_RAY__DECODERS", "5")
    plan = explained("--only", "face_detector,emotion")
    decode, models = plan["stages"]
    assert (decode["workers"], decode["analyzers"]) == (5, {})
    assert "frames" in decode["carries"]
    assert set(models["analyzers"]) == {"face_detector", "emotion"}
    assert "AIMA_RAY__PLACEMENT" in plan["why"]
    assert set(plan["change_with"]) >= {"AIMA_RAY__PLACEMENT", "AIMA_RAY__WORKERS"}
    assert "decodes" in explain("--only", "face_detector").stdout


def test_analyzers_that_do_not_fit_are_refused(alone):
    refused = explain("--only", "face_embedder")
    assert refused.exit_code == 2
    assert "plan_invalid" in refused.stderr


def test_the_cluster_that_runs_is_asked(stack, workspace):
    done = aima(workspace, "plan", "explain", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert not plan["assumed"]
    assert plan["resources"]["CPU"] == 2.0
    assert plan["stages"][0]["workers"] == 2
