"""Sound files that tests make, and what is heard in them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from aima.domain.batch import SOUND_RATE
from aima.domain.media import MediaInfo, Sound
from aima.media.gate import inspect
from aima.media.reader import SegmentReader
from aima.media.segments import plan_segments
from aima.settings import Media

Samples = npt.NDArray[np.float32]
Part = tuple[float, Samples]
"""Seconds at which it begins, and float32 [channels, n]."""

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
FORMATS = {".m4a": "ipod", ".mka": "matroska", ".aac": "adts", ".ts": "mpegts"}
FRAME = 1024


def tone(seconds: float, rate: int, hertz: float = 440.0, channels: int = 1, loud: float = 0.3) -> Samples:
    """A sine on all channels."""
    wave = loud * np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * hertz / rate))
    return np.repeat(wave.astype(np.float32)[None], channels, axis=0)


def noise(seconds: float, rate: int, channels: int = 1, seed: int = 0) -> Samples:
    """Noise below 3 kHz that swells and fades every few seconds."""
    random = np.random.default_rng(seed)
    count = round(seconds * rate)
    coarse = random.uniform(-1, 1, (channels, round(seconds * 6000) + 2))
    at = np.arange(count) * (6000 / rate)
    swell = 0.25 + 0.2 * np.sin(at / 6000 * 2)
    return np.stack([np.interp(at, np.arange(row.size), row) * swell for row in coarse]).astype(np.float32)


def write_sound(
    path: Path,
    tracks: Sequence[Sequence[Part]],
    rate: int,
    codec: str,
    *,
    default: int | None = None,
    size: int = FRAME,
) -> Path:
    """Encode tracks, each of parts at their times. default: the track that is marked as such. size: samples of a frame,
    where the codec leaves it open."""
    with av.open(str(path), "w", format=FORMATS.get(path.suffix)) as container:
        streams = []
        for number, parts in enumerate(tracks):
            layout = LAYOUTS[len(parts[0][1])]
            stream = container.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
            if default is not None:
                stream.disposition = av.stream.Disposition.default if number == default else av.stream.Disposition(0)
            streams.append(stream)
        for stream, parts in zip(streams, tracks, strict=True):
            for start_s, samples in parts:
                _encode(container, stream, (start_s, samples), rate, size)
            container.mux(stream.encode())
    return path


def _encode(container, stream, part: Part, rate: int, size: int = FRAME) -> None:
    start_s, samples = part
    size = stream.codec_context.frame_size or size
    resampler = av.AudioResampler(stream.codec_context.format, stream.codec_context.layout, rate, frame_size=size)
    frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1), "flt", LAYOUTS[len(samples)])
    frame.rate, frame.pts, frame.time_base = rate, round(start_s * rate), Fraction(1, rate)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(piece))


def write_wave(path: Path, samples: Samples, rate: int) -> Path:
    """16-bit PCM."""
    channels = len(samples)
    body = np.round(samples.T * 32767).astype("<i2").tobytes()
    head = struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    sizes = struct.pack("<I", 36 + len(body)), struct.pack("<I", len(body))
    path.write_bytes(b"RIFF" + sizes[0] + b"WAVEfmt " + head + b"data" + sizes[1] + body)
    return path


def hear(path: Path) -> tuple[MediaInfo, list[Sound]]:
    """What the gate says of a file, and the sound of its segments."""
    info = inspect(path, Media())
    with SegmentReader(path, info, Media()) as reader:
        segments = (s for s in plan_segments("content", info) if s.stream == "sound")
        return info, [reader.sound(segment) for segment in segments]


def power(sound: Sound, start_s: float, end_s: float) -> float:
    """Mean power between two times of the medium."""
    first, stop = (round(at * SOUND_RATE - sound.start_us * SOUND_RATE / 1e6) for at in (start_s, end_s))
    return float(np.square(sound.samples[first:stop], dtype=np.float64).mean())


def pitch(sound: Sound, start_s: float, end_s: float) -> float:
    """The strongest frequency between two times, in Hz."""
    first, stop = (round(at * SOUND_RATE - sound.start_us * SOUND_RATE / 1e6) for at in (start_s, end_s))
    spectrum = np.abs(np.fft.rfft(sound.samples[first:stop] * np.hanning(stop - first)))
    return float(np.argmax(spectrum) * SOUND_RATE / (stop - first))


def add_sound(film: Path, path: Path, samples: Samples, rate: int, start_s: float = 0.0) -> Path:
    """The pictures of a film with a track of 16-bit PCM beside them."""
    with av.open(str(film)) as pictures, av.open(str(path), "w") as container:
        moving = container.add_stream_from_template(pictures.streams.video[0])
        spoken = container.add_stream("pcm_s16le", rate=rate, layout=LAYOUTS[len(samples)])
        for packet in pictures.demux(video=0):
            if packet.dts is not None:
                packet.stream = moving
                container.mux(packet)
        _encode(container, spoken, (start_s, samples), rate)
        container.mux(spoken.encode())
    return path
