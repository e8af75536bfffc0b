from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aima.domain.media import MediaInfo
from aima.errors import (
    DecoderDied,
    MediaCorrupt,
    MediaEmpty,
    MediaError,
    MediaMissing,
    MediaRefused,
    MediaTooLarge,
    MediaUnknown,
)
from aima.media.gate import inspect, label_of
from aima.settings import Media
from tests.media.conftest import SHARED
from tests.media.hostile_set import cases
from tests.media.making import pattern, write_video
from tests.media.trials import attempt


def test_a_video_is_described_by_its_packets(plain_video: Path) -> None:
    info = inspect(plain_video, Media())
    assert (info.kind, info.format, info.codec) == ("video", "mov", "h264")
    assert (info.width, info.height, info.frames, info.rotation) == (128, 96, 60, 0)
    assert info.duration_us == pytest.approx(2_400_000, abs=40_000)
    assert info.fps == pytest.approx(25, abs=0.5)
    assert info.has_sound
    assert not info.partial
    assert info.keyframes_us == (0, 1_200_000)
    assert all(b - a >= 1_000_000 for a, b in zip(info.keyframes_us, info.keyframes_us[1:], strict=False))


def test_names_and_suffixes_do_not_count(plain_video: Path, tmp_path: Path) -> None:
    disguised = tmp_path / "-photo.jpg"
    shutil.copy(plain_video, disguised)
    picture = tmp_path / "movie.mp4"
    Image.fromarray(pattern(1)).save(picture, "PNG")
    assert inspect(disguised, Media()).kind == "video"
    assert inspect(picture, Media()).kind == "image"


def test_sound_alone_and_cover_art_are_sound(tmp_path: Path) -> None:
    wave = tmp_path / "tone.bin"
    samples = np.zeros(16_000, np.int16).tobytes()
    wave.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16) + b"data" + struct.pack("<I", len(samples)) + samples
    )  # fmt: skip
    info = inspect(wave, Media())
    assert (info.kind, info.duration_us, info.width) == ("audio", 1_000_000, 0)


def test_missing_empty_and_odd_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(MediaMissing, match="No such file"):
        inspect(tmp_path / "nothing.mp4", Media())
    with pytest.raises(MediaMissing, match="not a regular file"):
        inspect(tmp_path, Media())
    with pytest.raises(MediaMissing, match="not a regular file"):
        inspect(tmp_path / "pipe.mp4", Media())
    with pytest.raises(MediaEmpty, match=r"empty\.mp4: the file is empty"):
        inspect(tmp_path / "empty.mp4", Media())


def test_text_and_playlists_named_mp4_are_turned_away(tmp_path: Path) -> None:
    text, playlist, head_only = (tmp_path / name for name in ("text.mp4", "list.mp4", "head.mp4"))
    text.write_text("The quick brown fox. " * 500)
    playlist.write_text(f"#EXTM3U\n#EXTINF:10,\nfile://{text}\n")
    head_only.write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(20))
    with pytest.raises(MediaUnknown):
        inspect(text, Media())
    with pytest.raises(MediaRefused, match="playlist"):
        inspect(playlist, Media())
    with pytest.raises(MediaCorrupt):
        inspect(head_only, Media())


def test_errors_are_one_line_with_the_name_written_out(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\nb\xff\xe2\x80\xaegpj.mp4"))
    path.write_text("text")
    with pytest.raises(MediaUnknown) as caught:
        inspect(path, Media())
    assert caught.value.message.startswith(r"a\nb\xff\u202egpj.mp4: ")
    assert caught.value.remedy
    assert (caught.value.message + caught.value.remedy).isprintable()
    assert label_of(Path("/x/plain.mp4")) == "plain.mp4"


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        ({"max_pixels": 10_000}, "pixels"),
        ({"max_frames": 50}, "frames"),
        ({"max_duration_s": 2.0}, "2 s are more than 2 s"),
        ({"max_streams": 1}, "streams"),
    ],
)
def test_caps_hold(plain_video: Path, caps: dict[str, Any], said: str) -> None:
    with pytest.raises(MediaTooLarge, match=said) as caught:
        inspect(plain_video, Media(**caps))
    assert "AIMA_MEDIA__MAX_" in caught.value.remedy


def test_a_bomb_of_pixels_is_refused_by_its_header(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(bomb)
    with pytest.raises(MediaTooLarge, match="30000 x 30000"):
        inspect(bomb, Media(child_memory_mb=1024))


def test_a_frame_over_the_memory_limit_ends_in_words(tmp_path: Path) -> None:
    wide = write_video(tmp_path / "wide.mp4", [np.zeros((4096, 4096, 3), np.uint8)] * 2)
    with pytest.raises(DecoderDied, match=r"wide\.mp4: the decoder"):
        inspect(wide, Media(child_memory_mb=330))
    assert inspect(wide, Media()).width == 4096


def test_a_truncated_clip_is_partial(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", [pattern(number) for number in range(60)])
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    info = inspect(cut, Media())
    assert info.partial
    assert 0 < info.duration_us < 2_000_000
    assert info.details["warning"]


def test_an_mp4_without_its_index_is_corrupt(plain_video: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(plain_video.read_bytes()[:-3000])
    with pytest.raises(MediaCorrupt):
        inspect(cut, Media())


def test_a_playlist_reads_no_canary(tmp_path: Path) -> None:
    """Even past the signatures, behind a harmless first line, no demuxer may follow a reference."""
    canary = tmp_path / "canary.txt"
    canary.write_text("secret")
    os.utime(canary, (1, 1))
    for head in ("#EXTM3U\n#EXTINF:10,\n", "ffconcat version 1.0\nfile ", "\n\n# comment\n#EXTM3U\n#EXTINF:10,\n"):
        path = tmp_path / "list.mp4"
        path.write_text(f"{head}{canary}\n")
        with pytest.raises((MediaRefused, MediaUnknown)):
            inspect(path, Media())
    assert canary.stat().st_atime == 1


def verdict(path: Path) -> tuple[str, MediaInfo | None, str]:
    try:
        info = inspect(path, Media())
    except MediaError as error:
        return "reject", None, f"{error.message} - {error.remedy}"
    return ("partial" if info.partial else "accept"), info, ""


@pytest.mark.skipif(not (SHARED / "hostile").is_dir(), reason="no shared test media (AIMA_TEST_MEDIA)")
def test_every_file_of_the_hostile_set_gets_its_verdict() -> None:
    wrong = []
    for case in cases(SHARED / "hostile"):
        got, info, said = verdict(case.path)
        if not case.agrees(got, info, said):
            wrong.append((case.record["file"], case.record["expect"], got, said))
    assert wrong == []


def test_timelines_begin_at_zero(hostile: Callable[[str], Path]) -> None:
    assert inspect(hostile("start_26h.ts"), Media()).duration_us == pytest.approx(3_000_000, abs=50_000)
    joined = inspect(hostile("ts_discontinuity.ts"), Media())
    assert joined.duration_us == pytest.approx(6_000_000, abs=50_000)
    assert joined.details["linear"] is True


def without_tables(path: Path) -> bytes:
    """The packets of a transport stream but for those that say which streams there are."""
    data = path.read_bytes()
    packets = (data[start : start + 188] for start in range(0, len(data), 188))
    return b"".join(p for p in packets if int.from_bytes(p[1:3], "big") & 0x1FFF not in {0, 17, 0x1000})


def test_a_stream_that_turns_up_late_is_passed_over(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "silent.ts", [pattern(number % 20, (64, 48)) for number in range(400)])
    loud = write_video(tmp_path / "loud.ts", [pattern(number, (64, 48)) for number in range(20)], sound=True)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(without_tables(silent) + without_tables(loud))
    trial = attempt(joined)
    assert (trial.verdict, trial.codes, len(trial.strip_us)) == ("done", [], 420)


def test_a_codec_that_nobody_knows_is_told_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 0x7777, 1, 16_000, 32_000, 2, 16) + b"data" + bytes(4000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    with pytest.raises(MediaCorrupt, match="nothing in it can be decoded"):
        inspect(path, Media())


def test_a_recording_that_was_cut_says_what_its_beginning_lacks(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.ts", [pattern(number) for number in range(120)], gop=50)
    data = whole.read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(data[len(data) // 4 // 188 * 188 :])
    trial = attempt(cut)
    assert "frames_missing" in trial.codes
    assert any("none between 0.0 s and" in text for text in trial.said)


def test_the_end_of_a_medium_that_begins_late_is_no_lack(tmp_path: Path) -> None:
    late = write_video(
        tmp_path / "late.mkv", [pattern(n, (64, 48)) for n in range(20)], [5000 + 40 * n for n in range(20)]
    )
    info = inspect(late, Media())
    assert not info.partial
    assert info.duration_us == pytest.approx(800_000, abs=50_000)
