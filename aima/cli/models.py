"""`aima models`: build, list, verify and show what the catalogue names."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aima.cli.model_card import card, print_card
from aima.cli.output import JsonFlag, count, emit_json, err, out, printable, speaks, table
from aima.cli.services import changing, switched_settings
from aima.errors import ModelUnknown
from aima.models.build import build as build_models
from aima.models.catalogue import Entry, catalogue, used
from aima.models.verify import Verdict, is_whole
from aima.models.verify import verify as verify_models
from aima.settings import Settings

if TYPE_CHECKING:
    from aima.services.model_versions import Switched

app = typer.Typer(help="Weights: where they come from, whether they are whole, what they may be used for.")


@app.command()
@speaks
def build(
    names: Annotated[list[str] | None, typer.Argument(help="Models to build; none: those in use.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are not in use.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Download, check and convert weights. What is there already stays as it is."""
    settings = switched_settings()
    entries = _named(settings, names) if names else standard(settings, everything)
    built = build_models(settings, entries, progress=_say)
    if as_json:
        emit_json({"built": [e.name for e in built], "models": [e.name for e in entries]})
    else:
        out.print(f"{len(entries)} models in {printable(str(settings.models_dir))}, {len(built)} of them built now")


@app.command(name="list")
@speaks
def list_models(as_json: JsonFlag = False) -> None:
    """Every model of the catalogue; used: by the settings and, where the stack runs, by what was switched to."""
    settings = switched_settings()
    models = [_summary(settings, entry) for entry in catalogue(settings).values()]
    if as_json:
        emit_json(models)
        return
    columns = ("name", "task", "version", "licence", "used", "built")
    table("Models", columns, ([_cell(model[column]) for column in columns] for model in models))


@app.command()
@speaks
def verify(as_json: JsonFlag = False) -> None:
    """Hash all built weights again; ends with an error if one is damaged or one in use is missing."""
    settings = switched_settings()
    needed = {entry.name for entry in used(settings)}
    verdicts = verify_models(catalogue(settings).values(), settings.models_dir, needed)
    if as_json:
        emit_json([_verdict(v) for v in verdicts])
    else:
        table("Weights", ("name", "state", "what is wrong"), ([v.entry.name, v.state, _reason(v)] for v in verdicts))
    failed = [v.error for v in verdicts if v.failed and v.error]
    if failed:
        raise typer.Exit(failed[0].exit_code)


@app.command()
@speaks
def show(name: Annotated[str, typer.Argument(help="Name in the catalogue.")], as_json: JsonFlag = False) -> None:
    """The card of one model: source, licence, limits, what was measured, calibration, contract."""
    settings = switched_settings()
    entry = _named(settings, [name])[0]
    if as_json:
        emit_json(card(entry, settings))
    else:
        print_card(entry, settings)


@app.command()
@speaks
def switch(
    task: Annotated[str, typer.Argument(help="face_embedding, image_embedding or text_embedding.")],
    model: Annotated[str, typer.Argument(help="Model of the catalogue that answers from now on.")] = "",
    back: Annotated[bool, typer.Option("--back", help="Undo the last switch of the task.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also to a model that has not seen everything.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Let another model answer in this archive: searches change over at once, persons are linked anew.

    Analyze the archive with the new model first: AIMA_MODELS__FACE_EMBEDDING=MODEL aima analyze PATHS. Vectors of both
    models stay, and a search never mixes them.
    """
    if back == bool(model):
        raise typer.BadParameter("give either a model or --back")
    with changing() as services:
        done = services.models.back(task) if back else services.models.switch(task, model, force=force)
    if as_json:
        emit_json(asdict(done))
    else:
        out.print(_switched(done), highlight=False, soft_wrap=True)


def standard(settings: Settings, everything: bool = False) -> list[Entry]:
    """What the settings choose, or all; without what strict licences exclude."""
    if not everything:
        return used(settings)
    strict = settings.models.strict_licences
    return [entry for entry in catalogue(settings).values() if entry.licence.stated or not strict]


def _named(settings: Settings, names: list[str]) -> list[Entry]:
    entries = catalogue(settings)
    for name in names:
        if name not in entries:
            raise ModelUnknown(f"{name}: no such model in the catalogue", "see `aima models list`")
    return [entries[name] for name in names]


def _summary(settings: Settings, entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "task": entry.task,
        "version": entry.version,
        "dimension": entry.dimension,
        "licence": entry.licence.weights,
        "licence_stated": entry.licence.stated,
        "used": entry in used(settings),
        "built": is_whole(entry, settings.models_dir),
        "summary": entry.summary,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    error = verdict.error.as_dict() if verdict.error else None
    return {"name": verdict.entry.name, "state": verdict.state, "failed": verdict.failed, "error": error}


def _reason(verdict: Verdict) -> str:
    return f"{verdict.error.message} - {verdict.error.remedy}" if verdict.error else ""


def _switched(done: Switched) -> str:
    if not done.changed:
        return f"{done.model} answers for {done.task} already"
    lacks = f"; it has not seen {count(done.lacking, 'thing')} that others have" if done.lacking else ""
    fused = f"; {count(done.fusion.persons, 'person')} by it" if done.fusion else ""
    return f"{done.model} answers for {done.task} now, before it was {done.before}{lacks}{fused}"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


# Progress goes to standard error, so that --json stays one document.
def _say(line: str) -> None:
    err.print(line, markup=False, highlight=False, soft_wrap=True)
