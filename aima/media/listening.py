"""Hears segments of a medium: samples that a contained child decodes."""

from __future__ import annotations

import dataclasses
import mmap
import os
from typing import Final

import numpy as np

from aima.domain.media import SOUND_RATE, MediaInfo, Segment, Sound
from aima.media import ring, told
from aima.media.contained.process import Child, Limits
from aima.media.listening_plan import Span, plan_listening
from aima.media.segments import CONTEXT_US, SOUND_US
from aima.settings import Media

_SAMPLES: Final = (SOUND_US + 2 * CONTEXT_US) * SOUND_RATE // 1_000_000 + 1
_BYTES: Final = 4 * _SAMPLES


class Listener:
    """The child that decodes the sound of one medium.

    It starts with the first segment and serves all of them. After it died, the segment in hand raises `DecoderDied`
    and the next one gets a new child. medium_fd and label: see `Child`.
    """

    def __init__(self, medium_fd: int, label: str, info: MediaInfo, options: Media) -> None:
        self._medium_fd, self._label = medium_fd, label
        self._limits = Limits(options.child_memory_mb, options.child_cpu_s)
        self._plan = plan_listening(info, options.max_pixels, options.max_streams)
        self._child: Child | None = None
        self._memory: mmap.mmap | None = None
        self._ended_cpu_s = 0.0

    @property
    def cpu_s(self) -> float:
        """CPU seconds that all of its children have used so far."""
        return self._ended_cpu_s + (self._child.cpu_s if self._child else 0.0)

    def sound(self, segment: Segment) -> Sound:
        """See `SegmentReader.sound`."""
        span = self._plan.span(segment)
        try:
            child, memory = self._running()
            child.request({"op": "listen", "plan": dataclasses.asdict(self._plan), "span": dataclasses.asdict(span)})
            problems = told.heard(child.receive())
            samples = np.frombuffer(memory, np.float32, span.stop - span.first).copy()
            if not np.all(np.abs(samples) <= 1.0):  # nor what is no number
                raise told.Nonsense
        except told.Nonsense:
            raise self._refused() from None
        except BaseException:
            self.close()
            raise
        return Sound(samples, _us(span), problems)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.close()
            self._ended_cpu_s += self._child.cpu_s
        self._child, self._memory = None, None

    def _refused(self) -> Exception:
        assert self._child is not None
        error = self._child.refuse()
        self.close()
        return error

    def _running(self) -> tuple[Child, mmap.mmap]:
        if self._child is None or self._memory is None:
            descriptor = ring.create(_BYTES)
            try:
                self._memory = ring.attach(descriptor)
                self._child = Child(self._medium_fd, self._label, self._limits, descriptor)
            finally:
                os.close(descriptor)
        return self._child, self._memory


def _us(span: Span) -> int:
    return span.first * 1_000_000 // SOUND_RATE
