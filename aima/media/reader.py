"""Reads segments of a medium, decoded in contained children: chunks of frames ahead of the consumer, or samples."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from aima.domain.media import FrameChunk, MediaInfo, Segment, Sound, Strip
from aima.errors import MediaCorrupt, SettingInvalid
from aima.media import ring, told
from aima.media.contained.process import Child
from aima.media.gate import label_of, limits_of, open_medium
from aima.media.listening import Listener
from aima.media.plan import plan_reading
from aima.settings import Media

Decoder = Literal["pyav", "decord"]


class SegmentReader:
    """One medium and the children that decode it, one for pictures and one for sound; a context manager.

    A child starts with the first segment of its stream and serves all of them; that of pictures is at most two chunks
    ahead of the consumer. After it died, the segment in hand raises `DecoderDied` and the next one gets a new child.

    Raises:
        MediaMissing, MediaEmpty: see `gate.open_medium`.
        SettingInvalid: the decoder's package is not installed.
    """

    def __init__(self, path: Path, info: MediaInfo, options: Media, decoder: Decoder = "pyav") -> None:
        if decoder == "decord" and importlib.util.find_spec("decord") is None:
            raise SettingInvalid("AIMA_MEDIA__DECODER: the package decord2 is missing", "pip install 'aima[decord]'")
        self._info = info
        self._options = options
        self._caps = options.model_dump()
        self._limits = limits_of(options)
        self._label = label_of(path)
        self._plan = plan_reading(info, self._caps, decoder)
        self._medium_fd = open_medium(path)
        self._child: Child | None = None
        self._ring: ring.Ring | None = None
        self._frames_per_chunk = 0
        self._ended_cpu_s = 0.0
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def cpu_s(self) -> float:
        """CPU seconds that all children of this reader have used so far; not those of their nursery's start."""
        listened = self._listener.cpu_s if self._listener else 0.0
        return self._ended_cpu_s + listened + (self._child.cpu_s if self._child else 0.0)

    def chunks(self, segment: Segment, frames_per_chunk: int = 8) -> Iterator[FrameChunk]:
        """Sampled frames of a segment in order, at most `frames_per_chunk` at a time, with the grey strip.

        Arrays are the consumer's own. Strip frames before the first sampled frame of the segment come with it. A
        chunk can have no frames, where there are only strip frames or problems to tell. Not reading to the end
        ends the child.

        Raises:
            DecoderDied: the child crashed, hung, ran over its limits or says what cannot be.
            MediaCorrupt, MediaTooLarge: the file is not what the gate saw.
        """
        if self._info.kind == "audio":
            return
        finished = False
        try:
            child, shared = self._running(frames_per_chunk)
            account = told.Account(segment, shared.shape, self._options)
            child.request(
                {
                    "op": "read",
                    "start_us": segment.start_us,
                    "end_us": segment.end_us,
                    "frames_per_chunk": frames_per_chunk,
                }
            )
            while "done" not in (message := child.receive()):
                announced = account.take(message)
                # Copied before the slot is given back: 25 MB take 5 ms, and consumers may keep what they got.
                chunk = _copied(announced, shared)
                child.send({"free": announced.slot})
                yield chunk
            finished = True
        except told.Nonsense:
            raise child.refuse() from None
        finally:
            if not finished:
                self._end_child()

    def sound(self, segment: Segment) -> Sound:
        """The sound of a segment of stream "sound" with 5 s of context on both sides, as far as there is any.

        Neighbours have the same samples where they overlap. Samples are the consumer's own. Of what could not be read
        each segment tells what lies within itself.

        Raises:
            DecoderDied: the child crashed, hung, ran over its limits or says what cannot be.
            MediaCorrupt: the medium has no sound that can be decoded.
        """
        if not self._info.sound_end_us:
            raise MediaCorrupt(f"{self._label}: there is no sound in it that can be decoded", "analyze its pictures")
        if self._listener is None:
            self._listener = Listener(self._medium_fd, self._label, self._info, self._options)
        return self._listener.sound(segment)

    def close(self) -> None:
        """End the children and close the medium."""
        self._end_child()
        if self._listener is not None:
            self._listener.close()
        if self._medium_fd >= 0:
            os.close(self._medium_fd)
            self._medium_fd = -1

    def _running(self, frames_per_chunk: int) -> tuple[Child, ring.Ring]:
        if frames_per_chunk > self._frames_per_chunk:
            self._end_child()
        if self._child is None or self._ring is None:
            self._child, self._ring = self._start(frames_per_chunk)
            self._frames_per_chunk = frames_per_chunk
        return self._child, self._ring

    def _start(self, frames_per_chunk: int) -> tuple[Child, ring.Ring]:
        shape = self._plan.ring_shape(frames_per_chunk)
        ring_fd = ring.create(shape.total_bytes)
        try:
            shared = ring.Ring(ring.attach(ring_fd), shape)
            child = Child(self._medium_fd, self._label, self._limits, ring_fd, decord=self._plan.through_decord)
        finally:
            os.close(ring_fd)
        child.request(
            {
                "op": "open",
                "info": dataclasses.asdict(self._info),
                "caps": self._caps,
                "decoder": self._plan.decoder,
                "frames_per_chunk": frames_per_chunk,
            }
        )
        return child, shared

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.close()
            self._ended_cpu_s += self._child.cpu_s
        self._child, self._ring = None, None


def _copied(announced: told.Announced, shared: ring.Ring) -> FrameChunk:
    frames = shared.frames(announced.slot)[: announced.pts_us.size].copy()
    strip = Strip(shared.strip(announced.slot)[: announced.strip_us.size].copy(), announced.strip_us)
    return FrameChunk(frames, announced.pts_us, strip, announced.problems)
