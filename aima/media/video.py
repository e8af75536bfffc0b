"""Frames of a video through PyAV, at their exact times."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream

from aima.media import colour, geometry
from aima.media.container import demux, only, open_container, time_base
from aima.media.coverage import Coverage
from aima.media.plan import ReadPlan
from aima.media.seeking import packets_from
from aima.media.source import Pixels, Problems
from aima.media.timeline import Clock, Unroller

_HD_LINES: Final = 720
_MATRICES: Final = {1: Colorspace.ITU709, 4: Colorspace.FCC, 5: Colorspace.ITU601, 6: Colorspace.ITU601,
                    7: Colorspace.SMPTE240M, 9: Colorspace.BT2020, 10: Colorspace.BT2020}  # fmt: skip


def colour_matrix(frame: av.VideoFrame) -> Colorspace:
    """The YUV matrix of a frame; where it is not stated, by size: BT.709 from 720 lines on, else BT.601."""
    guess = Colorspace.ITU709 if frame.height >= _HD_LINES else Colorspace.ITU601
    return _MATRICES.get(int(frame.colorspace), guess)


def is_full_range(frame: av.VideoFrame) -> bool:
    """Whether luma uses all codes. Unstated means limited, as FFmpeg has it."""
    return int(frame.color_range) == int(ColorRange.JPEG) or frame.format.name.startswith(("yuvj", "gray"))


class VideoShot:
    """One decoded frame of PyAV."""

    def __init__(self, frame: av.VideoFrame, pts_us: int, before_us: int | None, plan: ReadPlan) -> None:
        self.pts_us = pts_us
        self.before_us = before_us
        self._frame = frame
        self._plan = plan

    def rgb(self, out: Pixels) -> None:
        """See `Shot`."""
        turned = self._plan.orientation.size(*self._plan.frame_size)
        pixels = self._hdr_rgb(turned) if self._plan.transfer != "sdr" else self._sdr_rgb(turned)
        self._plan.orientation.apply(pixels, out)

    def grey(self, out: Pixels) -> None:
        """See `Shot`."""
        turned = self._plan.orientation.size(*self._plan.strip_size)
        luma = self._luma()
        if luma is None:
            grey = self._frame.reformat(*turned, "gray", interpolation=Interpolation.AREA, threads=1).to_ndarray()
        else:
            codes, bits = luma
            table = colour.luma_table(bits, full_range=is_full_range(self._frame), transfer=self._plan.transfer)
            # Codes of damaged pictures can lie above the table.
            grey = table.take(geometry.resize(codes, turned), mode="clip")
        self._plan.orientation.apply(grey, out)

    def _convert(self, name: str, size: geometry.Size | None = None) -> npt.NDArray[Any]:
        width, height = size or (self._frame.width, self._frame.height)
        wide = ColorRange.JPEG if is_full_range(self._frame) else ColorRange.MPEG
        converted = self._frame.reformat(
            width,
            height,
            name,
            src_colorspace=colour_matrix(self._frame),
            src_color_range=wide,
            interpolation=Interpolation.AREA,
            threads=1,
        )
        return np.asarray(converted.to_ndarray())

    def _sdr_rgb(self, size: geometry.Size) -> Pixels:
        return geometry.resize(self._convert("rgb24"), size)

    def _hdr_rgb(self, size: geometry.Size) -> Pixels:
        return colour.tone_map(self._convert("rgb48le", size), self._plan.transfer)

    def _luma(self) -> tuple[npt.NDArray[Any], int] | None:
        """The coded luma plane and its bits, without a copy; None where the format has none of its own."""
        kind = self._frame.format
        bits = kind.components[0].bits
        if kind.is_rgb or not kind.name.startswith(("yuv4", "yuvj", "nv12", "nv21", "gray")) or kind.is_big_endian:
            return None
        if not kind.is_planar and not kind.name.startswith("gray"):
            return None
        plane = self._frame.planes[0]
        dtype = np.dtype(np.uint8 if bits == 8 else np.uint16)
        rows = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // dtype.itemsize)
        return rows[: self._frame.height, : self._frame.width], bits


class VideoSource:
    """Decodes one video stream with PyAV on one thread.

    Every segment opens the container anew, so what was read before never matters.
    """

    def __init__(self, medium: io.FileIO, plan: ReadPlan) -> None:
        self._medium = medium
        self._plan = plan

    def shots(self, start_us: int, end_us: int, problems: Problems) -> Iterator[VideoShot]:
        """See `Source`. Decoding starts at the keyframe at or before `start_us`."""
        coverage = Coverage()
        with self._open() as container:
            before: int | None = None
            # Whether the first frame opens a new slot can depend on frames before it, also on the keyframe before the
            # segment's own: those packets are read for their times only, not decoded.
            target_us = self._plan.keyframe_before(self._plan.slot_start_us(start_us))
            decode_from = self._plan.keyframe_before(start_us)
            for frame, pts_us in self._frames(container, (target_us, decode_from), problems, coverage):
                # Skipped packets come in decoding order; a damaged stream can repeat a time.
                if before is not None and pts_us <= before:
                    continue
                if pts_us >= end_us:
                    break
                if frame is not None and pts_us >= start_us:
                    yield VideoShot(frame, pts_us, before, self._plan)
                before = pts_us
        for first_us, last_us in coverage.gaps(start_us, end_us):
            problems.note("frames_missing", f"none between {first_us / 1e6:.1f} s and {last_us / 1e6:.1f} s")

    def _open(self) -> InputContainer:
        container = open_container(self._medium, self._plan.max_pixels, self._plan.max_streams)
        only(container, [self._stream(container)])
        return container

    def _stream(self, container: InputContainer) -> VideoStream:
        return next(stream for stream in container.streams.video if stream.index == self._plan.stream)

    def _frames(
        self, container: InputContainer, begin: tuple[int, int], problems: Problems, coverage: Coverage
    ) -> Iterator[tuple[av.VideoFrame | None, int]]:
        """Frames with their times; None for those that lie before the keyframe and are not decoded.

        begin: where reading and where decoding begins, in microseconds.
        """
        target_us, decode_from = begin
        stream = self._stream(container)
        clock = Clock(time_base(stream), self._plan.origin_us)
        decoding = decode_from == 0
        expected_us = 0
        for packet in self._packets(container, stream, target_us, problems):
            ticks = packet.dts if packet.pts is None else packet.pts
            pts_us = None if ticks is None else clock.us(ticks)
            decoding = decoding or (packet.is_keyframe and pts_us is not None and pts_us >= decode_from)
            if decoding:
                if pts_us is not None and packet.size and not packet.is_discard:
                    coverage.packet(pts_us)
                for frame in _decode(packet, pts_us, problems):
                    at_us = expected_us if frame.pts is None else clock.us(frame.pts)
                    expected_us = at_us + self._plan.step_us
                    coverage.frame(at_us)
                    yield frame, at_us
            elif pts_us is not None and pts_us < decode_from:
                yield None, pts_us

    def _packets(
        self, container: InputContainer, stream: VideoStream, target_us: int, problems: Problems
    ) -> Iterator[av.Packet]:
        unroller = Unroller(time_base(stream)) if self._plan.linear else None
        if unroller or not target_us:
            packets = demux(container, [stream])
        else:
            packets = packets_from(container, stream, self._plan.origin_us, target_us)
        try:
            for packet in packets:
                if unroller:
                    unroller.unroll(packet)
                yield packet
        except av.FFmpegError as error:
            problems.note("medium_ends_early", str(error.strerror))


def _decode(packet: av.Packet, pts_us: int | None, problems: Problems) -> Iterator[av.VideoFrame]:
    try:
        frames = packet.decode()
    except av.error.MemoryError:
        raise
    except av.error.EOFError:  # it has given all its frames before
        return
    except av.FFmpegError as error:
        problems.note("packet_undecodable", f"at {(pts_us or 0) / 1e6:.3f} s: {error.strerror}")
        return
    for frame in frames:
        # Concealed by the decoder: worse than the others, better than none.
        if frame.is_corrupt:
            problems.note("frame_damaged", f"at {(pts_us or 0) / 1e6:.3f} s")
        yield frame
