"""A parent whose decoders were broken into: it ends them, says so in words, and goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aima.domain.media import MediaInfo, Segment
from aima.errors import DecoderDied
from aima.media.contained import keeper, process
from aima.media.contained.keeper import KEEPER
from aima.media.contained.process import Child, Limits
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.settings import Media
from tests.media.conftest import decoders
from tests.media.making import pattern, write_video
from tests.media.sounds import tone, write_wave
from tests.media.trials import endings

BOOT = "import sys; sys.path.append(sys.argv[1]); from tests.media.liars import main; main({!r}, *sys.argv[2:])"
WHOLE = Segment("content", 0, "sight", 0, 2_400_000)
SOON_S = 20.0

Break = Callable[[str | None], None]


@pytest.fixture
def break_into() -> Iterator[Break]:
    """From now on children do this harm; with None, and at the end, they are honest again."""
    with pytest.MonkeyPatch.context() as patch:

        def broken(how: str | None) -> None:
            KEEPER.close()
            patch.undo()
            if how is not None:
                patch.setattr(keeper, "_BOOT", BOOT.format(how))

        yield broken
    KEEPER.close()


@pytest.fixture(scope="module")
def honest(plain_video: Path) -> MediaInfo:
    return inspect(plain_video, Media())


def read(path: Path, info: MediaInfo, options: Media | None = None) -> int:
    with SegmentReader(path, info, options or Media()) as reader:
        return sum(len(chunk.pts_us) for chunk in reader.chunks(WHOLE))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("greeting", "nonsense"),
        ("no info", "nonsense"),
        ("no message", "ended"),
        ("endless", "nonsense"),
        ("backwards", "nonsense"),
        ("not a number", "nonsense"),
        ("no plan", "nonsense"),
        ("foreign error", r"a\\nb\\x00"),
        ("no error", "None"),
        ("nested", "ended"),
        ("large", "ended"),
        ("number", "ended"),
    ],
)
def test_lies_at_the_gate_end_in_one_line(plain_video: Path, break_into: Break, how: str, said: str) -> None:
    break_into(how)
    began = time.monotonic()
    with pytest.raises(DecoderDied, match=said) as caught:
        inspect(plain_video, Media())
    assert time.monotonic() - began < SOON_S
    assert caught.value.message.startswith("plain.mp4: ")
    assert (caught.value.message + caught.value.remedy).isprintable()
    assert decoders() == []


def test_what_no_database_takes_is_written_out(plain_video: Path, break_into: Break) -> None:
    break_into("control characters")
    info = inspect(plain_video, Media())
    assert info.codec == r"h\x00264\ud800"
    assert str(info.details["warning"]).startswith(r"a\nb\x00")
    assert len(str(info.details["warning"])) < 2000


@pytest.mark.parametrize("how", ["flood", "flood of problems", "no info", "nested"])
def test_a_child_that_announces_what_cannot_be_is_ended(
    plain_video: Path, honest: MediaInfo, break_into: Break, how: str
) -> None:
    break_into(how)
    began = time.monotonic()
    with pytest.raises(DecoderDied, match=r"nonsense|ended"):
        read(plain_video, honest)
    assert time.monotonic() - began < SOON_S
    assert decoders() == []


@pytest.mark.parametrize("how", ["spin", "spin and chat"])
def test_an_endless_loop_is_ended_by_the_parent_too(
    plain_video: Path, honest: MediaInfo, break_into: Break, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """These children never set themselves the limit that honest ones do."""
    monkeypatch.setattr(process, "_CPU_GRACE_S", 0.5)
    break_into(how)
    with endings() as seen, pytest.raises(DecoderDied, match=r"more than 1 s of CPU|nonsense"):
        read(plain_video, honest, Media(child_cpu_s=1))
    assert seen[0].cpu_s is not None
    assert seen[0].cpu_s < 4


def test_a_message_that_never_ends_counts_as_silence(
    plain_video: Path, break_into: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limits, "patience_s", 1.0)
    break_into("trickle")
    began = time.monotonic()
    with pytest.raises(DecoderDied, match="hung"):
        inspect(plain_video, Media())
    assert time.monotonic() - began < SOON_S


def test_a_memory_bomb_stays_below_its_limit(plain_video: Path, break_into: Break) -> None:
    break_into("eat")
    with endings() as seen, pytest.raises(DecoderDied, match="ended"):
        inspect(plain_video, Media(child_memory_mb=300))
    assert 50 << 20 < (seen[0].peak_bytes or 0) < 300 << 20


def test_a_child_that_does_not_listen_holds_nobody(
    plain_video: Path, break_into: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_SEND_TIMEOUT_S", 1)
    break_into("deaf")
    with plain_video.open("rb") as medium:
        child = Child(medium.fileno(), "plain.mp4", Limits(2048, 60))
    began = time.monotonic()
    with pytest.raises(DecoderDied):
        child.send({"op": "inspect", "caps": "x" * 10_000_000})
    assert time.monotonic() - began < SOON_S
    assert not child.alive


def test_after_liars_honest_children_work(plain_video: Path, break_into: Break, honest: MediaInfo) -> None:
    break_into("no info")
    with SegmentReader(plain_video, honest, Media()) as reader:
        with pytest.raises(DecoderDied):
            list(reader.chunks(WHOLE))
        break_into(None)
        assert sum(len(chunk.pts_us) for chunk in reader.chunks(WHOLE)) == 12


def test_a_nursery_killed_within_a_segment_fails_it_and_the_next_one_works(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", [pattern(number % 20) for number in range(200)])
    info = inspect(path, Media())
    with SegmentReader(path, info, Media()) as reader:
        chunks = reader.chunks(Segment("content", 0, "sight", 0, info.duration_us), frames_per_chunk=2)
        next(chunks)
        os.kill(KEEPER.pid or 0, signal.SIGKILL)
        with pytest.raises(DecoderDied, match=r"long\.mp4: the decoder was ended by SIGKILL"):
            list(chunks)
        again = reader.chunks(Segment("content", 0, "sight", 0, info.duration_us), frames_per_chunk=2)
        assert sum(len(chunk.pts_us) for chunk in again) == 40
    assert decoders() == []


@pytest.mark.parametrize("how", ["no problems", "no info", "nested"])
def test_lies_about_sound_end_in_one_line_and_the_next_child_is_heard(
    tmp_path: Path, break_into: Break, how: str
) -> None:
    path = write_wave(tmp_path / "a.wav", tone(1, 8_000), 8_000)
    info = inspect(path, Media())
    segment = Segment("content", 0, "sound", 0, 1_000_000)
    break_into(how)
    with SegmentReader(path, info, Media()) as reader:
        with pytest.raises(DecoderDied, match=r"nonsense|ended") as caught:
            reader.sound(segment)
        assert caught.value.message.startswith("a.wav: ")
        break_into(None)
        assert reader.sound(segment).samples.any()
    assert decoders() == []
