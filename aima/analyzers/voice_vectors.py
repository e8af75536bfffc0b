"""From stretches of sound to the vector of the voice in them, as each network's contract in the catalogue asks."""

from __future__ import annotations

from typing import Final, Protocol

import kaldi_native_fbank as kaldi
import numpy as np
import numpy.typing as npt

from aima.analyzers.activities import Mask
from aima.domain.batch import SOUND_RATE
from aima.models.model import Model

Floats = npt.NDArray[np.float32]

HOP: Final = SOUND_RATE // 100
"""Samples from one moment to the next: sound is chosen in hundredths of a second."""

MIDDLE: Final = 200
"""Samples from the beginning of a moment to the middle of what a filter bank hears for it."""


class Voices(Protocol):
    """The voices in some samples."""

    def vector(self, chosen: Mask) -> Floats:
        """Vector of what is heard in the chosen moments (hundredths of a second from the first sample), length 1."""
        ...


def voices(model: Model, samples: Floats) -> Voices:
    """How this network hears the samples."""
    return (FilteredVoices if model.contract["sees"] == "filter bank" else PlainVoices)(model, samples)


def moments_us(samples: Floats) -> npt.NDArray[np.int64]:
    """The moments that can be chosen of the samples: their middles in microseconds from the first sample."""
    return (np.arange(len(samples) // HOP, dtype=np.int64) * HOP + MIDDLE) * 1_000_000 // SOUND_RATE


class FilteredVoices:
    """For networks that are shown the energies of Kaldi's filter bank."""

    def __init__(self, model: Model, samples: Floats) -> None:
        self._model = model
        self._bank = filter_bank(samples, model.contract["bins"])

    def vector(self, chosen: Mask) -> Floats:
        """Its moments side by side, less their mean: how loud it is and through what it was recorded matter less."""
        bank = self._bank[chosen[: len(self._bank)]]
        contract = self._model.contract
        shown = (bank - bank.mean(axis=0))[None]
        return normalised(self._model.runtime.run({contract["input"]: shown})[contract["vector"]][0])


class PlainVoices:
    """For networks that are shown sound itself, in pieces of one length that overlap; the mean is the vector."""

    def __init__(self, model: Model, samples: Floats) -> None:
        self._model = model
        self._samples = samples

    def vector(self, chosen: Mask) -> Floats:
        """Its moments side by side, made as loud as the network is used to where they are softer."""
        contract = self._model.contract
        length, every = contract["piece"], contract["every"]
        sound = self._samples[: len(chosen) * HOP].reshape(-1, HOP)[chosen].ravel()
        level = np.sqrt(np.mean(np.square(sound, dtype=np.float64)))
        louder = np.float32(max(1.0, 10 ** (contract["level"] / 20) / max(level, 1e-6)))
        count = max(1, 1 + round((len(sound) - length) / every))
        padded = np.zeros(length + (count - 1) * every, np.float32)
        padded[: len(sound)] = (sound * louder)[: len(padded)]
        pieces = np.lib.stride_tricks.sliding_window_view(padded, length)[::every]
        vectors = self._model.runtime.run({contract["input"]: np.ascontiguousarray(pieces)})[contract["vector"]]
        return normalised(vectors.mean(axis=0))


def filter_bank(samples: Floats, bins: int) -> Floats:
    """Logarithm of the energy per band on the mel scale, float32 [moments or two less, bins], as Kaldi computes it."""
    options = kaldi.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = SOUND_RATE
    options.mel_opts.num_bins = bins
    bank = kaldi.OnlineFbank(options)
    # Below one of sixteen bits energies would be cut off, and soft speech with them.
    bank.accept_waveform(SOUND_RATE, samples * np.float32(1 << 15))
    bank.input_finished()
    frames = [bank.get_frame(i) for i in range(bank.num_frames_ready)]
    return np.array(frames, np.float32).reshape(-1, bins)


def normalised(vector: Floats) -> Floats:
    """The vector with length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
