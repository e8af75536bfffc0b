from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from aima.domain.media import MediaInfo, Segment
from aima.errors import DecoderDied, MediaEmpty, SettingInvalid
from aima.media.gate import inspect
from aima.media.plan import plan_reading
from aima.media.reader import SegmentReader
from aima.media.video import VideoShot
from aima.settings import Media
from tests.media.conftest import decoders, read, read_all
from tests.media.making import pattern, write_planes, write_video

WHOLE = Segment("content", 0, "sight", 0, 2_400_000)


def test_five_frames_a_second_and_every_frame_in_the_strip(plain_video: Path) -> None:
    _, got = read_all(plain_video)
    assert got.pts_us == list(range(0, 2_400_000, 200_000))
    assert got.strip_us == list(range(0, 2_400_000, 40_000))
    assert got.frames.shape == (12, 96, 128, 3)
    assert got.strip.shape == (60, 96, 128)
    assert got.problems == []
    for number, frame in enumerate(got.frames):
        expected = pattern(number * 5)
        assert np.abs(frame[40:, 60:].astype(int) - expected[40:, 60:]).mean() < 4
    np.testing.assert_allclose(got.strip[0][40:, 60:], pattern(0)[40:, 60:, 0], atol=12)


def test_chunks_are_bounded_and_their_arrays_stay(plain_video: Path) -> None:
    with SegmentReader(plain_video, inspect(plain_video, Media()), Media()) as reader:
        chunks = list(reader.chunks(WHOLE, frames_per_chunk=5))
        again = list(reader.chunks(WHOLE, frames_per_chunk=9))
    assert [len(chunk.pts_us) for chunk in chunks] == [5, 5, 2]
    assert [len(chunk.pts_us) for chunk in again] == [9, 3]
    assert [len(chunk.strip.pts_us) for chunk in chunks] == [25, 25, 10]
    for chunk in chunks:
        assert chunk.strip.pts_us[0] == chunk.pts_us[0]
    joined = np.concatenate([chunk.frames for chunk in chunks])
    np.testing.assert_array_equal(joined, np.concatenate([chunk.frames for chunk in again]))


@pytest.mark.parametrize(
    "borders", [[0, 800_000, 1_600_000], [0, 1, 210_000, 1_030_000, 1_999_999], [0, 370_000, 400_001]]
)
def test_any_segmentation_gives_the_same_frames(plain_video: Path, borders: list[int]) -> None:
    info = inspect(plain_video, Media())
    with SegmentReader(plain_video, info, Media()) as reader:
        once = read(reader, [0, info.duration_us])
        cut = read(reader, [*borders, info.duration_us])
    assert cut.pts_us == once.pts_us
    assert cut.strip_us == once.strip_us
    np.testing.assert_array_equal(cut.frames, once.frames)
    np.testing.assert_array_equal(cut.strip, once.strip)


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
def test_segments_of_other_containers_are_the_same_too(tmp_path: Path, suffix: str) -> None:
    path = write_video(tmp_path / f"clip{suffix}", [pattern(number) for number in range(80)], gop=12)
    info = inspect(path, Media())
    with SegmentReader(path, info, Media()) as reader:
        once = read(reader, [0, info.duration_us])
        cut = read(reader, [0, 500_000, 1_440_000, 2_000_000, info.duration_us])
    assert len(once.strip_us) == 80
    assert (cut.pts_us, cut.strip_us) == (once.pts_us, once.strip_us)
    np.testing.assert_array_equal(cut.frames, once.frames)


def test_times_come_from_the_packets_of_a_variable_rate(tmp_path: Path) -> None:
    times = [0, 40, 250, 290, 900, 1500, 1510, 1620, 2500]
    path = write_video(tmp_path / "vfr.mp4", [pattern(number) for number in range(len(times))], times)
    _, got = read_all(path)
    assert got.strip_us == [0, 40_000, 250_000, 290_000, 900_000, 1_500_000, 1_620_000, 2_500_000]
    assert got.pts_us == [0, 250_000, 900_000, 1_500_000, 1_620_000, 2_500_000]


def test_240_fps_and_one_frame_a_minute(tmp_path: Path) -> None:
    fast_ms = [number * 1000 // 240 for number in range(240)]
    fast = write_video(tmp_path / "fast.mkv", [pattern(n % 7, (64, 48)) for n in range(240)], fast_ms)
    slow = write_video(tmp_path / "slow.mkv", [pattern(n, (64, 48)) for n in range(4)], [0, 60_000, 120_000, 180_000])
    _, quick = read_all(fast)
    assert len(quick.pts_us) == 5
    assert 25 <= len(quick.strip_us) <= 31
    _, rare = read_all(slow)
    assert rare.pts_us == rare.strip_us == [0, 60_000_000, 120_000_000, 180_000_000]


def test_thirty_fps_in_milliseconds_loses_no_strip_frame(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "thirty.mkv", [pattern(n, (64, 48)) for n in range(60)], [round(n * 1000 / 30) for n in range(60)]
    )
    _, got = read_all(path)
    assert len(got.strip_us) == 60


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotated_video_stands_upright(tmp_path: Path, turn: int) -> None:
    path = write_video(tmp_path / "turned.mp4", [pattern(0)] * 5, rotation=turn)
    info, got = read_all(path)
    upright = np.rot90(pattern(0), info.rotation // 90)
    assert (info.width, info.height) == (upright.shape[1], upright.shape[0])
    assert info.rotation % 180 == turn % 180
    assert np.abs(got.frames[0].astype(int) - upright).mean() < 5
    assert np.abs(got.strip[0].astype(int) - upright.mean(axis=2)).mean() < 8


@pytest.mark.parametrize("size", [(128, 96), (322, 242), (150, 70), (48, 64)])
def test_turned_video_and_odd_widths_through_decord(tmp_path: Path, size: tuple[int, int]) -> None:
    pytest.importorskip("decord")
    for turn in (0, 90):
        path = write_video(tmp_path / f"turned{turn}.mp4", [pattern(0, size)] * 3, rotation=turn)
        ours, other = read_all(path)[1].frames[0], read_all(path, decoder="decord")[1].frames[0]
        assert np.abs(ours.astype(int) - other).mean() < 3


def test_anamorphic_odd_and_tiny_sizes(tmp_path: Path) -> None:
    wide = write_video(tmp_path / "wide.mp4", [pattern(0, (96, 96))] * 3, pixel_aspect=Fraction(4, 3))
    info, got = read_all(wide)
    assert (info.width, info.height) == (128, 96)
    assert got.frames.shape[1:] == (96, 128, 3)
    odd = write_video(tmp_path / "odd.mp4", [pattern(0, (321, 241))] * 3, pix_fmt="yuv444p")
    info, got = read_all(odd)
    assert (info.width, info.height, got.frames.shape[1:]) == (321, 241, (241, 321, 3))
    small = read_all(odd, Media(analysis_long_side=100, strip_long_side=50))[1]
    assert (small.frames.shape[1:], small.strip.shape[1:]) == ((75, 100, 3), (38, 50))
    tiny = write_video(tmp_path / "tiny.mp4", [pattern(0, (16, 16))] * 3)
    assert read_all(tiny)[1].frames.shape == (1, 16, 16, 3)


def test_ten_bits_look_like_eight(tmp_path: Path) -> None:
    path = write_video(tmp_path / "ten.mp4", [pattern(3)] * 3, codec="libx265", pix_fmt="yuv420p10le",
                       options={"preset": "ultrafast", "x265-params": "log-level=none:qp=8"})  # fmt: skip
    _, got = read_all(path)
    assert np.abs(got.frames[0].astype(int) - pattern(3)).mean() < 4
    assert np.abs(got.strip[0, 40:, 60:].astype(int) - pattern(3)[40:, 60:, 0]).mean() < 3


def test_codes_above_the_range_of_their_bits_are_white() -> None:
    frame = av.VideoFrame(64, 64, "yuv420p10le")
    for plane in frame.planes:
        plane.update(b"\xff" * plane.buffer_size)
    info = MediaInfo("video", "mov", "h264", 64, 64, 40_000, 25.0, keyframes_us=(0,))
    out = np.zeros((64, 64), np.uint8)
    VideoShot(frame, 0, None, plan_reading(info, Media().model_dump(), "pyav")).grey(out)
    assert out.min() == 255


SDR = {"space": 1, "range": 1, "transfer": 1, "primaries": 1}


@pytest.mark.parametrize(
    ("planes", "tags", "rgb"),
    [
        ((252, 408, 960), SDR, (255, 0, 0)),  # red by BT.709, limited range
        ((326, 360, 960), SDR | {"space": 5}, (255, 0, 0)),  # red by BT.601
        ((217, 395, 1023), SDR | {"range": 2}, (255, 0, 0)),  # red by BT.709, full range
        ((940, 512, 512), SDR, (255, 255, 255)),
    ],
)
def test_matrix_and_range_are_respected(
    tmp_path: Path, planes: tuple[int, int, int], tags: dict[str, int], rgb: tuple[int, int, int]
) -> None:
    _, got = read_all(write_planes(tmp_path / "colour.mp4", planes, tags))
    np.testing.assert_allclose(got.frames[0, 32, 32], rgb, atol=5)


def test_hdr_is_tone_mapped(tmp_path: Path) -> None:
    # 10-bit PQ, limited range, of 100 cd/m2: 64 + 0.508 * 876.
    path = write_planes(tmp_path / "hdr.mp4", (509, 512, 512), {"space": 9, "range": 1, "transfer": 16, "primaries": 9})
    info, got = read_all(path)
    assert info.details["transfer"] == "pq"
    expected = 255 * (97 / 203) ** (1 / 2.4)
    np.testing.assert_allclose(got.frames[0, 32, 32], [expected] * 3, atol=3)
    assert got.strip[0, 16, 16] == pytest.approx(expected, abs=3)


def test_decord_gives_equal_times_and_nearly_equal_pixels(plain_video: Path) -> None:
    pytest.importorskip("decord")
    info = inspect(plain_video, Media())
    with SegmentReader(plain_video, info, Media(), "decord") as reader:
        other = read(reader, [0, 1_200_000, 1_300_000, info.duration_us])
    _, ours = read_all(plain_video)
    assert (other.pts_us, other.strip_us) == (ours.pts_us, ours.strip_us)
    assert np.abs(other.frames.astype(int) - ours.frames).mean() < 1
    assert np.abs(other.strip.astype(int) - ours.strip).mean() < 3


def test_what_decord_cannot_open_is_read_by_pyav(hostile: Callable[[str], Path]) -> None:
    pytest.importorskip("decord")
    path = hostile("live_no_cues.mkv")
    assert read_all(path, decoder="decord")[1].pts_us == read_all(path)[1].pts_us


def test_a_missing_decord_is_named_with_the_remedy(plain_video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = inspect(plain_video, Media())
    monkeypatch.setitem(sys.modules, "decord", None)
    with pytest.raises(SettingInvalid) as caught:
        SegmentReader(plain_video, info, Media(), "decord")
    assert "pip install" in caught.value.remedy


def test_damage_is_noted_and_reading_goes_on(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", [pattern(number) for number in range(60)])
    data = bytearray(whole.read_bytes())
    for start in range(len(data) // 3, len(data) // 2, 97):
        data[start] ^= 0x5A
    (tmp_path / "flipped.mkv").write_bytes(data)
    _, got = read_all(tmp_path / "flipped.mkv")
    assert got.problems
    assert {problem.source for problem in got.problems} == {"media"}
    assert got.pts_us[0] == 0
    assert got.pts_us[-1] > 1_500_000


def test_a_killed_child_fails_its_segment_and_the_next_gets_a_new_one(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", [pattern(number % 20) for number in range(400)])
    info = inspect(path, Media())
    with SegmentReader(path, info, Media()) as reader:
        chunks = reader.chunks(Segment("content", 0, "sight", 0, info.duration_us), frames_per_chunk=2)
        next(chunks)
        (child,) = decoders()
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(DecoderDied, match=r"long\.mp4: the decoder was ended by SIGKILL"):
            list(chunks)
        spent = reader.cpu_s
        assert spent > 0
        assert len(read(reader, [0, info.duration_us]).pts_us) == 80
        assert reader.cpu_s > spent
    assert decoders() == []


def test_leaving_early_and_closing_leave_no_child(plain_video: Path) -> None:
    info = inspect(plain_video, Media())
    gc.collect()
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    reader = SegmentReader(plain_video, info, Media())
    for _ in reader.chunks(WHOLE, frames_per_chunk=2):
        break
    gc.collect()
    assert decoders() == []
    assert len(list(reader.chunks(WHOLE))) == 2
    reader.close()
    reader.close()
    assert decoders() == []
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_too_much_cpu_ends_the_child_and_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "busy.mp4", [np.zeros((1080, 1920, 3), np.uint8)] * 100)
    info = inspect(path, Media())
    options = Media(child_cpu_s=0, sample_fps=25)
    segment = Segment("content", 0, "sight", 0, info.duration_us)
    with SegmentReader(path, info, options) as reader, pytest.raises(DecoderDied, match="more than 0 s of CPU"):
        list(reader.chunks(segment))


def test_a_picture_bigger_than_the_memory_ends_in_words(tmp_path: Path) -> None:
    path = write_video(tmp_path / "wide.mp4", [np.zeros((4096, 4096, 3), np.uint8)] * 2)
    info = inspect(path, Media())
    with (
        SegmentReader(path, info, Media(child_memory_mb=330)) as reader,
        pytest.raises(DecoderDied, match=r"memory|ended"),
    ):
        list(reader.chunks(WHOLE))


def test_sound_alone_gives_nothing_and_an_empty_file_is_refused(plain_video: Path, tmp_path: Path) -> None:
    info = inspect(plain_video, Media())
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(MediaEmpty):
        SegmentReader(tmp_path / "empty.mp4", info, Media())
    with SegmentReader(plain_video, info, Media()) as reader:
        beyond = list(reader.chunks(Segment("content", 9, "sight", 10**9, 2 * 10**9)))
    assert beyond == []


def test_the_child_stays_a_few_chunks_ahead(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", [pattern(number % 20) for number in range(300)])
    info = inspect(path, Media())
    with SegmentReader(path, info, Media()) as reader:
        chunks = reader.chunks(Segment("content", 0, "sight", 0, info.duration_us), frames_per_chunk=1)
        taken = list(itertools.islice(chunks, 3))
        rest = list(chunks)
    assert [int(c.pts_us[0]) for c in (*taken, *rest)] == list(range(0, 12_000_000, 200_000))
