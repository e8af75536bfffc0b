"""The time line of a clip as inline SVG: lanes of bars, one under the other, over the whole width.

Horizontal places are percent and vertical ones pixels, so bars stretch with the page and letters keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aima.evaluation.page.elements import Element, element, moment, span
from aima.evaluation.truth import Interval

BarKind = Literal["required", "optional", "found", "stray", "wrong"]

LABEL: Final = 15
BAR: Final = 11
GAP: Final = 9
AXIS: Final = 22
TIMES: Final = 14
TIME_SHARE: Final = 11.0
"""Percent of the width that a time needs on a narrow page; nearer ones are told in the table alone."""
STEPS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
TICKS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lane, in seconds."""

    kind: BarKind
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A labelled row. mistakes: stretches that are drawn red with their times."""

    label: str
    bars: tuple[Bar, ...]
    mistakes: tuple[Interval, ...] = ()

    @property
    def height(self) -> int:
        """Pixels that it takes."""
        return LABEL + BAR + GAP + (TIMES if self.mistakes else 0)


def timeline(lanes: Sequence[Lane], duration: float, cuts: Iterable[float]) -> Element:
    """The drawing; everything beyond the clip's end is cut off at it."""
    scale = _Scale(max(duration, 0.1))
    height = sum(lane.height for lane in lanes)
    shapes: list[Element] = [_cut(scale, cut, height) for cut in cuts]
    top = 0
    for lane in lanes:
        shapes += _lane(lane, scale, top)
        top += lane.height
    shapes += _axis(scale, height)
    words = f"Time line of {moment(duration)}"
    size = height + AXIS
    return element("svg", *shapes, class_="timeline", role="img", aria_label=words, width="100%", height=size)


@dataclass(frozen=True, slots=True)
class _Scale:
    duration: float

    def percent(self, seconds: float) -> float:
        return 100 * min(max(seconds / self.duration, 0.0), 1.0)

    def place(self, seconds: float) -> str:
        return f"{self.percent(seconds):.2f}%"

    def width(self, start: float, end: float) -> str:
        # A stretch of a few frames must still be seen.
        return f"{max(self.percent(end) - self.percent(start), 0.25):.2f}%"


def _lane(lane: Lane, scale: _Scale, top: int) -> Iterator[Element]:
    yield element("text", lane.label, x=0, y=top + LABEL - 4, class_="label")
    yield element("rect", x=0, y=top + LABEL, width="100%", height=BAR, class_="rail")
    for bar in lane.bars:
        yield _bar(bar, scale, top + LABEL)
    for start, end in lane.mistakes:
        yield _bar(Bar("wrong", start, end), scale, top + LABEL + BAR)
    yield from _times(scale, [start for start, _ in lane.mistakes], top + LABEL + BAR + TIMES, "wrong")


def _bar(bar: Bar, scale: _Scale, top: int) -> Element:
    words = element("title", f"{bar.kind} {span(bar.start, bar.end)}")
    height = 4 if bar.kind == "wrong" else BAR
    x, width = scale.place(bar.start), scale.width(bar.start, bar.end)
    return element("rect", words, x=x, y=top, width=width, height=height, class_=bar.kind)


def _cut(scale: _Scale, seconds: float, height: int) -> Element:
    x = scale.place(seconds)
    return element("line", element("title", f"cut {moment(seconds)}"), x1=x, x2=x, y1=0, y2=height, class_="cut")


def _axis(scale: _Scale, top: int) -> Iterator[Element]:
    step = next((step for step in STEPS if scale.duration / step <= TICKS), scale.duration)
    ticks = [number * step for number in range(int(scale.duration / step) + 1)]
    for tick in ticks:
        x = scale.place(tick)
        yield element("line", x1=x, x2=x, y1=top, y2=top + 4, class_="tick")
    yield from _times(scale, ticks, top + LABEL, "tick")


def _times(scale: _Scale, times: Sequence[float], y: int, kind: str) -> Iterator[Element]:
    """Times in words, without those that would cover the one before."""
    free = 0.0
    for seconds in sorted(times):
        place = scale.percent(seconds)
        late = place > 100 - TIME_SHARE
        left = place - TIME_SHARE if late else place
        if left >= free:
            free = left + TIME_SHARE
            anchor = "end" if late else "start"
            yield element("text", moment(seconds), x=scale.place(seconds), y=y, class_=kind, text_anchor=anchor)
