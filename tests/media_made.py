"""Small media that tests make themselves from the two public-domain portraits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

WIDTH, HEIGHT, FPS = 640, 360, 25


def portrait(path: Path, height: int = 300) -> np.ndarray:
    """A portrait, RGB uint8 [height, width, 3]."""
    with Image.open(path) as image:
        picture = image.convert("RGB")
        return np.asarray(picture.resize((round(picture.width * height / picture.height), height)))


def write_clip(path: Path, seconds: float, paint: Callable[[np.ndarray, float], None], gop: int = 50) -> Path:
    """An H.264 clip of 640 x 360 at 25 fps; `paint` draws on each frame, given its time in seconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=FPS, options={"preset": "ultrafast", "g": str(gop), "threads": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for number in range(round(seconds * FPS)):
            picture = background()
            paint(picture, number / FPS)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def background() -> np.ndarray:
    """A soft gradient without any face."""
    ramp = np.linspace(40, 120, WIDTH, dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (HEIGHT, WIDTH, 3)))


def place(picture: np.ndarray, face: np.ndarray, left: int, top: int = 30) -> None:
    """Put a portrait onto a picture."""
    height = min(face.shape[0], HEIGHT - top)
    width = min(face.shape[1], WIDTH - left)
    picture[top : top + height, left : left + width] = face[:height, :width]


def two_person_clip(path: Path, faces: dict[str, Path], seconds: float = 8.0) -> Path:
    """Astronaut at the left all the time; Hopper at the right in the second half."""
    one, two = portrait(faces["astronaut"]), portrait(faces["grace_hopper"])

    def paint(picture: np.ndarray, now: float) -> None:
        place(picture, one, 10 + int(4 * now))
        if now >= seconds / 2:
            place(picture, two, 340 - int(3 * now))

    return write_clip(path, seconds, paint)


def long_clip(path: Path, faces: dict[str, Path], seconds: float) -> Path:
    """Astronaut and Hopper in turn, ten seconds each, with keyframes every two seconds."""
    shown = [portrait(faces["astronaut"]), portrait(faces["grace_hopper"])]

    def paint(picture: np.ndarray, now: float) -> None:
        place(picture, shown[int(now // 10) % 2], 100 + int(3 * (now % 10)))

    return write_clip(path, seconds, paint)


def write_picture(path: Path, face: Path, brightness: float = 1.0) -> Path:
    """A JPEG of one portrait before the gradient."""
    picture = background()
    place(picture, portrait(face), 200)
    changed = np.clip(picture.astype(np.float32) * brightness, 0, 255).astype(np.uint8)
    if not cv2.imwrite(str(path), changed[:, :, ::-1]):
        raise OSError(f"{path} could not be written")
    return path
