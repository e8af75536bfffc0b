"""Going to a time in a container, wherever its demuxer lands."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Final

import av
from av.container import InputContainer
from av.stream import Stream

from aima.media.container import demux, time_base
from aima.media.timeline import Clock

_BACK_US: Final = (0, 2_000_000, 20_000_000)


def packets_from(
    container: InputContainer, stream: Stream, origin_us: int, target_us: int, guide: Stream | None = None
) -> Iterator[av.Packet]:
    """Packets of a stream from a keyframe at or before a time of the medium on.

    From the beginning where seeking does not get there. origin_us: where the medium begins on the container's time
    line. guide: the stream whose index shows the way, if it is another one.
    """
    guide = guide or stream
    clock, guide_clock = Clock(time_base(stream), origin_us), Clock(time_base(guide), origin_us)
    for back_us in _BACK_US:
        with contextlib.suppress(av.FFmpegError):
            container.seek(guide_clock.ticks(max(0, target_us - back_us)), stream=guide)
            packets = demux(container, [stream])
            # Demuxers seek by decoding time or to any packet, so they can land behind the keyframe that was meant.
            first = next((p for p in packets if p.is_keyframe), None)
            if first is not None and first.pts is not None and clock.us(first.pts) <= target_us:
                return itertools.chain([first], packets)
    with contextlib.suppress(av.FFmpegError):
        container.seek(stream.start_time or 0, stream=stream)
    return demux(container, [stream])
