"""What networks of voices are shown: Kaldi's filter bank, or pieces of sound."""

import numpy as np
import pytest

from aima.analyzers.voice_vectors import HOP, PlainVoices, filter_bank, moments_us, voices
from aima.models.loader import load
from tests.analyzers.batches import counted
from tests.voices_made import HIGH, LOW, RATE, speak


def mel(hertz):
    return 1127 * np.log(1 + hertz / 700)


def kaldi_bank(samples, bins):
    """As Kaldi documents it: frames of 25 ms without their mean, pre-emphasised, Povey's window, power, triangles."""
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64) * 32768, 400)[::HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    frames = frames - 0.97 * np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)) ** 0.85
    power = np.abs(np.fft.rfft(frames * window, 512)) ** 2
    edges = np.linspace(mel(20), mel(RATE / 2), bins + 2)
    at = mel(np.arange(257) * RATE / 512)
    rising, falling = (at - edges[:-2, None]), (edges[2:, None] - at)
    triangles = np.clip(np.minimum(rising, falling) / (edges[1] - edges[0]), 0, None)
    return np.log(np.maximum(power @ triangles.T, np.finfo(np.float32).eps))


def test_the_filter_bank_is_the_one_that_kaldi_documents():
    sound = speak(LOW, 2)
    bank = filter_bank(sound, 80)
    expected = kaldi_bank(sound, 80)
    assert bank.shape == expected.shape == (198, 80)
    # The edge of the last band lies on the last frequency; where there is next to nothing single floats say less.
    np.testing.assert_allclose(bank[:, :79], expected[:, :79], atol=0.03)


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_less_than_a_frame_has_no_filter_bank(samples):
    assert filter_bank(np.zeros(samples, np.float32), 80).shape == (0, 80)


def test_moments_are_hundredths_of_a_second():
    assert moments_us(np.zeros(4 * HOP + 159, np.float32)).tolist() == [12_500, 22_500, 32_500, 42_500]


@pytest.mark.parametrize("name", ["campplus", "resemblyzer"])
def test_how_loud_it_is_does_not_matter(settings, name):
    sound = speak(HIGH, 3)
    chosen = np.ones(len(moments_us(sound)), bool)
    loud, soft = (voices(load(settings, name), sound * np.float32(factor)).vector(chosen) for factor in (0.05, 0.02))
    assert loud @ soft > 0.99


def test_sound_is_shown_in_overlapping_pieces(settings):
    model, sizes = counted(load(settings, "resemblyzer"))
    sound = PlainVoices(model, speak(LOW, 5))
    for moments in (40, 160, 161 + 77, 450):
        sound.vector(np.arange(500) < moments)
    assert sizes == [1, 1, 2, 5]
