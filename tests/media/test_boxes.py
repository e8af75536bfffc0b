from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.media.boxes import overflow
from aima.media.gate import inspect
from aima.settings import Media
from tests.media.making import pattern, write_video


def check(folder: Path, data: bytes) -> str | None:
    path = folder / "boxes.mp4"
    path.write_bytes(data)
    with io.FileIO(str(path)) as medium:
        return overflow(medium)


def box(name: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(body) if length is None else length, name) + body


def test_whole_files_keep_within_whatever_is_appended(plain_video: Path, tmp_path: Path) -> None:
    data = plain_video.read_bytes()
    for appended in (b"", b"\0\0\0\0", b"<html><script>", bytes(7)):
        assert check(tmp_path, data + appended) is None


@pytest.mark.parametrize("name", [b"moov", b"trak", b"mdia", b"stbl", b"stts"])
def test_a_box_that_claims_more_is_named(plain_video: Path, tmp_path: Path, name: bytes) -> None:
    data = bytearray(plain_video.read_bytes())
    at = data.rindex(name) - 4
    data[at : at + 4] = b"\xff\xff\xff\xf0"
    assert check(tmp_path, bytes(data)) == name.decode()


def test_lengths_of_eight_bytes_and_to_the_end_are_understood(tmp_path: Path) -> None:
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + bytes(5)
    assert check(tmp_path, box(b"ftyp") + long + box(b"moov", length=0)) is None
    assert check(tmp_path, struct.pack(">I4sQ", 1, b"mdat", 1 << 60) + bytes(5)) == "mdat"


def test_deep_and_many_boxes_end(tmp_path: Path) -> None:
    nested = b""
    for _ in range(3000):
        nested = box(b"trak", nested)
    assert check(tmp_path, nested) is None
    assert check(tmp_path, box(b"free") * 100_000) is None


@settings(deadline=None, derandomize=True)
@given(data=st.binary(max_size=200))
def test_any_bytes_give_an_answer(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    check(tmp_path_factory.getbasetemp(), b"\0\0\1\0moov" + data)


def test_such_a_file_is_partial_even_if_its_pictures_are_read(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", [pattern(number) for number in range(20)])
    assert not inspect(path, Media()).partial
    data = bytearray(path.read_bytes())
    at = data.index(b"trak") - 4
    data[at : at + 4] = b"\xff\xff\xff\xf0"
    path.write_bytes(data)
    info = inspect(path, Media())
    assert info.partial
    assert "trak" in str(info.details["warning"])
