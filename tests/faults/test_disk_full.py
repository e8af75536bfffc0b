"""The disk of the archive is full in the middle of a job: nothing is half-written, and repeating completes it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aima.bootstrap import Services, open_services
from aima.pipeline.write import read_observations
from aima.services.reports import AnalysisReport
from aima.services.sample import portraits
from aima.settings import Settings
from tests.faults.films import make_film

pytestmark = pytest.mark.faults

WANTED = {name: {} for name in ("face_detector", "face_embedder", "shot_cuts")}
SCENES = 6
ENOUGH = 256 << 20


@contextmanager
def disk(path: Path, size: int) -> Iterator[Path]:
    """A small disk in memory; to mount one is root's right."""
    path.mkdir()
    if os.geteuid() != 0 or _mount(path, f"size={size}") != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _mount(path: Path, options: str) -> int:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], check=False).returncode


def size_of(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*"))


def in_archive(workspace: Settings, archive: Path) -> Settings:
    media = workspace.media.model_copy(update={"sample_fps": 2.0})
    return workspace.model_copy(update={"archive": archive, "media": media})


def analyze(services: Services, film: Path) -> AnalysisReport:
    report = services.analyses.analyze([film], WANTED)
    for receipt in services.stores.observations.receipts():
        assert read_observations(services.archive, receipt.path, receipt.sha256).num_rows == receipt.rows
    assert list(services.archive.root.rglob(".part-*")) == []
    return report


def test_the_job_says_so_and_repeating_it_completes_it(
    settings: Settings, make_workspace: Callable[[], Settings], tmp_path: Path
) -> None:
    film = make_film(tmp_path / "film.mp4", portraits(settings), SCENES)
    roomy = in_archive(make_workspace(), tmp_path / "roomy")
    with open_services(roomy) as services:
        expected = analyze(services, film).fusion.digest
    with disk(tmp_path / "small", size_of(roomy.archive_dir) // 2) as small:
        narrow = in_archive(make_workspace(), small)
        with open_services(narrow) as services:
            (file,) = analyze(services, film).files
            assert (file.state, file.code) == ("failed", "disk_full"), file
            assert file.remedy == "free some space and repeat: what was analysed is kept"
            (medium,) = services.stores.media.all()
            (job,) = services.stores.jobs.of_medium(medium.media_id)
            assert (job.state, job.code) == ("failed", "disk_full")
            kept = services.stores.observations.receipts()
            assert kept
        _mount(small, f"remount,size={ENOUGH}")
        with open_services(narrow) as services:
            report = analyze(services, film)
            assert [file.state for file in report.files] == ["done"]
            assert report.segments < SCENES
            assert report.fusion.digest == expected
            assert {r.path for r in kept} < {r.path for r in services.stores.observations.receipts()}
            assert services.projections.catch_up(60).complete
            assert services.projections.verify(deep=True).found == ()
