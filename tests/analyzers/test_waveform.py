"""The waveform: rows of a tenth of a second on a grid of the medium, whatever segment they are made for."""

from __future__ import annotations

import numpy as np
import pytest

from aima.analyzers.waveform import Waveform, WaveformOptions
from aima.domain.batch import SOUND_RATE, SoundBatch

SECOND = 1_000_000


def look(samples: np.ndarray, start_us: int = 0, **options: float):
    batch = SoundBatch("c", 0, samples.astype(np.float32), start_us, (0, 10**12), {})
    return Waveform().analyze(batch, WaveformOptions(**options))


def test_loud_quiet_and_silent_moments_are_told_apart():
    sine = np.sin(np.arange(SOUND_RATE) * 0.3)
    table = look(np.concatenate([sine, sine / 100, np.zeros(SOUND_RATE)]))
    assert table.num_rows == 30
    assert table["pts_us"].to_pylist() == list(range(0, 3 * SECOND, 100_000))
    assert table["end_us"].to_pylist() == list(range(100_000, 3 * SECOND + 1, 100_000))
    loudness = table["loudness"].to_numpy()
    assert loudness[:10] == pytest.approx(-3.01, abs=0.1)
    assert loudness[10:20] == pytest.approx(-43.01, abs=0.1)
    assert set(loudness[20:]) == {-120.0}
    assert table["high"].to_numpy()[:10] == pytest.approx(1, abs=0.01)
    assert table["low"].to_numpy()[:10] == pytest.approx(-1, abs=0.01)
    assert table["low"].to_pylist()[25] == table["high"].to_pylist()[25] == 0


def test_clipped_samples_are_counted():
    flat = np.clip(3 * np.sin(np.arange(SOUND_RATE) * 0.05), -1, 1)
    share = float(np.mean(np.abs(flat) >= 0.999))
    assert np.mean(look(flat)["clipped"].to_numpy()) == pytest.approx(share, abs=0.01)
    assert not look(flat * 0.9)["clipped"].to_numpy().any()
    assert look(flat * 0.9, clipped_from=0.85)["clipped"].to_numpy().max() > 0.5


def test_the_colour_changes_where_a_vowel_becomes_another_not_with_loudness_or_in_silence():
    low, high = (np.sin(2 * np.pi * hertz * np.arange(SOUND_RATE) / SOUND_RATE) for hertz in (700, 2500))
    table = look(np.concatenate([low, high, np.zeros(SOUND_RATE)]))
    assert {len(values) for values in table["change"].to_pylist()} == {5}
    change = np.concatenate(table["change"].to_pylist())
    assert set(np.argsort(-change)[:6]) <= {0, 1, 49, 50, 51, 99, 100, 101}
    steady = np.concatenate([change[2:49], change[52:99], change[102:]])
    assert steady.max() < 0.05 * change[50]


def test_rows_lie_on_the_grid_of_the_medium_and_the_last_one_may_be_short():
    samples = np.random.default_rng(0).uniform(-1, 1, 3 * SOUND_RATE)
    whole = look(samples).to_pylist()
    part = look(samples[SOUND_RATE - 800 :], SECOND - 50_000).to_pylist()
    assert part == whole[10:]
    short = look(samples[:2000]).to_pylist()
    assert [(row["pts_us"], row["end_us"]) for row in short] == [(0, 100_000), (100_000, 125_000)]


@pytest.mark.parametrize("samples", [0, 1])
def test_next_to_nothing_is_no_error(samples):
    assert look(np.zeros(samples), 50_000).num_rows == 0
    assert look(np.zeros(samples)).num_rows == samples
