"""`aima search`: moments by face, picture and words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.output import JsonFlag, clock, count, emit_json, err, out, printable, seconds, speaks, table
from aima.cli.services import opened
from aima.domain.text import display

if TYPE_CHECKING:
    from aima.services.search.answers import Answer, Answers, Reason
    from aima.storage.archive import Archive


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


@speaks
def search(
    face: Annotated[Path | None, typer.Option(help="A picture: where is this face seen?", metavar="IMAGE")] = None,
    face_number: Annotated[
        int | None, typer.Option("--face-number", help="Which of several faces, from the left; default: the largest.")
    ] = None,
    image: Annotated[Path | None, typer.Option(help="A picture: what looks like it?", metavar="IMAGE")] = None,
    text: Annotated[
        str | None,
        typer.Option(help="Words in any language: what is seen, written, said, or called so.", metavar="WORDS"),
    ] = None,
    said: Annotated[str | None, typer.Option(help="Words in any language: what is said.", metavar="WORDS")] = None,
    object_: Annotated[
        str | None, typer.Option("--object", help='A thing that is seen, as "dog".', metavar="NAME")
    ] = None,
    expression: Annotated[str | None, typer.Option(help='How somebody looks, as "happiness".', metavar="NAME")] = None,
    person: Annotated[str | None, typer.Option(help='Who is seen: a name, "#3" or an id.')] = None,
    medium: Annotated[str | None, typer.Option(help="Only in this one: a name, a path or an id.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only in video, image or audio.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only from this day on.", metavar="YYYY-MM-DD")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only up to this day.", metavar="YYYY-MM-DD")] = None,
    within: Annotated[float, typer.Option(help="Seconds that the parts of one moment may lie apart.")] = 5.0,
    limit: Annotated[int, typer.Option(help="Answers at most.")] = 20,
    report: Annotated[Path | None, typer.Option(help="Write a page with pictures here.", metavar="FILE")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Find moments that fulfil everything that is given, best first, with the reason why."""
    from aima.services.search.query import Query

    query = Query.of(
        face=face, face_number=face_number, image=image, text=text, said=said, object=object_, expression=expression,
        person=person, medium=medium, kind=kind, since=since, until=until, within_s=within, limit=limit,
    )  # fmt: skip
    with opened() as services:
        answers = services.search.search(query)
        if report is not None:
            from aima.services.search.report import write_report

            report = write_report(answers, query, services.archive, services.settings.media, report).absolute()
        if as_json:
            emit_json(_json(answers, services.archive) | ({"report": str(report)} if report else {}))
            return
    _show(answers)
    _advise(answers)
    if report is not None:
        out.print(f"\nreport: {printable(str(report))}", soft_wrap=True, highlight=False)


def _show(answers: Answers) -> None:
    for remark in answers.remarks:
        err.print(printable(remark), highlight=False, soft_wrap=True)
    columns = ("medium", "from", "to", "who", "score", "why")
    table(count(len(answers.found), "moment"), columns, map(_row, answers.found))
    for unasked in answers.unasked:
        err.print(printable(f"{unasked.ask}: {unasked.why}"), style="yellow", highlight=False, soft_wrap=True)
    if answers.behind:
        missing = count(answers.behind, "change")
        err.print(f"the vectors have still to hear of {missing}", style="yellow", highlight=False)


def _advise(answers: Answers) -> None:
    """Where to go on from the best answer."""
    if not answers.found:
        return
    best = answers.found[0]
    which = best.place.media_id[:8]
    heard = any(one.kind == "utterance" for reason in best.reasons for one in reason.evidence)
    spoken = f", aima transcript {which} --from {clock(best.start_us)}" if heard else ""
    out.print(f"Next: aima timeline {which}{spoken}", highlight=False, soft_wrap=True)


def _marked(reason: Reason) -> str:
    """Its text with what was asked for in brackets."""
    text = reason.text
    for start, end in reversed(reason.marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def _row(answer: Answer) -> tuple[object, ...]:
    place = answer.place
    still = place.kind == "image"
    reason = answer.reasons[0]
    band = f", {reason.band}" if reason.band not in {None, "join"} else ""
    return (
        display(place.filename),
        "-" if still else clock(answer.start_us),
        "-" if still else clock(answer.end_us),
        ", ".join(answer.who) or "-",
        f"{answer.probability:.0%}",
        f"{'; '.join(map(_marked, answer.reasons[:3]))}{band}",
    )


def _json(answers: Answers, archive: Archive) -> dict[str, Any]:
    return {
        "answers": [_answer_json(answer, archive) for answer in answers.found],
        "as_of_seq": answers.as_of_seq,
        "behind": answers.behind,
        "models": dict(answers.models),
        "not_asked": [{"ask": unasked.ask, "why": unasked.why} for unasked in answers.unasked],
        "remarks": list(answers.remarks),
    }


def _answer_json(answer: Answer, archive: Archive) -> dict[str, Any]:
    place = answer.place
    return {
        "medium_id": place.media_id,
        "content_id": place.content_id,
        "filename": display(place.filename),
        "path": display(place.path),
        "kind": place.kind,
        "date": place.date.isoformat(),
        "dated_by": place.dated_by,
        "start": seconds(answer.start_us),
        "end": seconds(answer.end_us),
        "score": round(answer.score, 4),
        "probability": round(answer.probability, 4),
        "who": list(answer.who),
        "picture": str(archive.path(answer.picture)) if answer.picture else None,
        "reasons": [
            {
                "ask": reason.ask,
                "text": reason.text,
                "log_odds": round(reason.log_odds, 4),
                "probability": round(reason.probability, 4),
                "band": reason.band,
                "marks": [list(place) for place in reason.marks],
                "evidence": [{"kind": e.kind, "id": e.id} for e in reason.evidence],
            }
            for reason in answer.reasons
        ],
    }
