"""Cuts are found; motion, flashes and fades are none."""

from __future__ import annotations

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from aima.analyzers.shot_cuts import ShotCuts, ShotCutsOptions
from aima.domain.cuts import is_cut
from aima.domain.media import Strip
from tests.analyzers.batches import strip_batch

FPS = 25
DEFAULT = ShotCutsOptions()


def world(seed: int) -> np.ndarray:
    """A large picture with soft structure, to move a camera over."""
    coarse = np.random.default_rng(seed).integers(20, 235, (30, 50), dtype=np.uint8)
    return cv2.resize(coarse, (800, 480), interpolation=cv2.INTER_CUBIC)


def pan(seed: int, frames: int, speed: float = 1.0) -> np.ndarray:
    """A camera that moves over a world, with noise of the sensor."""
    noise = np.random.default_rng(seed + 1000)
    views = [world(seed)[100:280, 100 + round(i * speed) : 420 + round(i * speed)] for i in range(frames)]
    return np.clip(np.stack(views).astype(int) + noise.integers(-4, 5, (frames, 180, 320)), 0, 255).astype(np.uint8)


def strip(*shots: np.ndarray, fps: float = FPS, start_us: int = 0) -> Strip:
    frames = np.concatenate(shots)
    return Strip(frames, start_us + (np.arange(len(frames)) * 1e6 / fps).astype(np.int64))


def cut_frames(of: Strip, options: ShotCutsOptions = DEFAULT) -> list[int]:
    table = ShotCuts().analyze(strip_batch(of), options)
    return [int(np.searchsorted(of.pts_us, row["pts_us"])) for row in table.to_pylist() if row["cut"]]


def test_every_cut_begins_with_the_first_frame_of_the_new_shot():
    assert cut_frames(strip(pan(1, 40), pan(2, 30), pan(3, 25), pan(1, 30))) == [40, 70, 95]


def test_rows_are_both_ends_and_the_cuts():
    made = strip(pan(1, 40), pan(2, 30), start_us=60_000_000)
    table = ShotCuts().analyze(strip_batch(made), DEFAULT)
    assert table.schema == ShotCuts.schema()
    assert table["pts_us"].to_pylist() == [60_000_000, 61_600_000, 60_000_000 + 69 * 40_000]
    assert table["cut"].to_pylist() == [False, True, False]
    assert [s is None for s in table["signature"].to_pylist()] == [False, True, False]
    assert table["cut_score"][1].as_py() > 0.95
    assert max(table["cut_score"][0].as_py(), table["cut_score"][2].as_py()) < 0.2


@pytest.mark.parametrize("speed", [0.5, 4, 9])
def test_a_moving_camera_is_no_cut(speed):
    assert cut_frames(strip(pan(5, 35, speed))) == []


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_flash_is_no_cut(length):
    shot = pan(6, 60)
    shot[30 : 30 + length] = np.clip(shot[30 : 30 + length].astype(int) + 150, 0, 255)
    assert cut_frames(strip(shot)) == []


def test_a_cut_through_a_flash_is_one_cut():
    white = np.full((1, 180, 320), 255, np.uint8)
    assert cut_frames(strip(pan(1, 30), white, pan(2, 30))) in ([30], [31])


def test_fades_and_a_lasting_change_of_light_by_degrees_are_no_cut():
    shot = pan(7, 60).astype(float)
    fade = np.concatenate([np.linspace(1, 0, 25), np.zeros(10), np.linspace(0, 1, 25)])
    assert cut_frames(strip((shot * fade[:, None, None]).astype(np.uint8))) == []
    dissolve = np.linspace(0, 1, 40)[:, None, None]
    assert cut_frames(strip((pan(8, 40) * (1 - dissolve) + pan(9, 40) * dissolve).astype(np.uint8))) == []


def test_frame_rate_does_not_matter():
    for fps in (5, 12.5, 30, 60):
        assert cut_frames(strip(pan(1, 40), pan(2, 40), fps=fps)) == [40]


def test_a_border_between_segments_is_judged_by_signatures():
    whole = strip(pan(1, 40), pan(2, 40))
    for border, expected in ((40, True), (25, False), (55, False)):
        parts = [Strip(whole.frames[s], whole.pts_us[s]) for s in (slice(0, border), slice(border, None))]
        tables = [ShotCuts().analyze(strip_batch(part), DEFAULT) for part in parts]
        last, first = tables[0]["signature"][-1].as_py(), tables[1]["signature"][0].as_py()
        assert is_cut(last, first)[0] is expected
    assert len(last) == len(first) == 258


def test_next_to_a_border_the_score_is_kept_for_the_segment_beside_it():
    table = ShotCuts().analyze(strip_batch(strip(pan(1, 40), pan(2, 1))), DEFAULT)
    assert table["cut"].to_pylist() == [False, False]
    assert table["cut_score"][1].as_py() > 0.9


def test_very_short_strips():
    empty = ShotCuts().analyze(strip_batch(Strip(np.zeros((0, 9, 16), np.uint8), np.zeros(0, np.int64))), DEFAULT)
    assert empty.num_rows == 0
    one = ShotCuts().analyze(strip_batch(strip(pan(1, 1))), DEFAULT)
    assert one["cut"].to_pylist() == [False]
    assert one["signature"][0].as_py() is not None
    assert ShotCuts().analyze(strip_batch(strip(pan(1, 2))), DEFAULT).num_rows == 2


def test_a_higher_bar_finds_fewer():
    # Half a picture changes while the camera moves fast: a cut for some, none for others.
    weak = strip(pan(1, 30, 3), np.concatenate([pan(1, 30, 3)[:, :, :200], pan(2, 30, 3)[:, :, 200:]], axis=2))
    assert len(cut_frames(weak, ShotCutsOptions(min_score=0.01))) >= len(cut_frames(weak, ShotCutsOptions(min_score=1)))
    assert cut_frames(weak, ShotCutsOptions(min_score=1)) == []


@pytest.mark.parametrize("name", ["hamilton_short.mp4", "face_noface.mov", "debate_001.avi", "head_d12.mp4"])
def test_cuts_of_real_clips(media_dir: Path, name: str):
    truth = json.loads((media_dir / "truth" / "video" / f"{Path(name).stem}.json").read_text())["cuts"]
    made = grey_strip(media_dir / "video" / name)
    found = [made.pts_us[i] / 1e6 for i in cut_frames(made)]
    assert len(found) == len(truth)
    assert np.allclose(found, truth, atol=0.25)


def grey_strip(path: Path) -> Strip:
    """Every frame of a clip, 160 pixels wide, on the container's timeline."""
    with av.open(str(path)) as container:
        start = container.start_time or 0
        frames = [
            (round(frame.time * 1e6) - start, frame.reformat(160, 90, "gray8").to_ndarray())
            for frame in container.decode(video=0)
        ]
    return Strip(np.stack([f for _, f in frames]), np.array([t for t, _ in frames], np.int64))
