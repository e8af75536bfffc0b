"""`aima timeline`: when who and what is seen and heard in a medium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, clock, count, cut, emit_json, out, printable, seconds, speaks, table
from aima.cli.services import opened
from aima.domain.text import display

if TYPE_CHECKING:
    from aima.domain.finding import Finding
    from aima.domain.speech import Utterance
    from aima.services.timelines import FindingLane, PersonLane, Presence, SoundLane, SpeakerLane, Timeline

Span = tuple[int, int]

LABEL, SEEN, EXPRESSION = 22, 9, 12
"""Widths of the columns beside the bars, which get the rest of the terminal."""
MOST = 25
"""Rows of each kind on a terminal."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(timeline)


@speaks
def timeline(
    medium: Annotated[str, typer.Argument(help="A name, a path, an id or its first 4 or more digits.")],
    report: Annotated[Path | None, typer.Option(help="Also write it as one HTML page that loads nothing.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """When who and what is seen and heard in a medium: shots, persons, speakers, sounds, things, labels, writing."""
    with opened() as services:
        found = services.timelines.timeline(medium)
        if report is not None:
            from aima.services.timeline_page import write_timeline

            report = write_timeline(found, services.archive, report).absolute()
    if as_json:
        emit_json(timeline_json(found) | ({"report": str(report)} if report else {}))
    else:
        print_timeline(found)
        if report:
            out.print(f"\n{printable(str(report))}", soft_wrap=True, highlight=False)


def print_timeline(timeline: Timeline) -> None:
    """One table for each kind, with a bar for each lane."""
    medium = timeline.medium
    length = "picture" if medium.info.kind == "image" else clock(timeline.end_us)
    head = f"{display(medium.filename)}  {medium.media_id[:8]}  {length}, {count(len(timeline.shots), 'shot')}"
    out.print(printable(head), highlight=False, soft_wrap=True)
    persons = [row for lane in timeline.persons for row in _person_rows(lane)]
    _lanes(count(len(timeline.persons), "person"), persons, timeline)
    speakers = [(lane.label, _turns(lane), _said_by(lane, timeline)) for lane in timeline.speakers]
    _lanes(count(len(speakers), "speaker"), speakers, timeline)
    sounds = [(lane.label, [(span.start_us, span.end_us) for span in lane.spans], "") for lane in timeline.sounds]
    _lanes(count(len(sounds), "other sound"), sounds, timeline)
    kinds = (("thing", timeline.objects), ("label", timeline.labels), ("line of writing", timeline.texts))
    for noun, lanes in kinds:
        title = count(len(lanes), noun, "lines of writing" if " " in noun else "")
        _lanes(title, [(lane.text, _spans(lane), _most(lane)) for lane in lanes], timeline)
    if timeline.utterances:
        said = count(len(timeline.utterances), "utterance")
        out.print(f"\n{said}, see: aima transcript {medium.media_id[:8]}", highlight=False)


def _lanes(title: str, lanes: Sequence[tuple[str, Sequence[Span], str]], timeline: Timeline) -> None:
    if not lanes:
        return
    out.print()
    if timeline.medium.info.kind == "image":
        table(title, ("what", "remark"), [(label, remark) for label, _, remark in lanes])
    else:
        _bars(title, lanes, timeline)


def _bars(title: str, lanes: Sequence[tuple[str, Sequence[Span], str]], timeline: Timeline) -> None:
    width = max(out.width - LABEL - SEEN - EXPRESSION - 8, 10)
    rows = (
        (label, bar(spans, timeline.end_us, width), clock(sum(end - start for start, end in spans)), remark)
        for label, spans, remark in lanes[:MOST]
    )
    axis = f"0:00.0 to {clock(timeline.end_us)}"
    columns = (cut("what", LABEL), cut(axis, width), cut("seen", SEEN), cut("remark", EXPRESSION))
    table(title, columns, rows)
    if len(lanes) > MOST:
        out.print(f"and {len(lanes) - MOST} more: --json or --report FILE", highlight=False)


def bar(spans: Sequence[Span], end_us: int, width: int) -> str:
    """Spans as text of this width: each character stands for an equal part of the time, full where anything is seen."""
    cells = ["\u00b7"] * width
    for start, end in spans:
        first = min(start * width // end_us, width - 1)
        after = max(-(-end * width // end_us), first + 1)
        cells[first : min(after, width)] = "\u2588" * (min(after, width) - first)
    return "".join(cells)


def timeline_json(timeline: Timeline) -> dict[str, Any]:
    """The time line as data, times in seconds."""
    medium = timeline.medium
    return {
        "medium": {
            "id": medium.media_id,
            "content_id": medium.content_id,
            "filename": display(medium.filename),
            "kind": medium.info.kind,
        },
        "duration": seconds(timeline.end_us),
        "shots": [{"no": s.no, "start": seconds(s.start_us), "end": seconds(s.end_us)} for s in timeline.shots],
        "persons": [_person_json(lane) for lane in timeline.persons],
        "objects": [_lane_json(lane) for lane in timeline.objects],
        "labels": [_lane_json(lane) for lane in timeline.labels],
        "texts": [_lane_json(lane) for lane in timeline.texts],
        "speakers": [_speaker_json(lane) for lane in timeline.speakers],
        "utterances": [_utterance_json(utterance) for utterance in timeline.utterances],
        "sounds": [_sound_json(lane) for lane in timeline.sounds],
        "digest": timeline.digest,
    }


def _person_json(lane: PersonLane) -> dict[str, Any]:
    spans = [
        {
            "start": seconds(p.start_us),
            "end": seconds(p.end_us),
            "confidence": p.confidence,
            "expression": p.expression,
        }
        for p in lane.presences
    ]
    heard = [{"start": seconds(p.start_us), "end": seconds(p.end_us), "confidence": p.confidence} for p in lane.heard]
    return {"id": lane.person_id, "label": lane.label, "spans": spans, "heard": heard}


def _speaker_json(lane: SpeakerLane) -> dict[str, Any]:
    turns = [{"id": t.turn_id, "start": seconds(t.start_us), "end": seconds(t.end_us)} for t in lane.turns]
    return {"no": lane.no, "label": lane.label, "turns": turns}


def _utterance_json(utterance: Utterance) -> dict[str, Any]:
    return {
        "id": utterance.utterance_id,
        "start": seconds(utterance.start_us),
        "end": seconds(utterance.end_us),
        "speaker": utterance.speaker,
        "language": utterance.language,
        "text": utterance.text,
    }


def _sound_json(lane: SoundLane) -> dict[str, Any]:
    spans = [{"start": seconds(s.start_us), "end": seconds(s.end_us), "score": round(s.score, 4)} for s in lane.spans]
    return {"label": lane.label, "spans": spans}


def _lane_json(lane: FindingLane) -> dict[str, Any]:
    return {"text": lane.text, "spans": list(map(_finding_json, lane.spans))}


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.finding_id,
        "start": seconds(finding.start_us),
        "end": seconds(finding.end_us),
        "score": round(finding.score, 4),
        "best": seconds(finding.best_pts_us),
        "box": None if finding.box is None else [round(side, 1) for side in finding.box],
        "most": finding.most,
    }


def _person_rows(lane: PersonLane) -> Iterator[tuple[str, list[Span], str]]:
    """When a person is seen, then when heard, as far as this is so."""
    if lane.presences:
        yield lane.label, _presences(lane.presences), _expressions(lane)
    if lane.heard:
        yield lane.label, _presences(lane.heard), "heard"


def _presences(presences: Sequence[Presence]) -> list[Span]:
    return [(presence.start_us, presence.end_us) for presence in presences]


def _turns(lane: SpeakerLane) -> list[Span]:
    return [(turn.start_us, turn.end_us) for turn in lane.turns]


def _said_by(lane: SpeakerLane, timeline: Timeline) -> str:
    return count(sum(one.speaker == lane.no for one in timeline.utterances), "utterance")


def _spans(lane: FindingLane) -> list[Span]:
    return [(span.start_us, span.end_us) for span in lane.spans]


def _expressions(lane: PersonLane) -> str:
    """Every expression that was observed, once, in order."""
    return ", ".join(dict.fromkeys(_named(lane)))


def _named(lane: PersonLane) -> Iterator[str]:
    return (presence.expression for presence in lane.presences if presence.expression)


def _most(lane: FindingLane) -> str:
    most = max(span.most for span in lane.spans)
    return f"up to {most}" if most > 1 else ""
