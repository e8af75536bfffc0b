"""TTML in the profile of IMSC, speakers as its agents."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree

from ttconv.imsc import writer
from ttconv.model import Body, Br, ContentDocument, Div, P, Span, Text

from aima.domain.speech import Hearing
from aima.services.transcripts.cues import Cue, cues
from aima.services.transcripts.plain import plain

TT: Final = "{http://www.w3.org/ns/ttml}"
TTM: Final = "{http://www.w3.org/ns/ttml#metadata}"
XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"


def write_ttml(hearing: Hearing, title: str) -> bytes:
    """TTML with title, agents, and the agent of each paragraph."""
    shown = cues(hearing)
    document = writer.from_model(_document(shown))
    root = document.getroot()
    agents = {name: f"agent{n}" for n, name in enumerate(_once(cue.speaker for cue in shown if cue.speaker), start=1)}
    _describe(root, plain(title), agents)
    for paragraph, cue in zip(root.iter(f"{TT}p"), shown, strict=True):
        if cue.speaker:
            paragraph.set(f"{TTM}agent", agents[cue.speaker])
    ElementTree.register_namespace("ttm", TTM.strip("{}"))
    file = io.BytesIO()
    document.write(file, "utf-8", xml_declaration=True)
    return file.getvalue()


def _document(shown: Sequence[Cue]) -> ContentDocument:
    document = ContentDocument()
    document.set_lang(shown[0].language if shown else "")
    body, division = Body(document), Div(document)
    document.set_body(body)
    body.push_child(division)
    for cue in shown:
        division.push_child(_paragraph(document, cue))
    return document


def _paragraph(document: ContentDocument, cue: Cue) -> P:
    paragraph, span = P(document), Span(document)
    paragraph.set_begin(Fraction(cue.start_ms, 1000))
    paragraph.set_end(Fraction(cue.end_ms, 1000))
    paragraph.set_lang(cue.language)
    paragraph.push_child(span)
    for number, line in enumerate(cue.lines):
        if number:
            span.push_child(Br(document))
        span.push_child(Text(document, line))
    return paragraph


def _describe(root: ElementTree.Element, title: str, agents: dict[str, str]) -> None:
    """Title and agents, in the head, which comes first."""
    head = root.find(f"{TT}head")
    if head is None:
        head = ElementTree.Element(f"{TT}head")
        root.insert(0, head)
    metadata = ElementTree.Element(f"{TT}metadata")
    head.insert(0, metadata)
    ElementTree.SubElement(metadata, f"{TTM}title").text = title
    for name, agent_id in agents.items():
        agent = ElementTree.SubElement(metadata, f"{TTM}agent", {XML_ID: agent_id, "type": "person"})
        ElementTree.SubElement(agent, f"{TTM}name", {"type": "full"}).text = name


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
