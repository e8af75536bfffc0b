from __future__ import annotations

import os

import numpy as np
import pytest

from aima.media import ring


def test_the_ring_cannot_be_shrunk_and_keeps_slots_apart() -> None:
    shape = ring.RingShape((4, 3), (2, 2), frames=2, strip=5)
    fd = ring.create(shape.total_bytes)
    try:
        with pytest.raises(PermissionError):
            os.ftruncate(fd, 0)
        ours, theirs = ring.Ring(ring.attach(fd), shape), ring.Ring(ring.attach(fd), shape)
        for slot in range(ring.SLOTS):
            ours.frames(slot)[:] = 10 + slot
            ours.strip(slot)[:] = 20 + slot
        for slot in range(ring.SLOTS):
            assert np.all(theirs.frames(slot) == 10 + slot)
            assert np.all(theirs.strip(slot) == 20 + slot)
            assert theirs.frames(slot).shape == (2, 3, 4, 3)
    finally:
        os.close(fd)
