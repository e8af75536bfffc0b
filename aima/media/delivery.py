"""Puts shots into the ring, chunk by chunk, and tells the parent. Runs in the contained child."""

from __future__ import annotations

import socket
from collections import deque

from aima.media.contained import wire
from aima.media.plan import ReadPlan
from aima.media.ring import SLOTS, Ring
from aima.media.source import Problems, Shot


class Delivery:
    """Fills slots of the ring for one segment; waits for the parent when all are taken."""

    def __init__(self, ring: Ring, channel: socket.socket, plan: ReadPlan, problems: Problems, most: int) -> None:
        self._ring = ring
        self._channel = channel
        self._plan = plan
        self._problems = problems
        self._most = min(most, ring.shape.frames)
        self._free = deque(range(SLOTS))
        self._slot: int | None = None
        self._times: list[int] = []
        self._strip_times: list[int] = []

    def add(self, shot: Shot) -> None:
        """Take a shot into the frames, if it is the first of its slot, and into the strip."""
        before = shot.before_us
        sampled = before is None or self._plan.slot(before) != self._plan.slot(shot.pts_us)
        in_strip = sampled or before is None or self._plan.strip_slot(before) != self._plan.strip_slot(shot.pts_us)
        # A sampled frame is in the strip even where the strip's own slots would skip it.
        if not in_strip:
            return
        if (sampled and len(self._times) == self._most) or len(self._strip_times) == self._ring.shape.strip:
            self.flush()
        slot = self._take_slot()
        shot.grey(self._ring.strip(slot)[len(self._strip_times)])
        self._strip_times.append(shot.pts_us)
        if sampled:
            shot.rgb(self._ring.frames(slot)[len(self._times)])
            self._times.append(shot.pts_us)

    def finish(self) -> None:
        """Hand over what is left, problems included, and say that the segment is done."""
        self.flush()
        wire.send(self._channel, {"done": True})

    def flush(self) -> None:
        """Hand over the chunk in hand."""
        found = self._problems.drain()
        if self._strip_times or found:
            chunk = {"slot": self._take_slot(), "pts": self._times, "strip": self._strip_times, "problems": found}
            wire.send(self._channel, {"chunk": chunk})
        self._slot, self._times, self._strip_times = None, [], []

    def _take_slot(self) -> int:
        if self._slot is None:
            while not self._free:
                self._free.append(int(wire.receive(self._channel)["free"]))
            self._slot = self._free.popleft()
        return self._slot
