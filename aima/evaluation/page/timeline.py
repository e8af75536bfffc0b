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
TIMES: Final = 12
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
    size = height + LABEL + TIMES
    return element("svg", *shapes, class_="timeline", role="img", aria_label=words, width="100%", height=size)


def hatching() -> Element:
    """The pattern of optional time: once per page, for all drawings."""
    stripe = element("path", d="M0 6L6 0M-1 1L1 -1M5 7L7 5", class_="stripe")
    pattern = element("pattern", stripe, id="hatch", width=6, height=6, patternUnits="userSpaceOnUse")
    return element("svg", element("defs", pattern), width=0, height=0, class_="hidden", aria_hidden="true")


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
    last = -TIME_SHARE
    for start, end in sorted(lane.mistakes):
        yield _bar(Bar("wrong", start, end), scale, top + LABEL + BAR)
        if scale.percent(start) - last >= TIME_SHARE:
            last = scale.percent(start)
            yield _time(scale, start, top + LABEL + BAR + TIMES, "wrong")


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
    for number in range(int(scale.duration / step) + 1):
        x = scale.place(number * step)
        yield element("line", x1=x, x2=x, y1=top, y2=top + 4, class_="tick")
        yield _time(scale, number * step, top + LABEL, "tick")


def _time(scale: _Scale, seconds: float, y: int, kind: str) -> Element:
    late = scale.percent(seconds) > 100 - TIME_SHARE
    place = scale.place(seconds)
    return element("text", moment(seconds), x=place, y=y, class_=kind, text_anchor="end" if late else "start")
