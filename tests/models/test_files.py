import errno
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aima.errors import DiskFull, HomeUnusable, ModelCorrupt
from aima.models.files import demand, disk_errors, publish, sha256_of
from tests.models import made


@settings(deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=200), flipped=st.integers(0, 199), bit=st.integers(0, 7))
def test_one_changed_bit_is_found(tmp_path, content, flipped, bit):
    file = tmp_path / "file"
    file.write_bytes(content)
    assert sha256_of(file) == made.sha256(content)
    demand(file, made.sha256(content), "file", "")
    changed = bytearray(content)
    changed[flipped % len(content)] ^= 1 << bit
    file.write_bytes(changed)
    with pytest.raises(ModelCorrupt, match=f"file: sha256 is .* expected {made.sha256(content)[:12]}"):
        demand(file, made.sha256(content), "file", "")


def test_publishing_replaces_the_old_file_as_a_whole(tmp_path):
    target = tmp_path / "deep" / "target"
    target.parent.mkdir()
    target.write_text("old")
    (tmp_path / "new").write_text("new")
    with target.open() as reader:
        publish(tmp_path / "new", target)
        assert reader.read() == "old"
    assert target.read_text() == "new"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, HomeUnusable)]
)
def test_errors_of_the_disk_name_the_place(tmp_path, number, error):
    with pytest.raises(error, match=str(tmp_path)) as caught, disk_errors(tmp_path):
        raise OSError(number, os.strerror(number))
    assert caught.value.remedy
