"""Frames at given times come out of the contained reader; what cannot be read says why."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from aima.errors import MediaError, MediaTooLarge
from aima.evaluation.page.frames import jpeg, photos
from aima.settings import Media
from tests.evaluation.page.making import COLOURS, coloured_clip, painted


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return coloured_clip(tmp_path_factory.mktemp("clip") / "film.mp4")


def colour_of(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1].mean(axis=(0, 1))


def test_each_time_gives_its_own_frame_in_any_order(clip) -> None:
    shown = list(photos(clip, [2.5, 0.0, 1.5], 160, Media()))
    for photo, second in zip(shown, (2, 0, 1), strict=True):
        assert np.abs(colour_of(photo.jpeg) - COLOURS[second]).max() < 12
        assert (photo.width, photo.height) == (640, 360)
        assert cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (90, 160, 3)


def test_a_little_after_the_end_the_last_frame_is_shown(clip) -> None:
    (photo,) = photos(clip, [3.05], 160, Media())
    assert np.abs(colour_of(photo.jpeg) - COLOURS[2]).max() < 12


def test_far_after_the_end_there_is_no_frame(clip) -> None:
    first, late = photos(clip, [0.2, 9.0], 160, Media())
    assert first is not None
    assert late is None


def test_before_the_first_frame_the_next_one_is_shown(tmp_path, clip) -> None:
    late = tmp_path / "late.mkv"
    with av.open(str(clip)) as source, av.open(str(late), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        sound = target.add_stream("pcm_s16le", rate=16000, layout="mono")
        silence = av.AudioFrame(format="s16", layout="mono", samples=16000)
        silence.sample_rate, silence.pts = 16000, 0
        target.mux(sound.encode(silence))
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                packet.pts += round(0.9 / packet.time_base)
                packet.dts += round(0.9 / packet.time_base)
                target.mux(packet)
    (photo,) = photos(late, [0.1], 160, Media())
    assert np.abs(colour_of(photo.jpeg) - COLOURS[0]).max() < 12


def test_a_picture_is_the_same_at_every_time(tmp_path) -> None:
    one, other = photos(painted(tmp_path / "face.jpg"), [0.0, 7.0], 160, Media())
    assert one == other
    assert (one.width, one.height) == (400, 300)


@pytest.mark.parametrize("content", [None, b"", b"no picture at all"])
def test_a_missing_or_damaged_file_says_why(tmp_path, content) -> None:
    path = tmp_path / "bad.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=r"bad\.jpg"):
        list(photos(path, [0.0, 1.0], 160, Media()))


def test_a_file_over_the_limits_is_not_read(tmp_path) -> None:
    with pytest.raises(MediaTooLarge):
        list(photos(painted(tmp_path / "large.jpg"), [0.0], 160, Media(max_pixels=1000)))


def test_a_smaller_quality_gives_fewer_bytes() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    assert len(jpeg(noise, 40)) < len(jpeg(noise, 90))
