"""`aima plan explain`: what an analysis would run, where, and why there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from aima import local
from aima.cli.analyze import AddOption, OnlyOption, OptionOption, wanted_analyzers
from aima.cli.output import JsonFlag, emit_json, err, out, printable, speaks, table
from aima.cli.services import switched_settings
from aima.errors import StackDown
from aima.models.catalogue import find

if TYPE_CHECKING:
    from aima.pipeline.plan import Plan
    from aima.settings import Settings

app = typer.Typer(help="What an analysis runs, and where.", no_args_is_help=True)

SHOWN = ("CPU", "GPU", "object_store_memory")
"""Resources of a cluster that decide."""
CHANGES = {
    "AIMA_RAY__PLACEMENT": "fused, split or auto",
    "AIMA_RAY__WORKERS": "workers that run models",
    "AIMA_RAY__DECODERS": "workers that decode, where they are apart",
    "AIMA_RAY__GPUS_PER_WORKER": "part of a GPU for each worker that runs models",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A plan, why it is placed so, and the resources that this follows from; assumed: no cluster was asked."""

    plan: Plan
    models: Mapping[str, str]
    why: str
    resources: Mapping[str, float]
    assumed: bool


@app.callback()
def plan() -> None:
    """What an analysis runs, and where."""


@app.command()
@speaks
def explain(
    only: OnlyOption = "",
    add: AddOption = [],  # noqa: B006
    option: OptionOption = [],  # noqa: B006
    as_json: JsonFlag = False,
) -> None:
    """The stages of an analysis: their analyzers, models and workers, what is carried on, and why it is placed so."""
    settings = switched_settings()
    with err.status("asking the cluster"):
        explained = explained_plan(settings, wanted_analyzers(only, add, option))
    if as_json:
        emit_json(_json(explained))
    else:
        _show(explained)


def explained_plan(settings: Settings, wanted: Mapping[str, Mapping[str, Any]]) -> Explained:
    """The plan under these settings, on the cluster that runs; without one, on this machine as it is.

    Raises:
        PlanInvalid: the analyzers do not fit together.
        SettingInvalid, ModelUnknown: the settings choose a model that cannot be used.
    """
    # Analyzers bring decoders and runtimes, which `--help` does not need.
    from aima.analyzers import registry
    from aima.pipeline.plan import choose_places, make_plan

    tasks = {task for name in wanted if (task := registry.get(name).task)}
    entries = {task: find(settings, task) for task in sorted(tasks)}
    versions = {task: (entry.name, f"{entry.name}@{entry.version}") for task, entry in entries.items()}
    resources, assumed = _resources(settings)
    choice = choose_places(settings.ray, resources)
    made = make_plan(wanted, versions, settings.media, choice.places)
    return Explained(made, {step.analyzer: step.model or "" for step in made.steps}, choice.why, resources, assumed)


def _resources(settings: Settings) -> tuple[dict[str, float], bool]:
    """What the cluster has, and whether that was assumed since none answers."""
    from aima.pipeline import cluster

    try:
        cluster.connect(local.ray_environment(settings))
    except StackDown:
        return {"CPU": float(settings.ray.num_cpus or os.cpu_count() or 1)}, True
    try:
        return {name: amount for name, amount in cluster.resources().items() if name in SHOWN}, False
    finally:
        cluster.disconnect()


def _json(explained: Explained) -> dict[str, Any]:
    return {
        "stages": explained.plan.describe(),
        "models": explained.models,
        "why": explained.why,
        "resources": explained.resources,
        "assumed": explained.assumed,
        "change_with": CHANGES,
    }


def _show(explained: Explained) -> None:
    for number, stage in enumerate(explained.plan.stages, 1):
        place = stage.place
        gpus = f", {place.gpus:g} GPU" if place.gpus else ""
        _line(f"stage {number}, {place.name}: {place.workers} x ({place.cpus:g} CPU{gpus})")
        rows = [(step.analyzer, step.model or "-", step.model_version) for step in stage.steps]
        if rows:
            table("", ("analyzer", "model", "version"), rows)
        else:
            _line("decodes")
        if stage.carries:
            _line(f"carries on: {', '.join(stage.carries)}")
        out.print()
    had = ", ".join(_amount(name, amount) for name, amount in sorted(explained.resources.items()))
    where = "assumed, since no cluster answers" if explained.assumed else "what the cluster has"
    _line(f"why: {explained.why}")
    _line(f"{where}: {had}")
    _line("to change it: " + "; ".join(f"{name} ({what})" for name, what in CHANGES.items()))


def _amount(name: str, amount: float) -> str:
    if name == "object_store_memory":
        return f"{amount / 1e6:.0f} MB of object store"
    return f"{amount:g} {name}"


def _line(text: str) -> None:
    out.print(printable(text), highlight=False, soft_wrap=True)
