"""Clips of any length without encoding: packets of one film again and again."""

from __future__ import annotations

from pathlib import Path

import av

from aima.services.sample import make_sample, sample_media
from aima.settings import Settings
from tests.conftest import MEDIA_DIR

FILM = MEDIA_DIR / "video" / "composed_2min.mp4"


def source(settings: Settings, folder: Path) -> Path:
    """The film that clips are made of: that of the test media, or the sample's where there are none."""
    return FILM if FILM.is_file() else sample_media(make_sample(settings, folder / "sample"))[0]


def keyframes(film: Path) -> list[float]:
    """Times in seconds at which a cut may begin."""
    with av.open(str(film)) as container:
        video = container.streams.video[0]
        return [float(p.pts * p.time_base) for p in container.demux(video) if p.pts is not None and p.is_keyframe]


def cut(film: Path, target: Path, seconds: float, start: float = 0.0) -> Path:
    """Write the pictures of the film from the keyframe at `start` on, over and over, until the clip is long enough."""
    with av.open(str(target), "w") as out:
        # A film may repeat itself, and each clip is to be a file of its own.
        out.metadata["title"] = f"from {start:g} s"
        stream, shift = None, 0
        while shift is not None:
            with av.open(str(film)) as container:
                video = container.streams.video[0]
                stream = stream or out.add_stream_from_template(video)
                if start:
                    container.seek(round(start / video.time_base), stream=video)
                shift = _copy(container, out, stream, shift, seconds)
    return target


def _copy(
    container: av.container.InputContainer, out: av.container.OutputContainer, stream: object, shift: int, until: float
) -> int | None:
    """Copy packets, `shift` ticks later than they were; gives the shift of the next round, None at the end."""
    first, end = None, shift
    for packet in container.demux(container.streams.video[0]):
        if packet.dts is None:
            continue
        first = packet.pts if first is None else first
        packet.pts, packet.dts = packet.pts - first + shift, packet.dts - first + shift
        if packet.pts * packet.time_base >= until:
            return None
        end = max(end, packet.pts + packet.duration)
        packet.stream = stream
        out.mux(packet)
    return end
