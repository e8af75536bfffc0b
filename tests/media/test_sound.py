"""Sound as it is heard: each sample at its time, neighbours alike, and what is missing is told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain.batch import SOUND_RATE
from aima.domain.media import Segment, Sound
from aima.errors import DecoderDied, MediaCorrupt
from aima.media.gate import inspect
from aima.media.listening_plan import Span, plan_listening
from aima.media.reader import SegmentReader
from aima.media.sound import listen
from aima.settings import Media
from tests.media.conftest import SHARED, decoders
from tests.media.making import pattern, write_video
from tests.media.sounds import add_sound, hear, noise, pitch, power, tone, write_sound, write_wave
from tests.media.trials import attempt, endings

SECOND = 1_000_000
LOSSY = [
    ("a.m4a", "aac", 44_100),
    ("a.mp3", "libmp3lame", 44_100),
    ("a.opus", "libopus", 48_000),
    ("a.mka", "ac3", 48_000),
]


def shared(before: Sound, after: Sound) -> tuple[np.ndarray, np.ndarray]:
    """What two neighbours have of the time that they share."""
    first = (after.start_us - before.start_us) * SOUND_RATE // SECOND
    common = min(before.samples.size - first, after.samples.size)
    return before.samples[first : first + common], after.samples[:common]


@settings(deadline=None, derandomize=True, max_examples=8)
@given(rate=st.sampled_from([8_000, 11_025, 16_000, 44_100, 96_000]) | st.integers(8_000, 96_000))
def test_neighbours_agree_and_every_sample_lies_at_its_time(
    tmp_path_factory: pytest.TempPathFactory, rate: int
) -> None:
    path = tmp_path_factory.mktemp("rate") / "a.wav"
    given_sound = noise(67, rate)
    info = inspect(write_wave(path, given_sound, rate), Media())
    plan = plan_listening(info, 1, 1)
    heard = []
    for span in (
        Span(0, 65 * SOUND_RATE, 0, 60 * SECOND),
        Span(55 * SOUND_RATE, 67 * SOUND_RATE, 60 * SECOND, 67 * SECOND),
    ):
        out = np.full(span.stop - span.first, np.nan, np.float32)
        with path.open("rb", buffering=0) as medium:
            assert listen(medium, plan, span, out) == []
        heard.append(Sound(out, span.first * SECOND // SOUND_RATE))
    np.testing.assert_allclose(*shared(*heard), rtol=0, atol=1e-4)
    whole = soxr.resample(given_sound[0], rate, SOUND_RATE)
    together = np.concatenate([heard[0].samples, heard[1].samples[10 * SOUND_RATE :]])
    inner = slice(SOUND_RATE, 66 * SOUND_RATE)
    np.testing.assert_allclose(together[inner], whole[inner], rtol=0, atol=1e-3)


@pytest.mark.parametrize(("name", "codec", "rate"), LOSSY)
def test_neighbours_hear_the_same_of_lossy_sound_too(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    given_sound = noise(68, rate)
    _, sounds = hear(write_sound(tmp_path / name, [[(0, given_sound)]], rate, codec))
    assert [problem for sound in sounds for problem in sound.problems] == []
    np.testing.assert_array_equal(*shared(*sounds))
    together = np.concatenate([sounds[0].samples, sounds[1].samples[10 * SOUND_RATE :]])[: 67 * SOUND_RATE]
    wanted = soxr.resample(given_sound[0], rate, SOUND_RATE)[: 67 * SOUND_RATE]
    error = np.square(together - wanted)[SOUND_RATE:].mean() / np.square(wanted).mean()
    assert error < 0.05, "moved by a single sample of 48 kHz it is more than that"


@pytest.mark.parametrize(
    ("name", "codec", "rate", "channels"),
    [
        ("telephone.wav", "pcm_mulaw", 8_000, 1), ("a.flac", "flac", 96_000, 2), ("a.ogg", "libopus", 48_000, 2),
        ("a.mp3", "libmp3lame", 16_000, 1), ("a.aac", "aac", 44_100, 2), ("a.mka", "ac3", 48_000, 6),
        ("eight.wav", "pcm_s32le", 192_000, 8), ("a.m4a", "alac", 44_100, 2), ("a.ts", "mp2", 44_100, 2),
    ],
)  # fmt: skip
def test_a_tone_is_the_same_tone_in_every_format(
    tmp_path: Path, name: str, codec: str, rate: int, channels: int
) -> None:
    path = write_sound(tmp_path / name, [[(0, tone(2, rate, 440, channels))]], rate, codec)
    info, (sound,) = hear(path)
    facts = (info.details["sound_rate"], info.details["sound_channels"], info.details["sound_tracks"])
    assert (info.kind, info.has_sound, *facts) == ("audio", True, rate, channels, 1)
    assert sound.samples.size / SOUND_RATE == pytest.approx(2, abs=0.08)
    assert pitch(sound, 0.2, 1.8) == pytest.approx(440, abs=2)
    assert power(sound, 0.2, 1.8) == pytest.approx(0.3**2 / 2, rel=0.2)
    assert sound.problems == ()


def test_opposite_channels_are_heard(tmp_path: Path) -> None:
    wave = tone(2, 44_100)[0]
    _, (sound,) = hear(write_wave(tmp_path / "opposite.wav", np.stack([wave, -wave]), 44_100))
    assert power(sound, 0.2, 1.8) == pytest.approx(0.3**2 / 2, rel=0.01)


def test_silence_is_silent_and_what_clips_stays_within_full_scale(tmp_path: Path) -> None:
    _, (silent,) = hear(write_wave(tmp_path / "silent.wav", np.zeros((1, 22_050), np.float32), 22_050))
    assert not silent.samples.any()
    loud = np.clip(tone(1, 44_100, 300, loud=4.0), -1, 1)
    _, (clipped,) = hear(write_wave(tmp_path / "clipped.wav", loud, 44_100))
    assert np.abs(clipped.samples).max() == 1.0
    assert power(clipped, 0.1, 0.9) == pytest.approx(np.square(loud).mean(), rel=0.02)


def test_the_track_that_is_marked_as_default_is_heard_else_the_first_that_can_be(tmp_path: Path) -> None:
    tracks = [[(0.0, tone(2, 44_100, hertz))] for hertz in (300, 600, 900)]
    info, (sound,) = hear(write_sound(tmp_path / "three.mka", tracks, 44_100, "flac", default=2))
    assert (info.details["sound_stream"], info.details["sound_tracks"]) == (2, 3)
    assert pitch(sound, 0.2, 1.8) == pytest.approx(900, abs=2)
    info, (sound,) = hear(write_sound(tmp_path / "none.mka", tracks, 44_100, "flac", default=9))
    assert (info.details["sound_stream"], round(pitch(sound, 0.2, 1.8) / 300)) == (0, 1)


def test_sound_that_begins_late_lies_where_it_is_and_its_silence_is_no_problem(tmp_path: Path) -> None:
    path = write_video(tmp_path / "late.mkv", [pattern(number) for number in range(100)])
    late = add_sound(path, tmp_path / "late_sound.mkv", tone(1, 16_000), 16_000, 1.5)
    info, (sound,) = hear(late)
    assert (info.kind, info.details["sound_first_us"], info.sound_end_us) == ("video", 1_500_000, 2_500_000)
    assert (sound.samples.size, sound.problems) == (40_000, ())
    assert not sound.samples[:23_990].any()
    assert power(sound, 1.5, 2.5) == pytest.approx(0.3**2 / 2, rel=0.01)


def test_a_gap_is_silence_that_is_told_and_what_overlaps_is_heard_once(tmp_path: Path) -> None:
    parts = [(0.0, tone(1, 44_100, 300)), (3.0, tone(2, 44_100, 600)), (4.0, tone(2, 44_100, 900))]
    _, (sound,) = hear(write_sound(tmp_path / "gap.mka", [parts], 44_100, "pcm_s16le", size=88_200))
    assert [(p.code, p.source) for p in sound.problems] == [("sound_missing", "media")]
    assert sound.problems[0].detail == "none between 1.0 s and 3.0 s"
    assert power(sound, 1.1, 2.9) < 1e-9
    assert [round(pitch(sound, at, at + 0.8) / 100) for at in (0.1, 3.1, 4.1, 5.1)] == [3, 6, 6, 9]


def test_times_that_are_rounded_leave_no_seams(tmp_path: Path) -> None:
    """Matroska states whole milliseconds: a frame of 1024 samples at 44.1 kHz lies up to 22 samples from its time."""
    _, (sound,) = hear(write_sound(tmp_path / "rounded.mka", [[(0, tone(3, 44_100))]], 44_100, "flac"))
    wanted = tone(3, SOUND_RATE)[0]
    np.testing.assert_allclose(sound.samples[800:47_000], wanted[800:47_000], atol=2e-3)


def damaged(path: Path, first: float, last: float) -> Path:
    """Bytes between two shares of a file made zero, but for every 40th."""
    data = bytearray(path.read_bytes())
    for at in range(int(first * len(data)), int(last * len(data))):
        data[at] = data[at] if at % 40 == 0 else 0
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "codec", "rate"), [("a.flac", "flac", 44_100), ("a.mp3", "libmp3lame", 44_100)])
def test_what_is_corrupt_in_the_middle_is_told_and_the_rest_lies_where_it_was(
    tmp_path: Path, name: str, codec: str, rate: int
) -> None:
    given_sound = noise(20, rate)
    path = damaged(write_sound(tmp_path / name, [[(0, given_sound)]], rate, codec), 0.4, 0.5)
    _, (sound,) = hear(path)
    assert {"sound_missing", "sound_undecodable"} & {problem.code for problem in sound.problems}
    wanted = soxr.resample(given_sound[0], rate, SOUND_RATE)
    before, after = slice(SOUND_RATE, 6 * SOUND_RATE), slice(12 * SOUND_RATE, 19 * SOUND_RATE)
    for part in (before, after) if codec == "flac" else (before,):  # mp3 counts its frames: what is gone moves the rest
        assert np.square(sound.samples[part] - wanted[part]).mean() < 0.05 * np.square(wanted[part]).mean()


def test_corrupt_sound_beside_good_pictures_is_told_and_the_pictures_are_analysed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", [pattern(number) for number in range(50)], sound=True)
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        for packet in container.demux(audio=0):
            if packet.size:
                data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(data)
    trial = attempt(path)
    assert trial.info is not None
    assert (trial.verdict, trial.frames, trial.info.has_sound, trial.info.partial) == ("partial", 10, False, True)
    assert "cannot be decoded" in str(trial.info.details["sound_problem"])
    assert "its sound is left out" in str(trial.info.details["warning"])
    with (
        SegmentReader(path, trial.info, Media()) as reader,
        pytest.raises(MediaCorrupt, match=r"clip\.mp4: there is no"),
    ):
        reader.sound(Segment("content", 0, "sound", 0, SECOND))


def test_each_problem_is_told_by_the_segment_it_lies_in(tmp_path: Path) -> None:
    parts = [(0.0, tone(56, 8_000)), (58.0, tone(4, 8_000)), (64.0, tone(2, 8_000))]
    _, sounds = hear(write_sound(tmp_path / "gaps.mka", [parts], 8_000, "pcm_s16le"))
    told = [[problem.detail for problem in sound.problems] for sound in sounds]
    assert told == [["none between 56.0 s and 58.0 s"], ["none between 62.0 s and 64.0 s"]]
    np.testing.assert_array_equal(*shared(*sounds))


def test_a_child_that_dies_is_told_and_the_next_segment_gets_another(tmp_path: Path) -> None:
    path = write_wave(tmp_path / "long.wav", noise(66, 8_000), 8_000)
    info = inspect(path, Media())
    first, second = (
        Segment("content", 0, "sound", 0, 60 * SECOND),
        Segment("content", 1, "sound", 60 * SECOND, 66 * SECOND),
    )
    with SegmentReader(path, info, Media()) as reader:
        assert reader.sound(first).samples.size == 65 * SOUND_RATE
        spent = reader.cpu_s
        (child,) = decoders()
        child.kill()
        with pytest.raises(DecoderDied, match=r"long\.wav"):
            reader.sound(second)
        assert reader.sound(second).start_us == 55 * SECOND
        assert reader.cpu_s > spent > 0
    assert decoders() == []


def test_hours_take_no_more_memory_than_minutes(tmp_path: Path) -> None:
    """Forty minutes against two, in the segment at their end."""
    peaks = []
    for minutes in (2, 40):
        path = write_wave(tmp_path / f"{minutes}.wav", np.zeros((1, minutes * 60 * 8_000), np.float32), 8_000)
        info = inspect(path, Media())
        last = Segment("content", minutes - 1, "sound", (minutes - 1) * 60 * SECOND, minutes * 60 * SECOND)
        with endings() as seen, SegmentReader(path, info, Media()) as reader:
            assert reader.sound(last).samples.size == 65 * SOUND_RATE
            reader.close()
            peaks.append(max(ending.peak_bytes or 0 for ending in seen))
        path.unlink()
    assert peaks[1] < peaks[0] + (4 << 20)


def test_the_same_bytes_give_the_same_samples(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.m4a", [[(0, noise(3, 44_100, 2))]], 44_100, "aac")
    (first,), (second,) = hear(path)[1], hear(path)[1]
    np.testing.assert_array_equal(first.samples, second.samples)


@pytest.mark.parametrize(
    ("name", "kind", "seconds"),
    [
        ("ulaw_8k.wav", "audio", 3.0), ("wav_192k_8ch.wav", "audio", 0.2), ("wav_nan_inf.wav", "audio", 1.0),
        ("silence.wav", "audio", 5.0), ("cover_art.mp3", "audio", 3.0), ("ts_discontinuity.ts", "video", 6.0),
        ("start_26h.ts", "video", 3.0), ("many_streams_31.mp4", "video", 2.0), ("mdat_bitflips.mp4", "video", 3.0),
        ("trunc.mkv", "video", 1.7), ("mp3_cut.mp3", "audio", 1.5), ("flac_cut.flac", "audio", 1.25),
    ],
)  # fmt: skip
def test_sound_of_odd_media_is_heard(hostile: Callable[[str], Path], name: str, kind: str, seconds: float) -> None:
    info, sounds = hear(hostile(name))
    assert info.kind == kind
    assert sum(sound.samples.size for sound in sounds) / SOUND_RATE == pytest.approx(seconds, abs=0.06)
    assert all(np.isfinite(sound.samples).all() for sound in sounds)


def test_real_media_are_heard_alike_by_neighbours() -> None:
    path = SHARED / "video" / "composed_2min.mp4"
    if not path.is_file():
        pytest.skip("no shared test media (AIMA_TEST_MEDIA)")
    _, sounds = hear(path)
    assert len(sounds) == 3
    for before, after in itertools.pairwise(sounds):
        np.testing.assert_array_equal(*shared(before, after))
        assert after.samples.any()
