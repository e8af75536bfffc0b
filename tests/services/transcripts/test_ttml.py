"""TTML, as another program than the one that wrote it reads it, and as the standard has it."""

from __future__ import annotations

from xml.etree import ElementTree

import pysubs2
from hypothesis import given

from aima.domain.speech import Hearing
from aima.services.transcripts import write
from aima.services.transcripts.cues import cues
from tests.services.transcripts.made import any_hearing, hearing, hearings, said

TT, TTM = "{http://www.w3.org/ns/ttml}", "{http://www.w3.org/ns/ttml#metadata}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def test_paragraphs_name_their_agents() -> None:
    heard = hearing([said("Yes.", 0, 1), said("No.", 1, 2, 3), said("Hm.", 2, 3, None)])
    root = ElementTree.fromstring(write(heard, "a & b.mp4", "ttml"))
    agents = {agent.get(f"{XML}id"): agent.findtext(f"{TTM}name") for agent in root.iter(f"{TTM}agent")}
    speaks = [agents.get(p.get(f"{TTM}agent")) for p in root.iter(f"{TT}p")]
    assert speaks == ["Speaker 1", "Speaker 4", None]
    assert root.findtext(f".//{TTM}title") == "a & b.mp4"
    assert [one.tag for one in root] == [f"{TT}head", f"{TT}body"]


def test_silence_is_a_whole_document() -> None:
    assert list(pysubs2.SSAFile.from_string(write(hearing([]), "x", "ttml").decode(), format_="ttml")) == []


@given(hearings)
@any_hearing
def test_it_is_read_back(heard: Hearing) -> None:
    got = pysubs2.SSAFile.from_string(write(heard, "any \0 title", "ttml").decode(), format_="ttml")
    wanted = cues(heard)
    assert [(event.start, event.end) for event in got] == [(cue.start_ms, cue.end_ms) for cue in wanted]
    for event, cue in zip(got, wanted, strict=True):
        assert "".join(event.text.replace(r"\N", "").split()) == "".join("".join(cue.lines).replace(r"\N", "").split())
