from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.errors import MediaRefused
from aima.media.sniff import family


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", "playlist"),
        (b"\xef\xbb\xbf  \r\n#extm3u", "playlist"),
        ("#EXTM3U".encode("utf-16"), "playlist"),
        (b"ffconcat version 1.0\nfile /etc/hostname", "concat"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1", "SDP"),
        (b'<?xml version="1.0"?><MPD/>', "XML"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<html><body>", "markup"),
        (b"push graphic-context\nviewbox 0 0 1 1", "drawing"),
        (b"\x1f\x8b\x08" + bytes(20), "gzip"),
    ],
)
def test_what_could_reach_other_files_is_refused_by_its_name(head: bytes, what: str) -> None:
    with pytest.raises(MediaRefused, match=what) as caught:
        family(head)
    assert caught.value.remedy


def test_archives_are_refused() -> None:
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("clip.mp4", b"x")
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("clip.mp4"))
    for data in (packed, tarred):
        with pytest.raises(MediaRefused, match="archive"):
            family(data.getvalue())


def test_families_are_told_by_magic() -> None:
    assert family(b"\xff\xd8\xff\xe0") == "picture"
    assert family(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "picture"
    assert family(b"RIFF\x00\x00\x00\x00WAVEfmt ") == "container"
    assert family(b"\x00\x00\x00\x18ftypisom") == "container"
    assert family(b"MZ\x90\x00") == "other"


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    try:
        answer = family(head)
    except MediaRefused:
        answer = "refused"
    assert answer in {"picture", "container", "other", "refused"}
