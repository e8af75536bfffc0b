"""SubRip and WebVTT, as other programs than those that wrote them read them."""

from __future__ import annotations

import io

import pysubs2
import pytest
from hypothesis import given
from ttconv.model import ContentDocument, P, Text
from ttconv.vtt import reader as vtt_reader
from webvtt import Caption, WebVTT

from aima.domain.speech import Hearing
from aima.services.transcripts import write
from aima.services.transcripts.cues import cues
from tests.services.transcripts.made import any_hearing, hearing, hearings, said

TITLE = "film --> 1.mp4"


def read(data: bytes, kind: str) -> pysubs2.SSAFile:
    return pysubs2.SSAFile.from_string(data.decode(), format_=kind, keep_html_tags=True)


def captions(data: bytes) -> list[Caption]:
    """SubRip as the library reads it that writes WebVTT."""
    return WebVTT.from_buffer(io.StringIO(data.decode()), format="srt").captions if data else []


def test_subrip_names_its_speakers() -> None:
    data = write(hearing([said("Is it 5 < 6?", 1, 2.345), said("Yes & no.", 2, 3, 1)]), TITLE, "srt")
    first, second = read(data, "srt")
    assert (first.start, first.end, first.text) == (1000, 2345, "Speaker 1: Is it 5 < 6?")
    assert (second.start, second.end, second.text) == (2000, 3000, "Speaker 2: Yes & no.")


def test_times_in_a_text_are_no_times() -> None:
    data = write(hearing([said("00:00:01,000 --> 00:00:02,000", 5, 6)]), TITLE, "srt")
    (only,) = captions(data)
    assert (only.start, only.end, only.text) == ("00:00:05.000", "00:00:06.000", "00:00:01,000 \u2192 00:00:02,000")


def test_webvtt_has_voices() -> None:
    data = write(hearing([said("a <b> c", 0, 1), said("mine", 1, 2, 1), said("whose?", 2, 3, None)]), TITLE, "vtt")
    assert [event.text for event in read(data, "vtt")] == [
        "<v Speaker 1>a &lt;b&gt; c</v>",
        "<v Speaker 2>mine</v>",
        "whose?",
    ]


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_silence_is_a_whole_file(kind: str) -> None:
    data = write(hearing([]), TITLE, kind)  # type: ignore[arg-type]
    assert data == (b"" if kind == "srt" else b"WEBVTT film \xe2\x86\x92 1.mp4\n")


@given(hearings)
@any_hearing
def test_subrip_is_read_back(heard: Hearing) -> None:
    wanted = cues(heard, named=True)
    got = captions(write(heard, TITLE, "srt"))
    assert [_span(caption) for caption in got] == [(cue.start_ms, cue.end_ms) for cue in wanted]
    texts = ["".join(cue.lines).replace("-->", "\u2192") for cue in wanted]
    assert ["".join(caption.raw_text.split()) for caption in got] == ["".join(text.split()) for text in texts]


@given(hearings)
@any_hearing
def test_webvtt_is_read_back(heard: Hearing) -> None:
    document = vtt_reader.to_model(io.StringIO(write(heard, TITLE, "vtt").decode()))
    got = [_paragraph(paragraph) for paragraph in _paragraphs(document)]
    wanted = [(cue.start_ms, cue.end_ms, "".join("".join(cue.lines).split())) for cue in cues(heard)]
    assert sorted(got) == sorted(wanted)


def _span(caption: Caption) -> tuple[int, int]:
    return caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()


def _paragraphs(document: ContentDocument) -> list[P]:
    body = document.get_body()
    return [] if body is None else [one for one in body.dfs_iterator() if isinstance(one, P)]


def _paragraph(paragraph: P) -> tuple[int, int, str]:
    text = "".join(part.get_text() for part in paragraph.dfs_iterator() if isinstance(part, Text))
    return round(paragraph.get_begin() * 1000), round(paragraph.get_end() * 1000), "".join(text.split())
