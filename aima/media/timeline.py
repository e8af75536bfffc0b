"""Time: from a container's ticks to microseconds on the medium's own timeline, which starts at 0."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av

_LONGEST_GAP_S: Final = 10
_LONGEST_STEP_BACK_S: Final = 1


def to_us(ticks: int, time_base: Fraction) -> int:
    """Ticks of a time base in microseconds, rounded to the nearest."""
    scaled = 2 * ticks * time_base.numerator * 1_000_000 + time_base.denominator
    return scaled // (2 * time_base.denominator)


@dataclass(frozen=True, slots=True)
class Clock:
    """Microseconds of the medium for ticks of one stream, and back."""

    time_base: Fraction
    origin_us: int = 0

    def us(self, ticks: int) -> int:
        """Time on the medium's timeline."""
        return to_us(ticks, self.time_base) - self.origin_us

    def ticks(self, us: int) -> int:
        """The tick next to a time."""
        return round(Fraction(us + self.origin_us, 1_000_000) / self.time_base)


class Unroller:
    """Takes jumps out of the timestamps of one stream whose packets come in decoding order.

    Transport streams that were cut or joined jump, mostly by hours. A step of more than 10 s forward or 1 s back
    is such a jump; time is then counted on from the packet before.
    """

    def __init__(self, time_base: Fraction) -> None:
        self.jumps = 0
        self._gap = int(_LONGEST_GAP_S / time_base)
        self._back = int(_LONGEST_STEP_BACK_S / time_base)
        self._offset = 0
        self._last: int | None = None
        self._step = 0

    def unroll(self, packet: av.Packet) -> None:
        """Rewrite the timestamps of a packet in place."""
        if packet.dts is None:
            return
        dts = packet.dts + self._offset
        if self._last is not None and not -self._back <= dts - self._last <= self._gap:
            self.jumps += 1
            self._offset += self._last + self._step - dts
            dts = packet.dts + self._offset
        if self._last is not None and dts > self._last:
            self._step = dts - self._last
        self._last = dts
        if self._offset:
            packet.dts = dts
            packet.pts = None if packet.pts is None else packet.pts + self._offset
