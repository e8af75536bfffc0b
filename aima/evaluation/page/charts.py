"""Lines over the strength of a damage, as inline SVG, and cells shaded by how much lies in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aima.evaluation.page.elements import Element, element, number

WIDTH: Final = 320
HEIGHT: Final = 150
LEFT: Final = 30
RIGHT: Final = 14
TOP: Final = 8
BOTTOM: Final = 22
LETTER: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. kind: names its colour. points: (place, share 0..1), at least one."""

    name: str
    kind: str
    points: tuple[tuple[float, float], ...]


def line_chart(lines: Sequence[Line], flags: Mapping[float, str]) -> Element:
    """Curves of shares from 0 to 1; with one place only, points. flags: words at places that must be seen."""
    places = sorted({place for line in lines for place, _ in line.points})
    box = _Box(places[0], places[-1])
    shapes = [*_grid(box), *_places(box, places), *_flags(box, flags)]
    for line in lines:
        shapes += _curve(line, box)
    return element("svg", *shapes, class_="chart", role="img", viewBox=f"0 0 {WIDTH} {HEIGHT}")


def legend(lines: Iterable[tuple[str, str]]) -> Element:
    """What the colours mean: (name, kind)."""
    marks = (element("span", element("i", class_=kind), name) for name, kind in lines)
    return element("p", *marks, class_="legend")


def confusion_table(confusion: Mapping[str, Mapping[str, int]], columns: Sequence[str]) -> Element:
    """Rows are what is true, columns what was answered; a darker cell holds more of its row, right ones in green."""
    heading = element("tr", element("th", "true \\ answered"), *(element("th", name) for name in columns))
    rows = [element("tr", element("th", true), *_shades(true, answers, columns)) for true, answers in confusion.items()]
    whole = element("table", element("thead", heading), element("tbody", *rows), class_="confusion")
    return element("div", whole, class_="wide")


def _shades(true: str, answers: Mapping[str, int], columns: Sequence[str]) -> Iterator[Element]:
    total = sum(answers.values())
    for name in columns:
        held = answers.get(name, 0)
        share = round(100 * held / total) if total else 0
        colour = "good" if name == true else "wrong"
        style = f"background:color-mix(in srgb,var(--{colour}) {share}%,transparent)"
        yield element("td", str(held) if held else "", class_="number", style=style)


@dataclass(frozen=True, slots=True)
class _Box:
    first: float
    last: float

    def x(self, place: float) -> float:
        inner = WIDTH - LEFT - RIGHT
        share = (place - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        return round(LEFT + inner * share, 1)

    def y(self, share: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(share, 0.0), 1.0), 1)


def _grid(box: _Box) -> Iterator[Element]:
    for share in (0.0, 0.5, 1.0):
        y = box.y(share)
        yield element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
        yield element("text", f"{share:.1f}", x=LEFT - 4, y=y + 4, text_anchor="end")


def _places(box: _Box, places: Sequence[float]) -> Iterator[Element]:
    free = 0.0
    for place in places:
        words, x = f"{place:g}", box.x(place)
        half = LETTER * len(words) / 2
        if x - half >= free:
            free = x + half + LETTER
            yield element("text", words, x=x, y=HEIGHT - 6, text_anchor="middle")


def _flags(box: _Box, flags: Mapping[float, str]) -> Iterator[Element]:
    for place, words in flags.items():
        x = box.x(place)
        aside, anchor = (-4, "end") if x > WIDTH / 2 else (4, "start")
        yield element("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM, class_="flag")
        yield element("text", words, x=x + aside, y=HEIGHT - BOTTOM - 6, class_="wrong", text_anchor=anchor)


def _curve(line: Line, box: _Box) -> Iterator[Element]:
    points = [(box.x(place), box.y(share), place, share) for place, share in sorted(line.points)]
    yield element("polyline", points=" ".join(f"{x},{y}" for x, y, *_ in points), class_=f"curve {line.kind}")
    for x, y, place, share in points:
        words = element("title", f"{line.name} at {place:g}: {number(share)}")
        yield element("circle", words, cx=x, cy=y, r=2.5, class_=line.kind)
