from __future__ import annotations

import av
import numpy as np
import pytest

from aima.media.mixing import Mixer, planes
from tests.media.sounds import noise, tone

RATE = 16_000


def frame(samples: np.ndarray, sample_format: str, layout: str, rate: int = RATE) -> av.AudioFrame:
    made = av.AudioFrame.from_ndarray(samples, sample_format, layout)
    made.rate = rate
    return made


@pytest.mark.parametrize(
    ("sample_format", "full_scale", "kind"),
    [("u8", 128, np.uint8), ("s16", 2**15, np.int16), ("s32", 2**31, np.int32), ("flt", 1, np.float32)],
)
def test_samples_of_every_kind_become_the_same_floats(sample_format: str, full_scale: int, kind: type) -> None:
    wanted = np.array([[0.5, -0.25, 0.0], [-1.0, 0.75, 0.25]])
    offset = 128 if sample_format == "u8" else 0
    packed = (wanted.T.reshape(1, -1) * full_scale + offset).astype(kind)
    np.testing.assert_allclose(planes(frame(packed, sample_format, "stereo"), RATE), wanted, atol=1e-6)
    flat = (wanted * full_scale + offset).astype(kind)
    np.testing.assert_allclose(planes(frame(flat, f"{sample_format}p", "stereo"), RATE), wanted, atol=1e-6)


def test_what_is_no_number_is_silence_and_nothing_is_beyond_full_scale() -> None:
    odd = np.array([[np.nan, np.inf, -np.inf, 7.0, 0.5]], np.float32)
    np.testing.assert_array_equal(planes(frame(odd, "fltp", "mono"), RATE), [[0, 1, -1, 1, 0.5]])


def test_a_frame_of_another_rate_is_brought_to_that_of_its_track() -> None:
    given = planes(frame(tone(0.5, 8_000), "fltp", "mono", 8_000), RATE)
    assert given.shape == (1, RATE // 2)
    np.testing.assert_allclose(given[0, 1000:7000], tone(0.5, RATE)[0, 1000:7000], atol=1e-3)


def test_channels_are_averaged() -> None:
    channels = np.array([[0.5, 0.1], [0.1, 0.3]], np.float32)
    np.testing.assert_allclose(Mixer(RATE).mix(channels), [0.3, 0.2], atol=1e-7)
    assert Mixer(RATE).mix(channels[:1]) is not None


@pytest.mark.parametrize("louder", [0, 1])
def test_where_channels_cancel_the_louder_one_is_heard(louder: int) -> None:
    voice = noise(1, RATE)[0]
    channels = np.stack([voice, -voice])
    channels[1 - louder] *= 0.7
    mixer = Mixer(RATE)
    heard = np.concatenate([mixer.mix(channels[:, at : at + 320]) for at in range(0, RATE, 320)])
    np.testing.assert_array_equal(heard, channels[louder])


def test_of_two_that_mirror_each_other_one_stays_chosen() -> None:
    voice = noise(2, RATE)[0]
    wobbling = 1 + 0.1 * np.sign(np.sin(np.arange(voice.size) / 500)).astype(np.float32)
    mixer = Mixer(RATE)
    mirrored = np.stack([voice, -voice * wobbling])
    heard = np.concatenate([mixer.mix(mirrored[:, at : at + 320]) for at in range(0, voice.size, 320)])
    np.testing.assert_array_equal(heard, voice)


def test_one_of_six_channels_and_channels_that_know_nothing_of_each_other_do_not_cancel() -> None:
    alone = np.zeros((6, RATE), np.float32)
    alone[2] = noise(1, RATE)[0]
    np.testing.assert_allclose(Mixer(RATE).mix(alone), alone[2] / 6, atol=1e-7)
    strangers = noise(1, RATE, channels=2)
    np.testing.assert_allclose(Mixer(RATE).mix(strangers), strangers.mean(axis=0), atol=1e-7)
