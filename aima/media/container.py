"""Opening a container for reading, with every door but its own bytes shut."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

import av
from av.container import InputContainer
from av.stream import Discard, Stream

FORMATS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,wav,mp3,flac,ogg,aac"
"""The demuxers that may see a file; none of them follows references to other files."""

# Each read goes through Python; sound and pictures lie interleaved at much smaller distances than this.
_BUFFER_BYTES: Final = 1 << 18
_MOST_LATE_STREAMS: Final = 64


def open_container(medium: io.FileIO, max_pixels: int, max_streams: int) -> InputContainer:
    """Open the bytes of `medium`. FFmpeg reads them through Python, so it needs no protocol and gets none.

    `max_pixels` holds for every frame that FFmpeg allocates, also while it probes.

    Raises:
        av.error.FFmpegError: FFmpeg does not know it, or the format is not in `FORMATS`.
    """
    medium.seek(0)
    options = {
        "format_whitelist": FORMATS,
        "protocol_whitelist": "none",
        "max_pixels": str(max_pixels),
        "max_streams": str(max_streams + 1),  # one more, so that the excess can be told from damage
        # More threads would delay frames and hide the cost from whoever plans cores.
        "threads": "1",
    }
    container: InputContainer = av.open(medium, options=options, metadata_errors="replace", buffer_size=_BUFFER_BYTES)
    return container


def demux(container: InputContainer, wanted: Sequence[Stream]) -> Iterator[av.Packet]:
    """The packets of these streams, as PyAV gives them.

    Transport streams can bring further streams on the way, which PyAV 18 ends with an IndexError when the first
    packet of one comes. They are passed over.

    Raises:
        av.error.FFmpegError: it cannot go on.
    """
    for _ in range(_MOST_LATE_STREAMS):
        with contextlib.suppress(IndexError):
            yield from container.demux(*wanted)
            return


def time_base(stream: Stream) -> Fraction:
    """Seconds per tick of a stream."""
    return stream.time_base or Fraction(1, av.time_base)


def only(container: InputContainer, wanted: Sequence[Stream]) -> None:
    """Let all packets but those of the wanted streams be dropped, and decode on one thread."""
    for stream in container.streams:
        if stream not in wanted:
            stream.discard = Discard.all
        elif stream.codec_context is not None:
            stream.codec_context.thread_count = 1
