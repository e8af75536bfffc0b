"""What a file is, found by reading it: runs in the contained child.

Times come from packets, not from headers: headers lie, and packets are what will be decoded. One frame is decoded,
because only frames know their real size, orientation and colours.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from typing import Any, Final, cast

import av
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream
from PIL import Image, UnidentifiedImageError

from aima.domain.media import MediaInfo
from aima.errors import MediaCorrupt, MediaError, MediaTooLarge, MediaUnknown
from aima.media import boxes, geometry, image, recorded, sniff
from aima.media.colour import Transfer
from aima.media.container import demux, only, open_container
from aima.media.source import Problems
from aima.media.tally import Tally
from aima.media.tracks import Tracks

_ENCRYPTED_TAGS: Final = ("encv", "enca", "drmi", "drms")
_JUMPING_FORMAT: Final = "mpegts"
_BOXED_FORMAT: Final = "mov"
_TRANSFERS: Final[dict[int, Transfer]] = {16: "pq", 18: "hlg"}
# Recordings that were cut begin with frames that nothing can be decoded from.
_PACKETS_TO_FIRST_FRAME: Final = 500
_LACKING_US: Final = 500_000
_LACKING_SHARE: Final = 0.05

Caps = Mapping[str, Any]


def probe(medium: io.FileIO, caps: Caps) -> MediaInfo:
    """Say what the file is; `caps` are the fields of `settings.Media`.

    Raises:
        MediaUnknown, MediaRefused, MediaTooLarge, MediaCorrupt: without the name of the file.
    """
    family = sniff.family(medium.read(sniff.HEAD_BYTES))
    if family == "picture":
        return _probe_picture(medium, caps)
    with av.logging.Capture() as log:
        info = _probe_container(medium, caps, family)
    complaints = [text.strip() for level, _, text in log if level <= av.logging.ERROR]
    if complaints and "sound_problem" not in info.details:
        return _warned(info, complaints[0])
    wrong = boxes.overflow(medium) if info.format == _BOXED_FORMAT and not info.partial else None
    return _warned(info, f"its box {wrong} claims more than there is") if wrong else info


def _warned(info: MediaInfo, warning: str) -> MediaInfo:
    return dataclasses.replace(info, partial=True, details={**info.details, "warning": warning[:200]})


def _probe_picture(medium: io.FileIO, caps: Caps) -> MediaInfo:
    problems = Problems()
    try:
        picture = image.open_picture(medium, caps["max_pixels"])
        taken = recorded.of_picture(picture)
        height, width = image.first_frame(medium, caps["max_pixels"], problems).shape[:2]
        frames, duration_us = _length(picture, caps, problems)
    except MediaError:
        raise
    except UnidentifiedImageError as error:
        raise _unknown() from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise MediaCorrupt(f"the picture cannot be decoded ({error})", "make it anew from its source") from error
    _refuse_longer(duration_us, caps)
    kind = str(picture.format).lower()
    info = MediaInfo(
        kind="video" if duration_us else "image",
        format=kind,
        codec=kind,
        width=width,
        height=height,
        duration_us=duration_us,
        fps=frames * 1e6 / duration_us if duration_us else 0.0,
        frames=frames,
        keyframes_us=(0,),
        details={"picture": True, **taken},
    )
    damage = problems.drain()
    return _warned(info, damage[0][1]) if damage else info


def _length(picture: Image.Image, caps: Caps, problems: Problems) -> tuple[int, int]:
    """Frames and duration in microseconds, which is 0 for a still picture."""
    if not image.is_animated(picture):
        return 1, 0
    frames, duration_us = 0, 0
    try:
        for _, end_us in image.play(picture, caps["max_pixels"], caps["max_frames"]):
            frames, duration_us = frames + 1, end_us
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        problems.note("animation_ends_early", str(error))
    return frames, duration_us


def _refuse_longer(duration_us: int, caps: Caps) -> None:
    if duration_us > caps["max_duration_s"] * 1e6:
        raise MediaTooLarge(
            f"{duration_us / 1e6:.0f} s are more than {caps['max_duration_s']:.0f} s",
            "cut it or raise AIMA_MEDIA__MAX_DURATION_S",
        )


def _probe_container(medium: io.FileIO, caps: Caps, family: sniff.Family) -> MediaInfo:
    try:
        with open_container(medium, caps["max_pixels"], caps["max_streams"]) as container:
            _refuse_excess(container, caps)
            info = _Survey(container, caps).info()
            return dataclasses.replace(info, details=info.details | recorded.of_container(container.metadata))
    except av.error.MemoryError:
        raise
    except av.FFmpegError as error:
        if family == "container":
            raise MediaCorrupt("the container cannot be read", "copy or export the file again") from error
        raise _unknown() from error


def _unknown() -> MediaUnknown:
    return MediaUnknown(
        "this is no video, sound or picture that AIMA reads", "convert it to MP4, Matroska, JPEG or PNG"
    )


def _refuse_excess(container: InputContainer, caps: Caps) -> None:
    if len(container.streams) > caps["max_streams"]:
        raise MediaTooLarge(
            f"more than {caps['max_streams']} streams", "keep those needed or raise AIMA_MEDIA__MAX_STREAMS"
        )
    for stream in _known(container, "video"):
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > caps["max_pixels"]:
            raise MediaTooLarge(
                f"{width} x {height} pixels are more than {caps['max_pixels']}",
                "scale it down or raise AIMA_MEDIA__MAX_PIXELS",
            )


def _known(container: InputContainer, kind: str) -> list[Stream]:
    """The streams of a kind whose codecs FFmpeg knows."""
    return [stream for stream in container.streams if stream.type == kind and stream.codec_context is not None]


class _Survey:
    """Reads all packets of the main video and of the sound streams and decodes the first frame of each."""

    def __init__(self, container: InputContainer, caps: Caps) -> None:
        self._container = container
        self._caps = caps
        moving = (s for s in _known(container, "video") if not s.disposition & Disposition.attached_pic)
        self._video = cast("VideoStream | None", next(moving, None))
        self._frame: av.VideoFrame | None = None
        self._warning = ""
        may_jump = container.format.name == _JUMPING_FORMAT
        self._tracks = Tracks(_known(container, "audio"))
        chosen: list[Stream] = [*([self._video] if self._video else []), *self._tracks.streams]
        self._tallies = {stream.index: Tally(stream, may_jump=may_jump) for stream in chosen}
        self._read(chosen)
        self._sound = self._tracks.chosen
        counted = {stream.index for stream in (self._video, self._sound) if stream is not None}
        self._tallies = {index: tally for index, tally in self._tallies.items() if index in counted}

    def info(self) -> MediaInfo:
        """What has been found.

        Raises:
            MediaCorrupt: nothing in it can be decoded.
        """
        if self._video is not None and self._frame is not None:
            info = self._video_info(self._video, self._frame)
        elif self._sound is not None:
            info = self._sound_info(self._sound)
        else:
            raise MediaCorrupt("nothing in it can be decoded", "copy or export the file again")
        _refuse_longer(info.duration_us, self._caps)
        info = dataclasses.replace(info, details=info.details | self._sound_facts())
        if "sound_problem" in info.details:
            self._warning = self._warning or f"its sound is left out: {info.details['sound_problem']}"
        return _warned(info, self._warning) if self._warning else self._against_header(info)

    def _read(self, streams: list[Stream]) -> None:
        only(self._container, streams)
        for stream in streams:
            _refuse_encrypted(stream)
        try:
            for packet in demux(self._container, streams) if streams else ():
                self._take(packet)
        except av.FFmpegError as error:
            self._warning = f"it ends early ({error.strerror})"

    def _take(self, packet: av.Packet) -> None:
        # Matroska and fragmented MP4 tell of encryption only here.
        if packet.has_sidedata("encryption_info"):
            raise _encrypted()
        tally = self._tallies[packet.stream.index]
        tally.add(packet)
        if tally.packets > self._caps["max_frames"]:
            raise MediaTooLarge(
                f"more than {self._caps['max_frames']} frames", "cut it or raise AIMA_MEDIA__MAX_FRAMES"
            )
        if tally.packets > _PACKETS_TO_FIRST_FRAME:
            return
        if packet.stream.type == "audio":
            self._tracks.try_packet(packet)
        elif self._frame is None:
            self._frame = self._first_of(packet)

    def _first_of(self, packet: av.Packet) -> av.VideoFrame | None:
        try:
            return next(iter(packet.decode()), None)
        except av.error.MemoryError:
            raise
        except av.FFmpegError as error:
            self._warning = f"the beginning cannot be decoded ({error.strerror})"
            return None

    def _origin_us(self) -> int:
        """The container's start, or an earlier frame."""
        starts = [t.first_us for t in self._tallies.values() if t.first_us is not None]
        # Encoders' priming lets sound begin before 0; the container's start leaves it out.
        stated = cast("int | None", self._container.start_time)
        if stated is None:
            return min(starts, default=0)
        first_frame = None if self._video is None else self._tallies[self._video.index].first_us
        return int(stated if first_frame is None else min(stated, first_frame))

    def _duration_us(self) -> int:
        return max(0, *(t.end_us - self._origin_us() for t in self._tallies.values() if t.end_us is not None), 0)

    def _video_info(self, stream: VideoStream, frame: av.VideoFrame) -> MediaInfo:
        tally, origin_us, duration_us = self._tallies[stream.index], self._origin_us(), self._duration_us()
        orientation = _orientation(frame)
        width, height = geometry.displayed_size(frame.width, frame.height, stream.sample_aspect_ratio, orientation)
        seen_us = (tally.end_us or 0) - (tally.first_us or 0)
        return MediaInfo(
            kind="video",
            format=self._container.format.name.split(",")[0],
            codec=stream.codec_context.name,
            width=width,
            height=height,
            duration_us=duration_us,
            fps=tally.packets * 1e6 / seen_us if seen_us else 0.0,
            rotation=90 * orientation.turns,
            frames=tally.packets,
            has_sound=self._sound is not None,
            keyframes_us=tally.keyframes_us(origin_us),
            details={
                "stream": stream.index,
                "origin_us": origin_us,
                "linear": tally.jumps > 0,
                "turns": orientation.turns,
                "flip": orientation.flip,
                "transfer": _TRANSFERS.get(int(frame.color_trc), "sdr"),
                "pixel_format": frame.format.name,
                "interlaced": bool(frame.interlaced_frame),
            },
        )

    def _sound_info(self, stream: Stream) -> MediaInfo:
        if self._video is not None:
            self._warning = "the pictures in it cannot be decoded, only the sound"
        return MediaInfo(
            kind="audio",
            format=self._container.format.name.split(",")[0],
            codec=stream.codec_context.name,
            width=0,
            height=0,
            duration_us=self._duration_us(),
            fps=0.0,
            has_sound=True,
            details={"stream": stream.index, "origin_us": self._origin_us()},
        )

    def _sound_facts(self) -> dict[str, str | int | float | bool]:
        """What `MediaInfo.details` holds of sound."""
        if self._sound is None:
            return {"sound_problem": self._tracks.problem} if self._tracks.streams else {}
        tally, origin_us = self._tallies[self._sound.index], self._origin_us()
        return {
            **self._tracks.facts,
            "sound_first_us": (tally.first_us or 0) - origin_us,
            "sound_end_us": (tally.end_us or 0) - origin_us,
            **({"sound_linear": True} if tally.jumps else {}),
        }

    def _against_header(self, info: MediaInfo) -> MediaInfo:
        """Marked as partial where the header promises clearly more than there is."""
        promised_us = int(self._container.duration or 0)
        # Some containers count it from 0, even if nothing begins there.
        lacking_us = promised_us - info.duration_us - max(0, self._origin_us())
        if info.details.get("linear") or lacking_us <= max(_LACKING_US, _LACKING_SHARE * promised_us):
            return info
        return _warned(info, f"the header promises {promised_us / 1e6:.1f} s, there are {info.duration_us / 1e6:.1f} s")


def _orientation(frame: av.VideoFrame) -> geometry.Orientation:
    matrices = (bytes(data) for data in frame.side_data if data.type.name == "DISPLAYMATRIX")
    return next((geometry.orientation_of(matrix) for matrix in matrices), geometry.Orientation())


def _refuse_encrypted(stream: Stream) -> None:
    try:
        tag = stream.codec_context.codec_tag
    except UnicodeDecodeError:  # of a damaged file
        return
    if tag in _ENCRYPTED_TAGS:
        raise _encrypted()


def _encrypted() -> MediaCorrupt:
    return MediaCorrupt("it is encrypted (digital rights management)", "give an unprotected copy")
