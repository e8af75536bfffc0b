"""Thumbnails: half blocks carry the colours of two pixels each."""

from __future__ import annotations

from io import BytesIO, StringIO

from PIL import Image
from rich.console import Console

from aima.cli.thumbnails import shows_pictures, thumbnail


def jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def two_tone(size: int) -> Image.Image:
    """Red above, blue below."""
    picture = Image.new("RGB", (size, size), "#ff0000")
    picture.paste("#0000ff", (0, size // 2, size, size))
    return picture


def test_every_character_is_two_pixels() -> None:
    text = thumbnail(jpeg(two_tone(40)), columns=4)
    assert text.plain == "\u2580\u2580\u2580\u2580\n\u2580\u2580\u2580\u2580"
    assert [str(span.style) for span in text.spans] == ["#ff0000 on #ff0000"] * 4 + ["#0000ff on #0000ff"] * 4


def test_a_character_can_hold_both_colours() -> None:
    text = thumbnail(jpeg(two_tone(2)), columns=2)
    assert text.plain == "\u2580\u2580"
    assert {str(span.style) for span in text.spans} == {"#ff0000 on #0000ff"}


def test_a_wide_picture_is_cropped_to_its_middle() -> None:
    wide = Image.new("L", (300, 100))
    wide.paste(255, (100, 0, 200, 100))
    text = thumbnail(jpeg(wide), columns=8)
    assert {str(span.style) for span in text.spans} == {"#ffffff on #ffffff"}


def test_only_a_wide_terminal_with_true_colours_shows_pictures() -> None:
    def console(**options: object) -> Console:
        return Console(
            **{"file": StringIO(), "force_terminal": True, "color_system": "truecolor", "width": 100, **options}
        )

    assert shows_pictures(console())
    assert not shows_pictures(console(force_terminal=False))
    assert not shows_pictures(console(color_system="256"))
    assert not shows_pictures(console(width=40))
