"""Pictures in a terminal that shows true colours: two pixels per character."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps
from rich.console import Console
from rich.text import Text

UPPER_HALF = "\u2580"
NARROWEST = 60
"""Columns below which thumbnails would push the text out of the terminal."""


def shows_pictures(console: Console) -> bool:
    """Whether thumbnails make sense there: a terminal with true colours that is wide enough."""
    return console.is_terminal and console.color_system == "truecolor" and console.width >= NARROWEST


def thumbnail(picture: bytes, columns: int = 20) -> Text:
    """The middle square of a picture, `columns` characters wide and half as many lines high."""
    with Image.open(BytesIO(picture)) as opened:
        small = ImageOps.fit(opened.convert("RGB"), (columns, columns // 2 * 2), Image.Resampling.BOX)
    text = Text(no_wrap=True)
    for row in range(0, small.height, 2):
        for column in range(columns):
            upper, lower = _hex(small, column, row), _hex(small, column, row + 1)
            text.append(UPPER_HALF, style=f"{upper} on {lower}")
        text.append("\n")
    text.rstrip()
    return text


def _hex(picture: Image.Image, column: int, row: int) -> str:
    pixel = picture.getpixel((column, row))
    assert isinstance(pixel, tuple)
    return "#{:02x}{:02x}{:02x}".format(*pixel)
