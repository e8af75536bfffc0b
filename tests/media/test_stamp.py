"""A file that changes has another stamp."""

from __future__ import annotations

import pytest

from aima.errors import MediaMissing
from aima.media.stamp import stamp


def test_writing_and_replacing_show(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = stamp(path)
    assert first == stamp(path)
    assert first[0] == 3
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "b").replace(path)
    assert stamp(path) != first


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(MediaMissing, match="gone cannot be read"):
        stamp(tmp_path / "gone")
