"""Good small media of many kinds, made here: codecs, containers, sizes, turns, odd times, pictures of every mode."""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from tests.media.making import pattern, write_video
from tests.media.trials import Trial

os.environ.setdefault("SVT_LOG", "1")  # that encoder writes to standard error else
_MADE = tomllib.loads(Path(__file__).with_name("goods.toml").read_text())
_FIXED_SIZE = {"svq1": (176, 144), "h263": (176, 144)}
SIZES = [(16, 16), (18, 34), (64, 48), (130, 98), (176, 144), (320, 240), (321, 241), (352, 288), (640, 64), (48, 512)]
UNEVEN = {
    "late": [5000 + 40 * n for n in range(20)],
    "sparse": [0, 40, 80, 700, 740, 5000, 9000],
    "slow": [2000 * n for n in range(5)],
    "fast": [4 * n for n in range(40)],
    "pause": [*range(0, 400, 40), *range(60_000, 60_400, 40)],
    "single": [0],
    "two": [0, 40],
    "ntsc": [round(n * 1001 / 30) for n in range(30)],
}
PICTURE_SIZES = [(1, 1), (3, 5), (64, 48), (257, 129)]


@dataclass(frozen=True)
class Good:
    """A good medium. frames: how many there are, where that is known; size: as displayed."""

    path: Path
    kind: str
    frames: int | None = None
    size: tuple[int, int] | None = None

    def agrees(self, trial: Trial) -> bool:
        """Whether it was let in whole, as what it is."""
        info = trial.info
        if info is None or trial.verdict != "done" or info.kind != self.kind:
            return False
        size = self.size is None or (info.width, info.height) == self.size
        return size and (self.frames is None or info.frames == self.frames)


def videos(folder: Path) -> Iterator[Good]:
    """Ten frames through every encoder in every container that it goes into."""
    for suffix, encoders in _MADE["videos"].items():
        for number, (codec, pixels) in enumerate(encoders):
            size = _FIXED_SIZE.get(codec, (128, 96))
            path = folder / f"v{number:02d}_{codec}_{pixels}{suffix}"
            _write_pictures(path, codec, pixels, _frames(10, size))
            # Pixels of H.263 are not square.
            yield Good(path, "video", 10, None if codec == "h263" else size)


def shapes(folder: Path) -> Iterator[Good]:
    """Sizes, turns, pixel aspects, distances of keyframes and uneven times, of one codec."""
    for size in SIZES:
        path = folder / f"size_{size[0]}x{size[1]}.mkv"
        yield Good(write_video(path, _frames(6, size), pix_fmt="yuv444p"), "video", 6, size)
    for turn in (0, 90, 180, 270):
        path = folder / f"turned_{turn}.mp4"
        size = (96, 128) if turn % 180 else (128, 96)
        yield Good(write_video(path, _frames(6, (128, 96)), rotation=turn), "video", 6, size)
    for aspect in (Fraction(16, 11), Fraction(4, 3), Fraction(8, 9), Fraction(1, 2)):
        path = folder / f"aspect_{aspect.numerator}_{aspect.denominator}.mkv"
        yield Good(write_video(path, _frames(6, (128, 96)), pixel_aspect=aspect), "video", 6)
    for gop in (1, 3, 250):
        path = folder / f"gop_{gop}.mp4"
        yield Good(write_video(path, _frames(30, (64, 48)), gop=gop), "video", 30, (64, 48))
    for (name, times), suffix in itertools.product(UNEVEN.items(), (".mp4", ".mkv", ".ts")):
        path = folder / f"times_{name}{suffix}"
        yield Good(write_video(path, _frames(len(times), (64, 48)), times), "video", len(times), (64, 48))


def sounds(folder: Path) -> Iterator[Good]:
    """Half a second of a tone through every encoder in its containers."""
    for suffix, encoders in _MADE["sounds"].items():
        for number, (codec, rate, layout) in enumerate(encoders):
            path = folder / f"s{number}_{codec}_{rate}_{layout}{suffix}"
            _write_sound(path, codec, rate, layout)
            yield Good(path, "audio")


def pictures(folder: Path) -> Iterator[Good]:
    """Every mode of every format in several sizes, all orientations, and animations."""
    for suffix, modes in _MADE["modes"].items():
        for mode, size in itertools.product(modes, PICTURE_SIZES):
            path = folder / f"p_{mode.replace(';', '')}_{size[0]}x{size[1]}{suffix}"
            _in_mode(mode, size).save(path)
            yield Good(path, "image", 1, size)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = folder / f"exif_{orientation}.jpg"
        Image.fromarray(pattern(0)).save(path, exif=exif)
        yield Good(path, "image", 1, (96, 128) if orientation > 4 else (128, 96))
    Image.fromarray(pattern(1)).save(folder / "progressive.jpg", progressive=True)
    yield Good(folder / "progressive.jpg", "image", 1, (128, 96))
    first, *others = (Image.fromarray(pattern(number)) for number in range(5))
    for suffix in (".gif", ".webp", ".png"):
        path = folder / f"moving{suffix}"
        first.save(path, save_all=True, append_images=others, duration=120, loop=0)
        yield Good(path, "video", 5, (128, 96))


KINDS: tuple[Callable[[Path], Iterator[Good]], ...] = (videos, shapes, sounds, pictures)


def goods(folder: Path) -> list[Good]:
    """All of them."""
    return [good for kind in KINDS for good in kind(folder)]


def _frames(count: int, size: tuple[int, int]) -> list[np.ndarray]:
    return [pattern(number, size) for number in range(count)]


def _write_pictures(path: Path, codec: str, pixels: str, frames: list[np.ndarray]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=_MADE["options"].get(codec, {"strict": "unofficial"}))
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.gop_size = 5
        stream.codec_context.thread_count = 1
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _write_sound(path: Path, codec: str, rate: int, layout: str) -> None:
    with av.open(str(path), "w", format={".m4a": "ipod", ".mka": "matroska"}.get(path.suffix)) as container:
        stream = container.add_stream(codec, rate=rate, layout=layout, options={"strict": "experimental"})
        channels = stream.codec_context.layout.nb_channels
        tone = (np.sin(np.arange(rate // 2) * 440 * 2 * np.pi / rate) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone[:, None], channels, axis=1).reshape(1, -1), "s16", layout)
        frame.rate, frame.pts = rate, 0
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, context.layout, rate, frame_size=context.frame_size or None)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode())


def _in_mode(mode: str, size: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(pattern(3, (max(size[0], 16), max(size[1], 16)))).resize(size)
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L"), np.uint16) * 256)
    if mode in {"LA", "RGBA"}:
        picture.putalpha(200)
    return picture.convert(mode)
