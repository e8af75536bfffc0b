from __future__ import annotations

from pathlib import Path

import av
import pytest

from aima.media.tally import Tally
from tests.media.making import pattern, write_video


def tally_of(path: Path) -> Tally:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        tally = Tally(stream, may_jump=container.format.name == "mpegts")
        for packet in container.demux(stream):
            tally.add(packet)
    return tally


def test_packets_add_up_to_times_and_length(tmp_path: Path) -> None:
    tally = tally_of(write_video(tmp_path / "clip.mp4", [pattern(number) for number in range(50)]))
    assert (tally.packets, tally.first_us, tally.jumps) == (50, 0, 0)
    assert tally.end_us == pytest.approx(2_000_000, abs=20_000)


def test_keyframes_are_thinned_to_one_a_second_and_begin_at_zero(tmp_path: Path) -> None:
    tally = tally_of(write_video(tmp_path / "intra.mp4", [pattern(number) for number in range(60)], gop=1))
    assert tally.keyframes_us(0) == (0, 1_000_000, 2_000_000)
    assert tally.keyframes_us(-500_000) == (0, 1_500_000, 2_500_000)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_joined_transport_streams_are_as_long_as_their_parts(tmp_path: Path, order: tuple[str, str]) -> None:
    parts = {
        name: write_video(tmp_path / f"{name}.ts", [pattern(n) for n in range(25)], [start + 40 * n for n in range(25)])
        for name, start in (("a", 0), ("b", 3_600_000))
    }
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts[name].read_bytes() for name in order))
    tally = tally_of(joined)
    assert tally.jumps == 1
    assert (tally.end_us or 0) - (tally.first_us or 0) == pytest.approx(2_000_000, abs=80_000)
