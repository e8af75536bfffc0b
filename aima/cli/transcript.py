"""`aima transcript`: who says what when in a medium, on the terminal or as a file for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aima.cli.output import JsonFlag, clock, count, emit_json, err, out, printable, speaks, visible
from aima.cli.services import opened
from aima.domain.clock import from_clock
from aima.domain.text import display
from aima.errors import QueryInvalid

if TYPE_CHECKING:
    from aima.domain.speech import Hearing
    from aima.services.transcribing import Transcript

Format = Literal["text", "srt", "vtt", "ttml", "rttm", "eaf", "csv", "json"]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(transcript)


@speaks
def transcript(
    medium: Annotated[str, typer.Argument(help="A name, a path, an id or its first 4 or more digits.")],
    since: Annotated[
        str | None, typer.Option("--from", help="Only from here: 75, 1:15 or 0:01:15.5.", metavar="TIME")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only up to here.", metavar="TIME")] = None,
    speakers: Annotated[
        int | None, typer.Option(help="As if exactly so many spoke; default: estimated.", min=1, max=100)
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="How it is written.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write it here.", metavar="FILE")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Who says what when in a medium. Speakers who are persons have their names; others are numbered as they come."""
    from aima.domain.speech import within

    start_us, end_us = _time("--from", since, 0), _time("--to", until, sys.maxsize)
    with opened() as services:
        found = services.transcripts.transcript(medium, speakers)
    heard = within(found.hearing, start_us, end_us)
    if output is not None:
        from aima.services.markup import publish

        output = publish(_file(found, heard, kind), output).absolute()
    if found.remark and not as_json:
        err.print(printable(found.remark), style="yellow", highlight=False, soft_wrap=True)
    if as_json:
        emit_json(_json(found, heard) | ({"output": str(output)} if output else {}))
    elif output is not None:
        out.print(printable(str(output)), soft_wrap=True, highlight=False)
    elif kind == "text":
        _show(found, heard)
    else:
        sys.stdout.buffer.write(_file(found, heard, kind))


def _time(option: str, given: str | None, default: int) -> int:
    try:
        return default if given is None else from_clock(given)
    except ValueError as error:
        raise QueryInvalid(f"{option}: {error}", "see: aima transcript --help") from error


def _file(found: Transcript, heard: Hearing, kind: Format) -> bytes:
    if kind == "text":
        return "".join(f"{line}\n" for line in _lines(heard)).encode()
    from aima.services.transcripts import write

    return write(heard, display(found.medium.filename), kind)


def _show(found: Transcript, heard: Hearing) -> None:
    """For people: a line about the medium, then what is heard."""
    medium = found.medium
    languages = sorted({utterance.language for utterance in heard.utterances})
    facts = (clock(medium.info.duration_us), count(len(heard.speakers), "speaker"), *languages)
    head = f"{display(medium.filename)}  {medium.media_id[:8]}  {', '.join(facts)}"
    out.print(printable(head), highlight=False, soft_wrap=True)
    for line in _lines(heard):
        out.print(printable(line), highlight=False, soft_wrap=True)


def _lines(heard: Hearing) -> Iterator[str]:
    """What is said and what else sounds, in order of time."""
    said = [(one.start_us, _said(heard.name_of(one.speaker), one.text)) for one in heard.utterances]
    sounds = [(one.start_us, f"[{one.label} until {clock(one.end_us)}]") for one in heard.soundings]
    return (visible(f"{clock(start_us)}  {line}") for start_us, line in sorted(said + sounds))


def _said(speaker: str, text: str) -> str:
    return f"{speaker}: {text}" if speaker else text


def _json(found: Transcript, heard: Hearing) -> dict[str, object]:
    from aima.services.transcripts.document import transcript as as_document

    medium = found.medium
    name = display(medium.filename)
    return {
        "medium": {"id": medium.media_id, "content_id": medium.content_id, "filename": name},
        "transcript": as_document(heard, name).model_dump(mode="json"),
        "remark": found.remark,
    }
