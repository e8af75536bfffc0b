"""Makes small media for tests."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]
MILLISECONDS = Fraction(1, 1000)


def pattern(number: int, size: tuple[int, int] = (128, 96)) -> Frame:
    """A smooth picture that differs from number to number; red at its top left, so that turning shows."""
    width, height = size
    x = np.linspace(0, 200, width)[None, :]
    y = np.linspace(0, 50, height)[:, None]
    grey = (x + y + number * 37) % 256
    frame = np.repeat(cv2.GaussianBlur(grey, (9, 9), 0)[..., None], 3, axis=2).astype(np.uint8)
    frame[: height // 4, : width // 4] = (220, 20, 20)
    return frame


def write_video(
    path: Path,
    frames: Sequence[Frame],
    times_ms: Sequence[int] | None = None,
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    gop: int = 10,
    options: dict[str, str] | None = None,
    pixel_aspect: Fraction | None = None,
    rotation: int = 0,
    sound: bool = False,
) -> Path:
    """Encode frames at given times (default: 25 per second)."""
    times_ms = times_ms if times_ms is not None else [40 * number for number in range(len(frames))]
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, options=options or {"preset": "ultrafast", "crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.time_base = stream.time_base = MILLISECONDS
        stream.codec_context.gop_size = gop
        stream.codec_context.thread_count = 1
        if pixel_aspect:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if rotation:
            stream.set_display_rotation(rotation)
        tone = container.add_stream("aac", rate=16000) if sound else None
        for pixels, at in zip(frames, times_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = at, MILLISECONDS
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if tone is not None:
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), "fltp", "mono")
            samples.rate, samples.pts = 16000, 0
            container.mux(tone.encode(samples))
            container.mux(tone.encode())
    return path


def write_planes(path: Path, planes: tuple[int, int, int], tags: dict[str, int], *, count: int = 5) -> Path:
    """A video of one 10-bit Y'CbCr colour with the given AVCOL tags (space, range, transfer, primaries)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx265", rate=25, options={"preset": "ultrafast", "x265-params": "log-level=none"}
        )
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_range = tags["space"], tags["range"]
        context.color_trc, context.color_primaries = tags["transfer"], tags["primaries"]
        for _ in range(count):
            frame = av.VideoFrame(64, 64, "yuv420p10le")
            for plane, value in zip(frame.planes, planes, strict=True):
                plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
            frame.colorspace, frame.color_range = tags["space"], tags["range"]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
