"""`aima fuse`: persons linked anew from what was observed, when the files are long gone."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from aima.services.sample import portraits
from tests.cli.test_analyze import aima, environment, errors
from tests.media_made import write_picture


@pytest.fixture(scope="module")
def known(stack, workspace, tmp_path_factory):
    """A workspace that has seen two pictures of one face, which are gone."""
    folder = tmp_path_factory.mktemp("pictures")
    face = portraits(workspace)["astronaut"]
    for name, brightness in (("one.jpg", 1.0), ("two.jpg", 0.9)):
        write_picture(folder / name, face, brightness)
    done = aima(workspace, "analyze", "--only", "face_detector,face_embedder", str(folder))
    assert done.returncode == 0, done.stderr
    for path in folder.iterdir():
        path.unlink()
    return workspace


def fused(workspace, **changed: str) -> dict:
    command = [sys.executable, "-m", "aima", "fuse", "--json"]
    shell = environment(workspace) | changed
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, env=shell)
    return json.loads(done.stdout)["fusion"]


def test_nothing_changes_where_nothing_is_new(known):
    fusion = fused(known)
    assert (fusion["changed"], fusion["persons"], fusion["tracks"]) == (False, 1, 2)
    told = aima(known, "fuse")
    assert told.returncode == 0
    assert told.stdout == "1 person in 2 tracks; nothing changed.\n"


def test_other_thresholds_link_anew_without_the_files(known):
    apart = fused(known, AIMA_IDENTITY__JOIN="1000000", AIMA_IDENTITY__REVIEW="1000000")
    assert (apart["changed"], apart["persons"]) == (True, 2)
    together = fused(known)
    assert (together["changed"], together["persons"]) == (True, 1)


def test_without_the_stack_the_remedy_is_named(settings, tmp_path):
    done = aima(settings.model_copy(update={"home": tmp_path / "home"}), "fuse")
    assert done.returncode == 8
    assert "aima up" in errors(done)[0]
