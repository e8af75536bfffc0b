"""Still and animated pictures through Pillow: upright, RGB, transparent parts over mid-grey.

Mid-grey, because neither black nor white edges should be invented around what is cut out. Embedded colour profiles
(and so CMYK) are brought to sRGB; without a profile CMYK is converted as Pillow does it. 16 bits become 8 by their
upper half. Frames of GIF, WebP and PNG animations keep their durations; 10 ms and less count as 100 ms, as in browsers.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

from aima.errors import MediaTooLarge
from aima.media import geometry
from aima.media.plan import ReadPlan
from aima.media.source import Pixels, Problems

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_ANIMATED: Final = ("GIF", "WEBP", "PNG")
_GREY: Final = (128, 128, 128, 255)
_LUMA_601: Final = np.array([0.299, 0.587, 0.114], np.float32)
_ORIENTATION: Final = 0x0112
_BAND_PIXELS: Final = 1 << 21
_SHORTEST_MS: Final = 10
_BROWSER_MS: Final = 100

_SCALE_DOWN: Final = "scale it down or raise AIMA_MEDIA__MAX_PIXELS"
# Pillow holds up to nine pictures of an animation's size, and decodes all frames before the one that is wanted.
_CANVAS_SHARE: Final = 4  # of the cap of pixels
_MOST_PICTURES: Final = 50  # of the largest size, over all frames

warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own caps raise, and say what to do


class _Bounded(io.BufferedReader):
    """Reads no more than there is: Pillow asks for as many bytes as a damaged file says."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw, 1 << 16)
        self._bytes = os.fstat(raw.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """See `io.BufferedReader`."""
        left = max(0, self._bytes - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left))


def open_picture(medium: io.FileIO, max_pixels: int) -> Image.Image:
    """Open a picture; only its header is read.

    Raises:
        MediaTooLarge: over the cap of pixels.
        OSError, SyntaxError, ValueError: Pillow cannot read it.
    """
    # A file object of its own: Pillow closes the one it is given.
    own = io.FileIO(medium.fileno(), closefd=False)
    own.seek(0)
    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(_Bounded(own), formats=FORMATS)
    width, height = picture.size
    most = max_pixels // _CANVAS_SHARE if is_animated(picture) else max_pixels
    if width * height > most:
        raise MediaTooLarge(f"{width} x {height} pixels are more than {most}", _SCALE_DOWN)
    # Frames can make an animation larger on the way; Pillow refuses more than twice this.
    Image.MAX_IMAGE_PIXELS = max(1, most // 2)
    return picture


def is_animated(picture: Image.Image) -> bool:
    """Whether it has several frames that are shown one after the other (not several pages or sizes)."""
    return picture.format in _ANIMATED and bool(getattr(picture, "is_animated", False))


def play(picture: Image.Image, max_pixels: int, max_frames: int) -> Iterator[tuple[int, int]]:
    """Decode an animation frame by frame; start and end of the current one in microseconds.

    Raises:
        MediaTooLarge: more than `max_frames`, or too many pixels in one or in all of them.
        OSError, SyntaxError, ValueError, EOFError: a frame cannot be decoded.
    """
    start_us = pixels = 0
    for number in range(int(getattr(picture, "n_frames", 1))):
        if number == max_frames:
            raise MediaTooLarge(f"more than {max_frames} frames", "raise AIMA_MEDIA__MAX_FRAMES")
        try:
            picture.seek(number)
        except Image.DecompressionBombError as error:
            raise MediaTooLarge(f"frame {number} makes the picture too large", _SCALE_DOWN) from error
        pixels += picture.width * picture.height
        if pixels > _MOST_PICTURES * max_pixels:
            raise MediaTooLarge(f"{number + 1} and more frames of {picture.width} x {picture.height}", _SCALE_DOWN)
        picture.load()  # WebP knows a duration only then
        milliseconds = float(picture.info.get("duration") or 0)
        end_us = start_us + round(1000 * (milliseconds if milliseconds > _SHORTEST_MS else _BROWSER_MS))
        yield start_us, end_us
        start_us = end_us


def to_rgb(picture: Image.Image) -> Pixels:
    """The current frame upright as uint8 [height, width, 3]."""
    profile = picture.info.get("icc_profile")
    turned = picture.getexif().get(_ORIENTATION, 1) != 1
    upright = ImageOps.exif_transpose(picture) if turned else picture  # which makes a copy in any case
    convert = _conversion(upright, profile)
    pixels = np.empty((upright.height, upright.width, 3), np.uint8)
    # Band by band: Pillow takes four bytes for a pixel, and each step of a conversion would take them all again.
    rows = max(1, _BAND_PIXELS // upright.width)
    for top in range(0, upright.height, rows):
        bottom = min(top + rows, upright.height)
        pixels[top:bottom] = convert(upright.crop((0, top, upright.width, bottom)))
    return pixels


def _conversion(picture: Image.Image, profile: bytes | None) -> Callable[[Image.Image], Pixels]:
    """How bands of a picture become RGB."""
    if picture.mode in {"I", "F"} or picture.mode.startswith("I;"):
        return functools.partial(_deep_grey, span=_span(picture))
    # Palettes can have transparent entries too.
    if picture.has_transparency_data:
        return _over_grey
    transform = _to_srgb(picture.mode, profile) if profile else None
    if transform is None:
        return lambda band: np.asarray(band.convert("RGB"))
    return lambda band: np.asarray(ImageCms.applyTransform(band, transform))


def _over_grey(band: Image.Image) -> Pixels:
    base = Image.new("RGBA", band.size, _GREY)
    return np.asarray(Image.alpha_composite(base, band.convert("RGBA")).convert("RGB"))


def _span(picture: Image.Image) -> tuple[float, float]:
    """The values that become black and, just, white."""
    if picture.mode.startswith("I;16"):
        return 0.0, 65536.0
    values = np.asarray(picture)
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def _deep_grey(band: Image.Image, span: tuple[float, float]) -> Pixels:
    low, high = span
    grey = (np.asarray(band, np.float64) - low) * (256 / max(high - low, 1e-9))
    return np.repeat(np.nan_to_num(grey).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _to_srgb(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """The transform of a profile; None where it is broken or for other pictures than these."""
    if mode not in {"RGB", "CMYK", "L"}:
        return None
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@dataclass(slots=True)
class ImageShot:
    """One frame of a picture: RGB pixels at source size."""

    pts_us: int
    before_us: int | None
    pixels: Pixels

    def rgb(self, out: Pixels) -> None:
        """See `Shot`."""
        np.copyto(out, geometry.resize(self.pixels, (out.shape[1], out.shape[0])))

    def grey(self, out: Pixels) -> None:
        """See `Shot`."""
        small = geometry.resize(self.pixels, (out.shape[1], out.shape[0]))
        np.copyto(out, np.round(small @ _LUMA_601).astype(np.uint8))


class ImageSource:
    """Decodes a still or animated picture."""

    def __init__(self, medium: io.FileIO, plan: ReadPlan, max_frames: int) -> None:
        self._medium = medium
        self._plan = plan
        self._max_frames = max_frames

    def shots(self, start_us: int, end_us: int, problems: Problems) -> Iterator[ImageShot]:
        """See `Source`. Animations are always decoded from their beginning: their frames build on each other."""
        picture = open_picture(self._medium, self._plan.max_pixels)
        if not is_animated(picture):
            yield ImageShot(0, None, first_frame(self._medium, self._plan.max_pixels, problems))
            return
        before: int | None = None
        try:
            for pts_us, _ in play(picture, self._plan.max_pixels, self._max_frames):
                if pts_us >= end_us:
                    return
                if pts_us >= start_us:
                    yield ImageShot(pts_us, before, to_rgb(picture))
                before = pts_us
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            problems.note("animation_ends_early", str(error))


def first_frame(medium: io.FileIO, max_pixels: int, problems: Problems) -> Pixels:
    """The first frame upright as RGB. What a damaged picture lacks stays grey or black and is noted.

    Raises:
        OSError, SyntaxError, ValueError: nothing of it can be decoded.
    """
    try:
        return to_rgb(open_picture(medium, max_pixels))
    except (OSError, SyntaxError) as error:
        problems.note("picture_damaged", str(error))
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture = open_picture(medium, max_pixels)
        with contextlib.suppress(OSError, SyntaxError):  # of what stands behind the pixels
            picture.load()
        return to_rgb(picture)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
