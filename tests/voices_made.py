"""Voices that test code makes: a buzz shaped by the resonances of a mouth that moves from sound to sound.

Nobody speaks and nothing is said, but detectors of speech hear speech, and voices of other pitch and other length of
the throat are other voices to networks that tell voices apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve, lfilter

RATE = 16_000
FRAME = 160

VOWELS = np.array(
    [[730, 1090, 2440], [270, 2290, 3010], [300, 870, 2240], [530, 1840, 2480], [570, 840, 2410], [660, 1720, 2410]]
)
"""First three resonances in Hz (Peterson and Barney, "Control methods used in a study of the vowels", 1952)."""

WIDTHS = np.array([80, 100, 140, 250])  # Hz


@dataclass(frozen=True)
class MadeVoice:
    """pitch in Hz; length of its throat as a factor on resonances: above 1 is shorter; breath: share of noise."""

    pitch: float
    throat: float
    breath: float = 0.05
    seed: int = 0


LOW = MadeVoice(105, 0.92, 0.03, 1)
HIGH = MadeVoice(215, 1.17, 0.10, 2)


def speak(voice: MadeVoice, seconds: float, seed: int = 0) -> np.ndarray:
    """float32 [seconds * RATE] of syllables with short pauses, peak 0.5."""
    random = np.random.default_rng([voice.seed, seed])
    frames = round(seconds * RATE / FRAME)
    formants, loud, hiss = _movements(voice, frames, random)
    sound = _shaped(_buzz(voice, frames, random), formants) * np.repeat(loud, FRAME)
    noise = np.diff(random.standard_normal(frames * FRAME), prepend=0) * np.repeat(hiss, FRAME)
    whole = sound / np.abs(sound).max() + noise * 0.06
    return np.asarray(0.5 * whole / np.abs(whole).max(), np.float32)


def _movements(voice: MadeVoice, frames: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Resonances [frames, 4] in Hz, loudness [frames] and noise of consonants [frames]."""
    formants, loud, hiss = np.zeros((frames, 4)), np.zeros(frames), np.zeros(frames)
    at = 0
    while at < frames:
        consonant, vowel = random.integers(4, 9), random.integers(9, 22)
        pause = random.integers(12, 30) if random.random() < 0.12 else 0
        target = np.append(VOWELS[random.integers(len(VOWELS))], 3500) * voice.throat * random.uniform(0.96, 1.04)
        end = at + consonant + vowel + pause
        formants[at:end] = target
        loud[at + consonant : at + consonant + vowel] = random.uniform(0.6, 1.0)
        loud[at : at + consonant] = 0.15
        hiss[at : at + consonant] = random.choice([0.0, 1.0])
        at = end
    smooth = np.hanning(9) / np.hanning(9).sum()
    smoothed = [np.convolve(np.pad(track, 4, mode="edge"), smooth, "valid") for track in (*formants.T, loud, hiss)]
    return np.array(smoothed[:4]).T, smoothed[4], smoothed[5]


def _buzz(voice: MadeVoice, frames: int, random: np.random.Generator) -> np.ndarray:
    """What the vocal folds give: a pulse per period, falling by 12 dB per octave, and breath."""
    wander = np.cumsum(random.standard_normal(frames)) * 0.004
    wander -= np.linspace(0, wander[-1], frames)
    melody = 1 + 0.12 * np.sin(np.arange(frames) * 0.035 + random.uniform(0, 6)) + wander
    pitch = np.repeat(voice.pitch * melody, FRAME) * (1 + 0.005 * random.standard_normal(frames * FRAME))
    phase = np.cumsum(pitch / RATE)
    pulses = np.diff(np.floor(phase), prepend=0).clip(0, 1)
    folds = lfilter([1], np.poly([0.97, 0.9]), pulses)
    return folds + voice.breath * folds.std() * random.standard_normal(len(pulses))


def _shaped(source: np.ndarray, formants: np.ndarray) -> np.ndarray:
    """The source through the resonances of each frame, overlapped and added."""
    window = np.hanning(2 * FRAME + 1)[:-1]
    padded = np.concatenate([np.zeros(FRAME), source, np.zeros(3 * FRAME)])
    result = np.zeros(len(padded) + 512)
    for number, resonances in enumerate(formants):
        at = number * FRAME
        poles = np.exp(-np.pi * WIDTHS / RATE) * np.exp(2j * np.pi * resonances / RATE)
        answer = lfilter([1, -0.95], np.real(np.poly([*poles, *poles.conj()])), np.eye(1, 400)[0])
        piece = fftconvolve(padded[at : at + 2 * FRAME] * window, answer)
        result[at : at + len(piece)] += piece
    return result[FRAME : FRAME + len(source)]
