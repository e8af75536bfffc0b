"""Frames of a video through decord2 (imports as `decord`), at the times that PyAV reads from the packets.

decord takes no list of allowed formats, so it only sees what the gate has let through, inside the same contained
child, as the `fd:` protocol on standard input. It turns frames upright itself.
"""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import decord
import numpy as np

from aima.media import geometry
from aima.media.container import demux, open_container, time_base
from aima.media.plan import ReadPlan
from aima.media.source import Pixels, Problems, Shot
from aima.media.timeline import Clock
from aima.media.video import VideoSource

# Rows of narrower pictures come padded, as if there were more channels (decord 3.4).
_NARROWEST = 64
_LUMA_709 = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_LUMA_601 = np.array([[0.299, 0.587, 0.114]], np.float32)


@dataclass(slots=True)
class DecordShot:
    """One decoded frame: RGB pixels, upright, at coded size."""

    pts_us: int
    before_us: int | None
    pixels: Pixels

    def rgb(self, out: Pixels) -> None:
        """See `Shot`."""
        np.copyto(out, geometry.resize(self.pixels, (out.shape[1], out.shape[0])))

    def grey(self, out: Pixels) -> None:
        """See `Shot`. Luma weights by the number of lines, as for a matrix that is not stated."""
        small = geometry.resize(self.pixels, (out.shape[1], out.shape[0]))
        weights = _LUMA_709 if min(self.pixels.shape[:2]) >= 720 else _LUMA_601
        np.copyto(out, np.round(small @ weights[0]).astype(np.uint8))


class DecordSource:
    """Decodes one video stream with decord on one thread. `medium` is standard input.

    What decord cannot open or goes wrong on is read by PyAV from there on.
    """

    def __init__(self, medium: io.FileIO, plan: ReadPlan) -> None:
        self._fallback = VideoSource(medium, plan)
        self._times, width = _packets(medium, plan)
        medium.seek(0)  # decord duplicates the descriptor, which shares its position
        try:
            self._reader = decord.VideoReader("fd:", num_threads=1)
        except (decord.DECORDError, RuntimeError):
            self._reader = None
        # Frames are matched to packets by their number, which holds only where both count the same.
        if self._reader is not None and (len(self._reader) != len(self._times) or width < _NARROWEST):
            self._reader = None

    def shots(self, start_us: int, end_us: int, problems: Problems) -> Iterator[Shot]:
        """See `Source`."""
        next_us = start_us
        if self._reader is not None:
            try:
                for shot in self._through_decord(start_us, end_us):
                    yield shot
                    next_us = shot.pts_us + 1
            except decord.DECORDError as error:
                self._reader = None
                problems.note("decord_gave_up", str(error).splitlines()[-1][:200])
        if self._reader is None:
            yield from self._fallback.shots(next_us, end_us, problems)

    def _through_decord(self, start_us: int, end_us: int) -> Iterator[DecordShot]:
        times = self._times
        first, stop = bisect_left(times, start_us), bisect_left(times, end_us)
        if first < stop:
            self._reader.seek_accurate(first)
        for number in range(first, stop):
            yield DecordShot(times[number], times[number - 1] if number else None, self._reader.next().asnumpy())


def _packets(medium: io.FileIO, plan: ReadPlan) -> tuple[list[int], int]:
    """Times of all displayed frames in order, and their width: decord counts frames, packets know when to show them."""
    with open_container(medium, plan.max_pixels, plan.max_streams) as container:
        stream = next(stream for stream in container.streams.video if stream.index == plan.stream)
        clock = Clock(time_base(stream), plan.origin_us)
        times = sorted(
            clock.us(packet.pts)
            for packet in demux(container, [stream])
            if packet.size and packet.pts is not None and not packet.is_discard
        )
        return times, stream.codec_context.width
