"""`ray job submit ... jobs/analyze.py` does what `aima analyze` does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aima import local
from aima.analyzers.registry import DEFAULT
from aima.bootstrap import open_services
from aima.services.sample import portraits
from tests.media_made import two_person_clip

ROOT = Path(__file__).parents[2]


def submit(settings, manifest: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    ray = Path(sys.executable).with_name("ray")
    runtime = json.dumps({"env_vars": environment})
    command = [str(ray), "job", "submit", "--address", local.dashboard_url(settings), "--runtime-env-json", runtime]
    entrypoint = [sys.executable, str(ROOT / "jobs" / "analyze.py"), str(manifest)]
    return subprocess.run(
        [*command, "--", *entrypoint],
        env={**os.environ, **local.ray_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def film(settings, tmp_path_factory) -> Path:
    return two_person_clip(tmp_path_factory.mktemp("job") / "job.mp4", portraits(settings), seconds=4.0)


def test_a_job_and_the_command_give_the_same_canonical_hash(stack, make_workspace, film, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"paths": [str(film)]}))
    by_job, by_command = make_workspace(), make_workspace()
    done = submit(stack, manifest, environment_of(by_job))
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"state": "done"' in done.stdout
    with open_services(by_command) as services:
        report = services.analyses.analyze([film], {name: {} for name in DEFAULT})
    assert f'"digest": "{report.fusion.digest}"' in done.stdout


def test_a_manifest_that_is_none_is_told_in_a_line(stack, make_workspace, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"paths": []}')
    done = submit(stack, manifest, environment_of(make_workspace()))
    assert done.returncode != 0
    assert "setting_invalid" in done.stdout


def environment_of(workspace) -> dict[str, str]:
    return {
        "AIMA_HOME": str(workspace.home),
        "AIMA_STORES__POSTGRES": workspace.stores.postgres or "",
        "AIMA_MODELS__DIR": str(workspace.models_dir),
    }
