from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from aima.errors import MediaCorrupt, MediaTooLarge
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.settings import Media
from tests.media.conftest import read, read_all
from tests.media.making import Frame, pattern
from tests.media.trials import endings


def save(path: Path, pixels: Frame | Image.Image, **options: Any) -> Path:
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tiff", "a.webp", "a.gif", "a.jpg"])
def test_every_format_gives_one_upright_frame(tmp_path: Path, name: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {"quality": 95} if name.endswith("jpg") else {}
    info, got = read_all(save(tmp_path / name, pattern(2), **options))
    assert (info.kind, info.width, info.height, info.frames, info.duration_us) == ("image", 128, 96, 1, 0)
    assert got.pts_us == got.strip_us == [0]
    assert np.abs(got.frames[0].astype(int) - pattern(2)).mean() < 4


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    info, got = read_all(save(tmp_path / "turned.png", pattern(0), exif=exif))
    assert (info.width, info.height) == (96, 128)
    np.testing.assert_array_equal(got.frames[0], np.rot90(pattern(0), -1))


def test_transparent_parts_become_mid_grey(tmp_path: Path) -> None:
    pixels = np.dstack([pattern(0), np.full((96, 128), 255, np.uint8)])
    pixels[:48, :, 3] = 0
    _, got = read_all(save(tmp_path / "hole.png", pixels))
    assert np.all(got.frames[0, :48] == 128)
    np.testing.assert_array_equal(got.frames[0, 48:], pattern(0)[48:])


def test_a_palette_with_a_transparent_entry(tmp_path: Path) -> None:
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 10, 200, 30])
    picture.putpixel((0, 0), 0)
    _, got = read_all(save(tmp_path / "palette.png", picture, transparency=0))
    assert tuple(got.frames[0, 0, 0]) == (128, 128, 128)
    assert tuple(got.frames[0, 5, 5]) == (10, 200, 30)


def test_sixteen_bits_keep_their_upper_half(tmp_path: Path) -> None:
    deep = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    _, got = read_all(save(tmp_path / "deep.png", Image.fromarray(deep)))
    np.testing.assert_array_equal(got.frames[0, ..., 0], deep >> 8)


def test_cmyk_and_profiles_end_in_srgb(tmp_path: Path) -> None:
    _, red = read_all(save(tmp_path / "cmyk.jpg", Image.new("CMYK", (16, 16), (0, 255, 255, 0)), quality=95))
    np.testing.assert_allclose(red.frames[0, 8, 8], (255, 0, 0), atol=6)
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _, same = read_all(save(tmp_path / "profile.png", pattern(1), icc_profile=lab_like))
    np.testing.assert_allclose(same.frames[0], pattern(1), atol=1)
    _, broken = read_all(save(tmp_path / "broken.png", pattern(1), icc_profile=b"no profile"))
    np.testing.assert_array_equal(broken.frames[0], pattern(1))


@pytest.mark.parametrize("name", ["moving.gif", "moving.webp", "moving.png"])
def test_animations_keep_their_durations(tmp_path: Path, name: str) -> None:
    frames = [Image.fromarray(pattern(number)) for number in range(5)]
    options: dict[str, Any] = {"lossless": True} if name.endswith("webp") else {}
    path = save(tmp_path / name, frames[0], save_all=True, append_images=frames[1:],
                duration=[100, 50, 300, 40, 200], loop=0, **options)  # fmt: skip
    info, got = read_all(path)
    assert (info.kind, info.frames, info.duration_us) == ("video", 5, 690_000)
    assert got.strip_us == [0, 100_000, 150_000, 450_000, 490_000]
    assert got.pts_us == [0, 450_000]
    assert np.abs(got.frames[1].astype(int) - pattern(3)).mean() < 12
    with SegmentReader(path, info, Media()) as reader:
        assert read(reader, [0, 140_000, 460_000, 690_000]).pts_us == got.pts_us


def test_no_duration_counts_as_a_tenth_of_a_second(tmp_path: Path) -> None:
    frames = [Image.fromarray(pattern(number)) for number in range(3)]
    info = inspect(save(tmp_path / "fast.gif", frames[0], save_all=True, append_images=frames[1:], duration=0), Media())
    assert info.duration_us == 300_000
    with pytest.raises(MediaTooLarge, match="more than 2 frames"):
        inspect(tmp_path / "fast.gif", Media(max_frames=2))


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_half_a_picture_is_partial_and_still_read(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8)
    path = save(tmp_path / name, noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    info, got = read_all(path)
    assert info.partial
    assert [problem.code for problem in got.problems] == ["picture_damaged"]
    assert np.abs(got.frames[0, :20].astype(int) - noise[:20]).mean() < 60


def test_a_header_alone_is_corrupt(tmp_path: Path) -> None:
    path = save(tmp_path / "whole.png", pattern(0))
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(MediaCorrupt):
        inspect(path, Media())


def chunk_of_png(kind: bytes, length: int, body: bytes = b"") -> bytes:
    return struct.pack(">I", length) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_length_beyond_the_end_takes_no_memory(tmp_path: Path) -> None:
    path = save(tmp_path / "long.png", pattern(0))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"IEND") - 4] + chunk_of_png(b"tEXt", 0xFF00000A) + bytes(100))
    with endings() as seen:
        info, got = read_all(path)
    assert info.partial
    np.testing.assert_array_equal(got.frames[0], pattern(0))
    assert max(ending.peak_bytes or 0 for ending in seen) < 200 << 20


def test_an_animation_cannot_grow_past_the_cap(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(pattern(number)) for number in range(3))
    path = tmp_path / "grows.gif"
    first.save(path, save_all=True, append_images=others, duration=120)
    data = bytearray(path.read_bytes())
    last = data.rindex(b"\x00\x2c", 0, len(data)) + 1  # the descriptor of the last frame
    data[last + 5 : last + 9] = struct.pack("<HH", 60_000, 60_000)
    path.write_bytes(data)
    with endings() as seen, pytest.raises(MediaTooLarge, match="too large") as caught:
        inspect(path, Media())
    assert "AIMA_MEDIA__MAX_PIXELS" in caught.value.remedy
    assert (seen[0].peak_bytes or 0) < 300 << 20


def test_many_large_frames_are_too_many(tmp_path: Path) -> None:
    frames = [Image.new("L", (40, 40), number) for number in range(210)]
    path = tmp_path / "many.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=10)
    assert inspect(path, Media(max_pixels=6_800)).kind == "video"
    with pytest.raises(MediaTooLarge, match="more frames of 40 x 40"):
        inspect(path, Media(max_pixels=6_400))


def test_a_large_picture_is_converted_in_bands(tmp_path: Path) -> None:
    path = save(tmp_path / "large.png", Image.new("LA", (5_000, 5_000), (100, 200)), compress_level=1)
    with endings() as seen:
        info, got = read_all(path)
    assert (info.width, got.frames.shape) == (5_000, (1, 1280, 1280, 3))
    assert max(ending.peak_bytes or 0 for ending in seen) < 350 << 20
