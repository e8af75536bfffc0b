"""Which of a container's tracks of sound is analysed, and what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import av
from av.stream import Disposition, Stream

from aima.media.listening_plan import RATES

_UNDECODABLE: Final = "it cannot be decoded"


class Tracks:
    """The tracks of sound of one container: the one that it marks as default comes first, else the first one.

    A track that gives no frame is passed over.
    """

    def __init__(self, streams: Sequence[Stream]) -> None:
        self.streams = sorted(streams, key=lambda stream: not stream.disposition & Disposition.default)
        self._found: dict[int, tuple[int, int]] = {}
        self._problems: dict[int, str] = {}

    def try_packet(self, packet: av.Packet) -> None:
        """Decode a packet of a track as long as nothing of it has been decoded."""
        index = packet.stream.index
        if index in self._found:
            return
        try:
            frame = next(iter(packet.decode()), None)
        except av.error.MemoryError:
            raise
        except av.FFmpegError as error:
            self._problems[index] = f"{_UNDECODABLE} ({error.strerror})"
            return
        if frame is None:
            return
        has_time = packet.pts is not None or packet.dts is not None
        if frame.sample_rate in RATES and has_time:
            self._found[index] = frame.sample_rate, frame.layout.nb_channels
        else:
            self._problems[index] = f"its {frame.sample_rate} samples per second or its times cannot be"

    @property
    def chosen(self) -> Stream | None:
        """The track that is analysed; None: none can be decoded."""
        return next((stream for stream in self.streams if stream.index in self._found), None)

    @property
    def problem(self) -> str:
        """Why none can be decoded."""
        return self._problems.get(self.streams[0].index, _UNDECODABLE)

    @property
    def facts(self) -> dict[str, str | int | float | bool]:
        """What `MediaInfo.details` holds of the chosen track, its times apart."""
        stream = self.chosen
        if stream is None:
            return {}
        rate, channels = self._found[stream.index]
        return {
            "sound_stream": stream.index,
            "sound_rate": rate,
            "sound_channels": channels,
            "sound_codec": stream.codec_context.name,
            "sound_tracks": len(self.streams),
        }
