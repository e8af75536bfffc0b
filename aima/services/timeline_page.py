"""The time line of a medium as one HTML file: lanes of bars, with the kept pictures of persons.

It stands for itself: pictures are embedded, nothing is loaded, no script runs, texts from outside are escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from aima.domain.clock import clock
from aima.domain.speech import Utterance, speaker_name
from aima.domain.text import count, display
from aima.services.markup import document, marks, picture_source, publish
from aima.services.timelines import FindingLane, PersonLane, SoundLane, SpeakerLane, Timeline
from aima.storage.archive import Archive


def write_timeline(timeline: Timeline, archive: Archive, path: Path) -> Path:
    """Write the page, whole or not at all; readable by its owner alone, since it shows faces."""
    return publish(timeline_html(timeline, archive), path)


def timeline_html(timeline: Timeline, archive: Archive) -> str:
    """The page as one HTML document."""
    sections = "\n".join(section for section in _sections(timeline, archive) if section)
    length = "picture" if timeline.medium.info.kind == "image" else clock(timeline.end_us)
    seen = f"{count(len(timeline.shots), 'shot')}, {count(len(timeline.persons), 'person')}"
    heard = f", {count(len(timeline.speakers), 'speaker')}" if timeline.speakers else ""
    summary = f"{length}, {seen}{heard}"
    title = _text(timeline.medium.filename)
    parts = {"title": title, "summary": summary, "sections": sections, "digest": timeline.digest}
    return document("aima.services", "timeline.html", title, **parts)


def _sections(timeline: Timeline, archive: Archive) -> Iterator[str]:
    end = timeline.end_us
    cuts = marks([(shot.start_us, shot.start_us) for shot in timeline.shots], end)
    yield _section("Shots", [f'<div class="rail cuts">{cuts}</div>'] if timeline.shots else [])
    yield _section("Persons", [_person(lane, end, archive) for lane in timeline.persons])
    yield _section("Speakers", [_spoken(lane, end) for lane in timeline.speakers])
    yield _section("Said", [_said(one, timeline.names) for one in timeline.utterances])
    yield _section("Sounds", [_sound(lane, end) for lane in timeline.sounds])
    for title, lanes in (("Things", timeline.objects), ("Labels", timeline.labels), ("Writing", timeline.texts)):
        yield _section(title, [_found(lane, end) for lane in lanes])


def _section(title: str, rows: Sequence[str]) -> str:
    return f"<section><h2>{title}</h2>{''.join(rows)}</section>" if rows else ""


def _person(lane: PersonLane, end_us: int, archive: Archive) -> str:
    spans = [(p.start_us, p.end_us) for p in lane.presences]
    words = ", ".join(
        _span(p.start_us, p.end_us) + (f" {p.expression}" if p.expression else "") for p in lane.presences
    )
    heard = [(p.start_us, p.end_us) for p in lane.heard]
    told = f"heard for {clock(sum(end - start for start, end in heard))}"
    rows = [_row(lane.label, spans, end_us, words, _picture(lane, archive))] if spans else []
    return "".join([*rows, _row(lane.label, heard, end_us, told)] if heard else rows)


def _found(lane: FindingLane, end_us: int) -> str:
    spans = [(span.start_us, span.end_us) for span in lane.spans]
    return _row(lane.text, spans, end_us, ", ".join(_span(start, end) for start, end in spans))


def _spoken(lane: SpeakerLane, end_us: int) -> str:
    spans = [(turn.start_us, turn.end_us) for turn in lane.turns]
    return _row(lane.label, spans, end_us, f"{clock(sum(end - start for start, end in spans))} in all")


def _said(utterance: Utterance, names: Mapping[int, str]) -> str:
    no = utterance.speaker
    who = _text(speaker_name(no) if no is None else names.get(no, speaker_name(no)))
    times = f'<span class="times">{_span(utterance.start_us, utterance.end_us)}</span>'
    words = f'<div lang="{_text(utterance.language)}" dir="auto">{times} {_text(utterance.text)}</div>'
    return f'<div class="lane"><b>{who}</b>{words}</div>'


def _sound(lane: SoundLane, end_us: int) -> str:
    spans = [(span.start_us, span.end_us) for span in lane.spans]
    return _row(lane.label, spans, end_us, ", ".join(_span(start, end) for start, end in spans))


def _row(label: str, spans: Iterable[tuple[int, int]], end_us: int, words: str, picture: str = "") -> str:
    rail = f'<div class="rail">{marks(spans, end_us)}</div>'
    return f'<div class="lane">{picture}<b>{_text(label)}</b><div>{rail}<div class="times">{words}</div></div></div>'


def _picture(lane: PersonLane, archive: Archive) -> str:
    """The kept picture; one that is no longer there is left out."""
    try:
        jpeg = archive.get(lane.picture) if lane.picture else None
    except FileNotFoundError:
        jpeg = None
    return f'<img alt="{_text(lane.label)}" src="{picture_source(jpeg)}">' if jpeg else ""


def _span(start_us: int, end_us: int) -> str:
    return f"{clock(start_us)}\u2013{clock(end_us)}"


def _text(text: str) -> str:
    return html.escape(display(text))
