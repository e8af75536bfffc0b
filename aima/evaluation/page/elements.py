"""Pieces of the page as elements of a tree: whatever stands in a text or an attribute can never become markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from aima.domain.clock import clock
from aima.domain.text import display
from aima.services.markup import picture_source

Element = ElementTree.Element
Child = Element | str | None
Cell = Element | str | float | None

NOTHING = "\u2013"
"""Stands where a figure would mean nothing."""


def element(tag: str, *children: Child, **attributes: str | float) -> Element:
    """An element of HTML or SVG. Texts may come from outside; None is left out.

    Attribute names are written as in Python: `class_`, `text_anchor`.
    """
    names = {name.rstrip("_").replace("_", "-"): display(str(value)) for name, value in attributes.items()}
    made = Element(tag, names)
    for child in children:
        _append(made, child)
    return made


def render(element: Element) -> str:
    """The element as HTML."""
    return ElementTree.tostring(element, encoding="unicode", method="html")


def section(name: str, title: str, meaning: str, *children: Child) -> Element:
    """A part of the page with its heading, an anchor to it, and what its figures mean."""
    return element("section", element("h2", title), element("p", meaning, class_="meaning"), *children, id=name)


def remark(words: str | None) -> Element | None:
    """A quiet line, or nothing."""
    return element("p", words, class_="remark") if words else None


def figure(picture: bytes | None, caption: str, kind: str = "") -> Element:
    """A JPEG with its caption; an empty frame where there is none."""
    shown = element("img", src=picture_source(picture), alt=caption) if picture else element("div", class_="nobody")
    return element("figure", shown, element("figcaption", caption), class_=kind)


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]], kind: str = "plain") -> Element:
    """A table that scrolls within itself where the page is narrow; numbers stand at the right."""
    head = element("tr", *(element("th", heading) for heading in headings))
    body = [element("tr", *map(_cell, row)) for row in rows]
    return element("div", element("table", element("thead", head), element("tbody", *body), class_=kind), class_="wide")


def folded(summary: str, *children: Child, opened: bool = False) -> Element:
    """Something that is read on demand."""
    made = element("details", element("summary", summary), *children)
    if opened:
        made.set("open", "")
    return made


def strip(figures: Iterable[Element]) -> Element | None:
    """Pictures side by side, or nothing."""
    shown = list(figures)
    return element("div", *shown, class_="strip") if shown else None


def number(value: float | None) -> str:
    """A figure with three decimals, a count as it is."""
    if value is None:
        return NOTHING
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def percent(value: float | None) -> str:
    """A share in percent with up to two decimals."""
    return NOTHING if value is None else f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"


def moment(seconds: float) -> str:
    """A time of a clip, as people read it."""
    return clock(round(seconds * 1_000_000))


def span(start: float, end: float) -> str:
    """A stretch of a clip, as people read it."""
    return f"{moment(start)}\u2013{moment(end)}"


def _append(parent: Element, child: Child) -> None:
    if isinstance(child, Element):
        parent.append(child)
    elif child is not None and len(parent):
        parent[-1].tail = (parent[-1].tail or "") + display(child)
    elif child is not None:
        parent.text = (parent.text or "") + display(child)


def _cell(value: Cell) -> Element:
    if isinstance(value, Element | str):
        return element("td", value)
    return element("td", number(value), class_="number")
