"""From what a decoder gives to one channel of float samples."""

from __future__ import annotations

import math
from typing import Final

import av
import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]

_MEMORY_S: Final = 1.0
_CANCELLED: Final = 0.25
_ALMOST: Final = 0.8


def planes(frame: av.AudioFrame, rate: int) -> Samples:
    """The channels of a frame at `rate`: float32 [channels, n], -1..1, without values that are no numbers."""
    given = frame.to_ndarray()
    if not frame.format.is_planar:
        given = given.reshape(-1, frame.layout.nb_channels).T
    channels = _floats(given)
    if frame.sample_rate != rate:
        channels = soxr.resample(channels.T, frame.sample_rate, rate).T
    return np.clip(np.nan_to_num(channels), -1.0, 1.0)


def _floats(given: npt.NDArray[np.generic]) -> Samples:
    if np.issubdtype(given.dtype, np.floating):
        return given.astype(np.float32)
    full_scale = 2.0 ** (8 * given.dtype.itemsize - 1)
    silence = full_scale if np.issubdtype(given.dtype, np.unsignedinteger) else 0.0
    return ((given.astype(np.float64) - silence) / full_scale).astype(np.float32)


class Mixer:
    """Makes one channel of several: their mean or, where they cancel each other, the loudest.

    They cancel where the mean has less than a quarter of the power that it has of channels that know nothing of each
    other. Powers are those of about the last second, so that it does not change from frame to frame.
    """

    def __init__(self, rate: int) -> None:
        self._memory = _MEMORY_S * rate
        self._powers: npt.NDArray[np.float64] = np.zeros(0)
        self._mean_power = 0.0

    def mix(self, channels: Samples) -> Samples:
        """One channel: float32 [n] of float32 [channels, n]."""
        count = len(channels)
        if count == 1:
            return channels.reshape(-1)
        mean: Samples = channels.mean(axis=0)
        self._listen(channels, mean)
        if self._mean_power >= _CANCELLED * self._powers.mean() / count:
            return mean
        # The first of those that are about as loud: two that mirror each other must not take turns.
        loudest: Samples = channels[np.argmax(self._powers >= _ALMOST * self._powers.max())]
        return loudest

    def _listen(self, channels: Samples, mean: Samples) -> None:
        if len(self._powers) != len(channels):
            self._powers, self._mean_power = np.zeros(len(channels)), 0.0
        kept = math.exp(-mean.size / self._memory)
        self._powers = kept * self._powers + np.square(channels, dtype=np.float64).sum(axis=1)
        self._mean_power = kept * self._mean_power + float(np.square(mean, dtype=np.float64).sum())
