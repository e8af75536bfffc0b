"""Where a segment of sound ends for its rows: in the quietest moment near its own end, so that no word is cut."""

from __future__ import annotations

from typing import Final

import numpy as np

from aima.domain.batch import SOUND_RATE
from aima.domain.media import Segment, Sound
from aima.media.segments import CONTEXT_US

_REACH_US: Final = 4_000_000
_MOMENT_US: Final = 200_000
_STEP_US: Final = 20_000
_FLOOR_DB: Final = -70.0
"""What is quieter than this is equally quiet; of equally quiet moments the one nearest to the end counts."""


def own_us(segment: Segment, sound: Sound, sound_end_us: int) -> tuple[int, int]:
    """[start, end) of what belongs to a segment.

    Neighbours find the same border, since they look at the same samples. Rows may reach beyond both ends of the sound:
    the first segment owns what begins with it, the last one what ends in its context.
    """
    start_us = segment.start_us and quietest_us(sound, segment.start_us)
    if segment.end_us >= sound_end_us:
        return start_us, segment.end_us + CONTEXT_US
    return start_us, quietest_us(sound, segment.end_us)


def quietest_us(sound: Sound, at_us: int) -> int:
    """The middle of the quietest fifth of a second that lies within 4 s of a time.

    Sound that ends before counts as silence from there on.
    """
    step, steps = _samples(_STEP_US), _MOMENT_US // _STEP_US
    first = _samples(at_us - _REACH_US - _MOMENT_US // 2 - sound.start_us)
    looked_at = 2 * _REACH_US // _STEP_US + steps
    samples = np.zeros(looked_at * step)
    there = sound.samples[max(first, 0) : first + samples.size]
    samples[max(-first, 0) : max(-first, 0) + there.size] = there
    powers = np.square(samples).reshape(looked_at, step).mean(axis=1)
    moments = np.convolve(powers, np.full(steps, 1 / steps), "valid")
    loudness = np.round(np.maximum(10 * np.log10(moments + 1e-12), _FLOOR_DB))
    offsets_us = np.arange(moments.size) * _STEP_US - _REACH_US
    return at_us + int(offsets_us[np.lexsort((offsets_us, np.abs(offsets_us), loudness))[0]])


def _samples(us: int) -> int:
    return us * SOUND_RATE // 1_000_000
