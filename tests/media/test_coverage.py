from __future__ import annotations

from aima.media.coverage import Coverage

SECOND = 1_000_000


def gaps(packets: list[int], frames: list[int], start: int = 0, end: int = 10 * SECOND) -> list[tuple[int, int]]:
    coverage = Coverage()
    for at_us in packets:
        coverage.packet(at_us)
    for at_us in frames:
        coverage.frame(at_us)
    return list(coverage.gaps(start, end))


EVERY_40_MS = list(range(0, 10 * SECOND, 40_000))


def test_every_packet_with_its_frame_has_no_gap() -> None:
    assert gaps(EVERY_40_MS, EVERY_40_MS) == []
    assert gaps([], []) == []


def test_a_stretch_without_frames_is_told_wherever_it_lies() -> None:
    without = [at for at in EVERY_40_MS if not 2 * SECOND <= at < 4 * SECOND]
    assert gaps(EVERY_40_MS, without) == [(2 * SECOND, 4 * SECOND)]
    assert gaps(EVERY_40_MS, [at for at in EVERY_40_MS if at >= SECOND]) == [(0, SECOND)]
    assert gaps(EVERY_40_MS, [at for at in EVERY_40_MS if at < 9 * SECOND]) == [(9 * SECOND, 10 * SECOND)]
    assert gaps(EVERY_40_MS, []) == [(0, 10 * SECOND)]


def test_single_frames_and_pauses_are_none() -> None:
    assert gaps(EVERY_40_MS, [at for at in EVERY_40_MS if at % 400_000]) == []
    slideshow = [0, 5 * SECOND, 9 * SECOND]
    assert gaps(slideshow, slideshow) == []
    assert gaps([0, 5 * SECOND, 9 * SECOND], [0, 9 * SECOND]) == []


def test_only_the_segment_counts() -> None:
    assert gaps(EVERY_40_MS, [at for at in EVERY_40_MS if at < 5 * SECOND], 0, 5 * SECOND) == []
    assert gaps(EVERY_40_MS, [], 3 * SECOND, 5 * SECOND) == [(3 * SECOND, 5 * SECOND)]
