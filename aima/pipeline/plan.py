"""The plan: which analyzers run in which order, with which models, and where.

Order follows from the columns that analyzers read and add. Where they run is data: a placement names stages and
their sizing, and every column that no later stage reads is dropped between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from aima.analyzers import registry
from aima.analyzers.base import Analyzer, Options
from aima.domain.observation import ObservationKey, options_hash
from aima.errors import PlanInvalid
from aima.settings import Media

PIXELS: Final = ("frames", "strip")
READING: Final = ("sample_fps", "analysis_long_side", "strip_long_side", "strip_max_fps")
"""Settings of the reader that change what analyzers see, so they belong to every observation key."""


@dataclass(frozen=True, slots=True)
class Step:
    """One analyzer of a plan. `digest` stands for its options, the reader's settings and everything upstream."""

    analyzer: str
    options: Options
    model: str | None
    model_version: str
    digest: str
    step_us: int

    def describe(self) -> dict[str, Any]:
        """What makes the keys of this step, as a job remembers it."""
        return {
            "options": self.options.model_dump(mode="json"),
            "model_version": self.model_version,
            "digest": self.digest,
            "step_us": self.step_us,
        }

    def key(self, content_id: str) -> ObservationKey:
        """Key of this step's observations of a content."""
        return ObservationKey(content_id, self.analyzer, self.model_version, self.digest)


@dataclass(frozen=True, slots=True)
class Place:
    """Sizing of one stage. `analyzers` None: all that no other place names."""

    name: str
    analyzers: tuple[str, ...] | None = None
    cpus: float = 1.0
    gpus: float = 0.0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps that share a worker. `carries`: columns that later stages read; all others are dropped."""

    place: Place
    steps: tuple[Step, ...]
    carries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in the order in which a segment passes them. The first one decodes."""

    stages: tuple[Stage, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def describe(self) -> list[dict[str, Any]]:
        """The plan as data for people and programs."""
        return [
            {
                "stage": stage.place.name,
                "cpus": stage.place.cpus,
                "gpus": stage.place.gpus,
                "workers": stage.place.workers,
                "analyzers": {step.analyzer: step.model_version for step in stage.steps},
                "carries": list(stage.carries),
            }
            for stage in self.stages
        ]


def fused(workers: int) -> tuple[Place, ...]:
    """Everything in one pool of workers: the default of one machine."""
    return (Place("sight", workers=workers),)


def split(decoders: int, workers: int, gpus: float = 0.0) -> tuple[Place, ...]:
    """Decoding on some workers, models on others: for nodes with GPUs."""
    return (Place("decode", (), workers=decoders), Place("models", cpus=0.5, gpus=gpus, workers=workers))


def make_plan(
    wanted: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, tuple[str, str]],
    reading: Media,
    places: Sequence[Place],
) -> Plan:
    """Order the wanted analyzers and put them into places.

    Args:
        wanted: options by analyzer name.
        models: (catalogue name, model version) by task.
        reading: how frames are sampled.
        places: where analyzers run, in the order in which a segment passes.

    Raises:
        PlanInvalid: an unknown analyzer or option, a column that nothing gives, or a place that comes too early.
    """
    order = _order(wanted)
    steps: dict[str, Step] = {}
    for analyzer in order:
        steps[analyzer.name] = _step(analyzer, wanted[analyzer.name], models, reading, steps)
    stages = _stages(order, places)
    return Plan(
        tuple(
            Stage(place, tuple(steps[a.name] for a in members), _carried(stages[index + 1 :]))
            for index, (place, members) in enumerate(stages)
        )
    )


def _order(wanted: Mapping[str, Any]) -> list[type[Analyzer[Any]]]:
    waiting = [registry.get(name) for name in sorted(wanted)]
    have = set(PIXELS)
    order: list[type[Analyzer[Any]]] = []
    while waiting:
        ready = [a for a in waiting if set(a.reads) <= have]
        if not ready:
            raise _missing(waiting[0], have)
        for analyzer in ready:
            waiting.remove(analyzer)
            have |= set(analyzer.adds.names)
        order += ready
    return order


def _missing(analyzer: type[Analyzer[Any]], have: set[str]) -> PlanInvalid:
    columns = sorted(set(analyzer.reads) - have)
    givers = [a.name for a in map(registry.get, registry.ANALYZERS) if set(a.adds.names) & set(columns)]
    remedy = f"add {' or '.join(givers)} to the analysis" if givers else "no analyzer gives it"
    return PlanInvalid(f"{analyzer.name} reads {', '.join(columns)}, which nothing gives", remedy)


def _step(
    analyzer: type[Analyzer[Any]],
    options: Mapping[str, Any],
    models: Mapping[str, tuple[str, str]],
    reading: Media,
    before: Mapping[str, Step],
) -> Step:
    try:
        checked = analyzer.options_type.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlanInvalid(f"option {analyzer.name}.{where}: {first['msg']}", "see: aima analyze --help") from error
    model, version = models[analyzer.task] if analyzer.task else (None, analyzer.name)
    upstream = {
        name: [step.model_version, step.digest]
        for name, step in before.items()
        if set(registry.get(name).adds.names) & set(analyzer.reads)
    }
    digest = options_hash(
        {
            "options": checked.model_dump(mode="json"),
            "reading": reading.model_dump(mode="json", include=set(READING)),
            "upstream": upstream,
        }
    )
    step_us = round(1_000_000 / reading.sample_fps)
    return Step(analyzer.name, checked, model, f"{version}+{analyzer.version}", digest, step_us)


def _stages(
    order: Sequence[type[Analyzer[Any]]], places: Sequence[Place]
) -> list[tuple[Place, list[type[Analyzer[Any]]]]]:
    named = {name for place in places for name in place.analyzers or ()}
    stages = [
        (
            place,
            [a for a in order if (a.name not in named if place.analyzers is None else a.name in place.analyzers)],
        )
        for place in places
    ]
    have = set(PIXELS)
    for place, members in stages:
        for analyzer in members:
            if not set(analyzer.reads) <= have:
                raise PlanInvalid(
                    f"place {place.name} runs {analyzer.name} before the analyzers it reads from",
                    "reorder the places",
                )
            have |= set(analyzer.adds.names)
    placed = sum(len(members) for _, members in stages)
    if placed != len(order):
        raise PlanInvalid("the places do not hold every analyzer exactly once", "let one place take the rest")
    return stages


def _carried(later: Sequence[tuple[Place, Sequence[type[Analyzer[Any]]]]]) -> tuple[str, ...]:
    return tuple(sorted({column for _, members in later for a in members for column in a.reads}))
