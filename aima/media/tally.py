"""What the packets of one stream add up to: times, keyframes, length."""

from __future__ import annotations

from typing import Final

import av
from av.stream import Stream

from aima.media.container import time_base
from aima.media.timeline import Clock, Unroller

_KEYFRAME_DISTANCE_US: Final = 1_000_000


class Tally:
    """Counts the packets of one stream, given in decoding order. Times are on the container's timeline."""

    def __init__(self, stream: Stream, *, may_jump: bool) -> None:
        self.packets = 0
        self.first_us: int | None = None
        self.end_us: int | None = None
        self._clock = Clock(time_base(stream))
        self._unroller = Unroller(time_base(stream)) if may_jump else None
        self._keyframes: list[int] = []
        self._last_us = 0

    @property
    def jumps(self) -> int:
        """How many times the timestamps jumped."""
        return self._unroller.jumps if self._unroller else 0

    def add(self, packet: av.Packet) -> None:
        """Count one packet; its timestamps are made continuous."""
        if self._unroller:
            self._unroller.unroll(packet)
        if packet.is_discard or not packet.size:
            return
        self.packets += 1
        ticks = packet.dts if packet.pts is None else packet.pts
        if ticks is not None:
            self._place(self._clock.us(ticks), packet)

    def keyframes_us(self, origin_us: int) -> tuple[int, ...]:
        """Where decoding can start, from 0, at least a second apart."""
        later = (at_us - origin_us for at_us in self._keyframes)
        return (0, *(at_us for at_us in later if at_us >= _KEYFRAME_DISTANCE_US))

    def _place(self, at_us: int, packet: av.Packet) -> None:
        length = self._clock.us(packet.duration or 0) or max(0, at_us - self._last_us if self.packets > 1 else 0)
        self.first_us = at_us if self.first_us is None else min(self.first_us, at_us)
        self.end_us = at_us + length if self.end_us is None else max(self.end_us, at_us + length)
        self._last_us = at_us
        if packet.is_keyframe and (not self._keyframes or at_us >= self._keyframes[-1] + _KEYFRAME_DISTANCE_US):
            self._keyframes.append(at_us)
