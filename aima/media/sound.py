"""The sound of a medium through PyAV: one channel, 16 kHz, each sample at its time. Runs in the contained child."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import av
import numpy as np
import soxr
from av.audio.stream import AudioStream
from av.container import InputContainer

from aima.domain.media import SOUND_RATE
from aima.media.container import demux, only, open_container, time_base
from aima.media.listening_plan import ListenPlan, Span
from aima.media.mixing import Mixer, Samples, planes
from aima.media.seeking import packets_from
from aima.media.source import Problems
from aima.media.timeline import Clock, Unroller

_LEAD_S: Final = 1
"""Filters have swung in after this; in whole seconds, where samples of every rate begin together."""
_SETTLE_S: Final = 1
"""Decoders have, after this."""
_JUMP_US: Final = 50_000
"""Stated times that differ by less from counted samples are those samples: containers round, and clocks drift."""
_SHORTEST_GAP_US: Final = 100_000


def listen(medium: io.FileIO, plan: ListenPlan, span: Span, out: Samples) -> list[tuple[str, str]]:
    """Write the samples of a span into `out`; code and detail of what could not be read of its segment.

    Raises:
        av.error.FFmpegError: the container cannot be opened any more.
    """
    notes = _Notes(plan, span)
    for first, stop in span.pieces:
        _Piece(medium, plan, (first, stop), notes).write(out[first - span.first : stop - span.first])
    return notes.problems.drain()


class _Notes:
    """Problems of one segment; what is wrong with its context is told by its neighbours."""

    def __init__(self, plan: ListenPlan, span: Span) -> None:
        self.problems = Problems()
        self._start_us, self._end_us = max(span.start_us, plan.first_us), min(span.end_us, plan.end_us)

    def at(self, us: int, code: str, detail: str) -> None:
        """Something is wrong at a time."""
        if self._start_us <= us < self._end_us:
            self.problems.note(code, f"at {us / 1e6:.3f} s: {detail}")

    def gap(self, start_us: int, end_us: int) -> None:
        """There is nothing between two times."""
        start_us, end_us = max(start_us, self._start_us), min(end_us, self._end_us)
        if end_us - start_us >= _SHORTEST_GAP_US:
            self.problems.note("sound_missing", f"none between {start_us / 1e6:.1f} s and {end_us / 1e6:.1f} s")


class _Piece:
    """A stretch of sound that is decoded at one go, from its own opening of the container on.

    part: samples [first, stop) of the medium at 16 kHz. Positions are samples of the medium at the track's own rate.
    """

    def __init__(self, medium: io.FileIO, plan: ListenPlan, part: tuple[int, int], notes: _Notes) -> None:
        self._medium, self._plan, self._notes = medium, plan, notes
        self._first, self._stop = part
        self._begin_s = max(0, self._first // SOUND_RATE - _LEAD_S)
        self._until = (-(-self._stop // SOUND_RATE) + _LEAD_S) * plan.rate

    def write(self, out: Samples) -> None:
        """Fill `out`, float32 [stop - first]."""
        resampler = soxr.ResampleStream(self._plan.rate, SOUND_RATE, 1, "float32")
        at = self._begin_s * SOUND_RATE - self._first
        for block in self._continuous():
            at = _put(out, at, resampler.resample_chunk(block))
        _put(out, at, resampler.resample_chunk(np.zeros(0, np.float32), last=True))

    def _continuous(self) -> Iterator[Samples]:
        """Mono blocks that follow each other from the second in which the piece begins on; zeros where nothing is."""
        position = counted = self._begin_s * self._plan.rate
        mixer, is_first = Mixer(self._plan.rate), True
        for stated, channels in self._decoded():
            start = stated if is_first or abs(stated - counted) > self._jump else counted
            is_first, counted = False, start + channels.shape[1]
            if counted <= position:
                continue
            if start > position:
                yield from self._silence(position, min(start, self._until))
            yield mixer.mix(channels)[max(0, position - start) :]
            position = max(position, counted)
            if position >= self._until:
                return
        yield from self._silence(position, self._until)

    def _silence(self, position: int, until: int) -> Iterator[Samples]:
        self._notes.gap(self._us(position), self._us(until))
        for start in range(position, until, self._plan.rate):
            yield np.zeros(min(self._plan.rate, until - start), np.float32)

    def _decoded(self) -> Iterator[tuple[int, Samples]]:
        """Channels of each frame with the position that is stated for it, or that follows from the one before."""
        counted = self._position(self._plan.first_us)
        with self._open() as container:
            stream = self._stream(container)
            clock = Clock(time_base(stream), self._plan.origin_us)
            for packet, at_us in self._packets(container, stream, clock):
                for frame in self._frames(packet, at_us):
                    stated = counted if frame.pts is None else self._position(clock.us(frame.pts))
                    channels = planes(frame, self._plan.rate)
                    counted = stated + channels.shape[1]
                    yield stated, channels

    def _packets(
        self, container: InputContainer, stream: AudioStream, clock: Clock
    ) -> Iterator[tuple[av.Packet, int | None]]:
        """The packets that are to be decoded, with their times."""
        decode_from = (self._begin_s - _SETTLE_S) * 1_000_000
        try:
            for packet in self._demuxed(container, stream, decode_from):
                ticks = packet.dts if packet.pts is None else packet.pts
                at_us = None if ticks is None else clock.us(ticks)
                if at_us is None or at_us >= decode_from:
                    yield packet, at_us
        except av.FFmpegError as error:
            self._notes.problems.note("medium_ends_early", str(error.strerror))

    def _demuxed(self, container: InputContainer, stream: AudioStream, from_us: int) -> Iterator[av.Packet]:
        if self._plan.linear:
            unroller = Unroller(time_base(stream))
            for packet in demux(container, [stream]):
                unroller.unroll(packet)
                yield packet
        elif from_us <= 0:
            yield from demux(container, [stream])
        else:
            guide = container.streams[self._plan.guide]
            yield from packets_from(container, stream, self._plan.origin_us, from_us, guide)

    def _frames(self, packet: av.Packet, at_us: int | None) -> list[av.AudioFrame]:
        try:
            frames: list[av.AudioFrame] = packet.decode()
        except av.error.MemoryError:
            raise
        except av.error.EOFError:  # it has given all its frames before
            return []
        except av.FFmpegError as error:
            self._notes.at(at_us or 0, "sound_undecodable", str(error.strerror))
            return []
        return frames

    def _open(self) -> InputContainer:
        container = open_container(self._medium, self._plan.max_pixels, self._plan.max_streams)
        only(container, [self._stream(container)])
        return container

    def _stream(self, container: InputContainer) -> AudioStream:
        return next(stream for stream in container.streams.audio if stream.index == self._plan.stream)

    @property
    def _jump(self) -> int:
        return self._plan.rate * _JUMP_US // 1_000_000

    def _position(self, us: int) -> int:
        return round(us * self._plan.rate / 1e6)

    def _us(self, position: int) -> int:
        return position * 1_000_000 // self._plan.rate


def _put(out: Samples, at: int, block: Samples) -> int:
    """Write a block at a place of `out` that may lie before or behind it; where the next one goes."""
    start, stop = max(at, 0), min(at + block.size, out.size)
    if start < stop:
        np.clip(block[start - at : stop - at], -1.0, 1.0, out=out[start:stop])
    return at + block.size
