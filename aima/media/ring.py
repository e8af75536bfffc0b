"""Shared memory through which the child hands over pixels: a few slots, each for one chunk.

A slot holds `frames` RGB frames [height, width, 3] and behind them `strip` grey frames. The file is sealed, so the
child cannot shrink it under the parent's feet.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height in pixels."""

SLOTS: Final = 2
"""The child is ahead of the consumer by so many chunks at most."""


@dataclass(frozen=True, slots=True)
class RingShape:
    """How a slot is laid out. `frames` and `strip` are the capacities of one chunk."""

    frame_size: Size
    strip_size: Size
    frames: int
    strip: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one RGB frame."""
        return self.frame_size[0] * self.frame_size[1] * 3

    @property
    def slot_bytes(self) -> int:
        """Bytes of one slot."""
        return self.frames * self.frame_bytes + self.strip * self.strip_size[0] * self.strip_size[1]

    @property
    def total_bytes(self) -> int:
        """Bytes of the whole ring."""
        return SLOTS * self.slot_bytes


class Ring:
    """The slots as arrays over shared memory."""

    def __init__(self, memory: mmap.mmap, shape: RingShape) -> None:
        self.shape = shape
        self._memory = np.frombuffer(memory, np.uint8)

    def frames(self, slot: int) -> Pixels:
        """The RGB frames of a slot: uint8 [frames, height, width, 3]."""
        width, height = self.shape.frame_size
        start = slot * self.shape.slot_bytes
        stop = start + self.shape.frames * self.shape.frame_bytes
        return self._memory[start:stop].reshape(self.shape.frames, height, width, 3)

    def strip(self, slot: int) -> Pixels:
        """The grey frames of a slot: uint8 [strip, height, width]."""
        width, height = self.shape.strip_size
        start = slot * self.shape.slot_bytes + self.shape.frames * self.shape.frame_bytes
        return self._memory[start : (slot + 1) * self.shape.slot_bytes].reshape(self.shape.strip, height, width)


def create(size: int) -> int:
    """Descriptor of so many bytes of new shared memory; its size can no longer change."""
    fd = os.memfd_create("aima-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    # Shrunk memory would end the parent with SIGBUS.
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return fd


def attach(fd: int) -> mmap.mmap:
    """The shared memory of a descriptor. Takes a further descriptor, so the child does it before it is sealed."""
    return mmap.mmap(fd, os.fstat(fd).st_size)
