"""`aima media`: list, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, clock, count, emit_json, out, printable, seconds, speaks, table
from aima.cli.services import opened
from aima.domain.text import display

if TYPE_CHECKING:
    from aima.domain.job import Job
    from aima.domain.media import MediaInfo, Medium
    from aima.services.media import MediumDetail, MediumSummary

app = typer.Typer(help="What was taken in, and how its analyses ended.", no_args_is_help=True)


@app.command(name="list")
@speaks
def list_media(as_json: JsonFlag = False) -> None:
    """Every medium, sorted by name."""
    with opened() as services:
        media = services.media.list()
    if as_json:
        emit_json([_summary_json(summary) for summary in media])
        return
    columns = ("name", "id", "kind", "duration", "persons", "state")
    table(count(len(media), "medium", "media"), columns, map(_summary_row, media))
    for summary in media:
        if summary.job and summary.job.detail:
            name = f"{display(summary.medium.filename)} ({summary.medium.media_id[:8]})"
            out.print()
            out.print(printable(f"{name}: {summary.job.detail}"), highlight=False)


@app.command()
@speaks
def show(
    medium: Annotated[str, typer.Argument(help="A name, a path, an id or its first 4 or more digits.")],
    as_json: JsonFlag = False,
) -> None:
    """A medium: what it is, who is seen in it, and its jobs."""
    with opened() as services:
        detail = services.media.show(medium)
    if as_json:
        emit_json(_detail_json(detail))
    else:
        _detail_tables(detail)


def _summary_row(summary: MediumSummary) -> tuple[object, ...]:
    medium, job = summary.medium, summary.job
    return (
        display(medium.filename),
        medium.media_id[:8],
        medium.info.kind,
        _duration(medium.info),
        summary.persons,
        _state(job) if job else "-",
    )


def _duration(info: MediaInfo) -> str:
    return "-" if info.kind == "image" else clock(info.duration_us)


def _state(job: Job) -> str:
    return f"{job.state}, {job.code}" if job.code else job.state


def _detail_tables(detail: MediumDetail) -> None:
    medium, info = detail.medium, detail.medium.info
    facts = (info.kind, info.format, info.codec, f"{info.width}x{info.height}", _duration(info))
    for line in (
        f"{display(medium.filename)}  {medium.media_id}",
        display(medium.path),
        f"{', '.join(fact for fact in facts if fact != '-')}, {count(len(detail.segments), 'segment')}",
    ):
        out.print(printable(line), highlight=False, soft_wrap=True)
    out.print()
    rows = (
        (p.person.label, p.person.person_id[:8], word, clock(a.start_us), clock(a.end_us), f"{a.confidence:.2f}")
        for p in detail.persons
        for a in p.appearances
        for word in ("seen" if a.source == "face" else "heard",)
    )
    title = count(len(detail.persons), "person")
    table(title, ("person", "id", "is", "from", "to", "confidence"), rows)
    out.print()
    jobs = ((job.job_id[:8], ", ".join(sorted(job.analyzers)), _state(job), job.detail or "") for job in detail.jobs)
    table("Jobs, the newest first", ("id", "analyzers", "state", "remark"), jobs)


def _summary_json(summary: MediumSummary) -> dict[str, Any]:
    job = _job_json(summary.job) if summary.job else None
    return _medium_json(summary.medium) | {"persons": summary.persons, "job": job}


def _detail_json(detail: MediumDetail) -> dict[str, Any]:
    return _medium_json(detail.medium) | {
        "segments": [
            {"no": s.no, "stream": s.stream, "start": seconds(s.start_us), "end": seconds(s.end_us)}
            for s in detail.segments
        ],
        "jobs": [_job_json(job) for job in detail.jobs],
        "persons": [
            {
                "id": p.person.person_id,
                "label": p.person.label,
                "intervals": [[seconds(a.start_us), seconds(a.end_us)] for a in p.by("face")],
                "heard": [[seconds(a.start_us), seconds(a.end_us)] for a in p.by("voice")],
            }
            for p in detail.persons
        ],
    }


def _medium_json(medium: Medium) -> dict[str, Any]:
    info = medium.info
    return {
        "id": medium.media_id,
        "content_id": medium.content_id,
        "filename": display(medium.filename),
        "path": display(medium.path),
        "size": medium.size,
        "kind": info.kind,
        "format": info.format,
        "codec": info.codec,
        "width": info.width,
        "height": info.height,
        "duration": seconds(info.duration_us),
        "fps": info.fps,
        "partial": info.partial,
    }


def _job_json(job: Job) -> dict[str, Any]:
    return {
        "id": job.job_id,
        "state": job.state,
        "analyzers": job.analyzers,
        "code": job.code,
        "detail": job.detail,
        "problems": list(job.problems),
    }
