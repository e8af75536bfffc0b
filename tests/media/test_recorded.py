"""When media were recorded: what cameras write is read, and what anybody else writes does no harm."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from aima.media import recorded
from aima.media.gate import inspect
from aima.settings import Media


def at(*moment: int) -> dict[str, int]:
    return {recorded.KEY: int(datetime(*moment, tzinfo=UTC).timestamp())}


def said(path) -> dict[str, object]:
    """What the gate says of the time of a file."""
    return {key: value for key, value in inspect(path, Media()).details.items() if key == recorded.KEY}


def photograph(path, taken: object, zone: str | None = None):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: taken} | ({0x9011: zone} if zone is not None else {}))
    Image.new("RGB", (64, 48), "green").save(path, exif=exif)
    return path


def film(path, **metadata: str):
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata)
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8))))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("taken", "zone", "expected"),
    [
        ("2019:05:04 10:20:30", None, at(2019, 5, 4, 10, 20, 30)),
        ("2019:05:04 01:20:30", "+02:00", at(2019, 5, 3, 23, 20, 30)),
        ("2019:05:04 10:20:30", "somewhere", at(2019, 5, 4, 10, 20, 30)),
        ("2019:02:31 10:20:30", None, {}),
        ("1970:01:01 00:00:00", None, {}),
        ("    :  :     :  :  ", None, {}),
        ("tomorrow", None, {}),
        ("9" * 5000, None, {}),
    ],
)
def test_a_photograph_says_when_it_was_taken(tmp_path, taken, zone, expected):
    assert said(photograph(tmp_path / "a.jpg", taken, zone)) == expected


def test_a_film_says_when_it_was_recorded(tmp_path):
    assert said(film(tmp_path / "a.mp4", creation_time="2021-12-31T23:59:59.000000Z")) == at(2021, 12, 31, 23, 59, 59)
    assert said(film(tmp_path / "b.mp4")) == {}
    assert said(film(tmp_path / "c.mkv", creation_time="1904-01-01T00:00:00Z")) == {}


@given(st.text(max_size=40))
@examples(deadline=None, derandomize=True, max_examples=200)
def test_whatever_a_container_says_gives_a_time_or_none(words):
    found = recorded.of_container({"creation_time": words})
    assert all(isinstance(seconds, int) and seconds > 0 for seconds in found.values())
