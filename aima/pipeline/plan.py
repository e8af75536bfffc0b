"""The plan: which analyzers run in which order, with which models, and where.

Order follows from the columns that analyzers read and add. Where they run is data: a placement names stages and
their sizing, and every column that no later stage reads is dropped between them. A segment is of one stream, so only
the steps of its stream run on it; those of sound share one stage, which decodes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from pydantic import ValidationError

from aima.analyzers import registry
from aima.analyzers.base import Analyzer, Options
from aima.domain.batch import SOUND_RATE
from aima.domain.job import Job
from aima.domain.media import Stream
from aima.domain.observation import ObservationKey, options_hash
from aima.errors import PlanInvalid
from aima.settings import Media, RaySettings

DECODED: Final = frozenset({"frames", "strip", "samples"})
"""Columns that no analyzer adds: pixels and sound."""
READING: Final = ("sample_fps", "analysis_long_side", "strip_long_side", "strip_max_fps")
"""Settings of the reader that change what analyzers see, so they belong to every observation key of sight."""
CPUS: Final = 0.5
"""Of a worker that decodes and runs models: half of what it needs, so that two fleets fit beside each other."""
DECODE_CPUS, MODEL_CPUS = 0.4, 0.2
"""Where these are apart; unequal, because Ray Data joins equal stages. Two fleets fit here too."""
SEGMENT_BYTES: Final = 1_000_000_000
"""Pixels of a minute, 5 frames a second of 1280 x 720 and the grey strip: what travels where stages are apart."""


@dataclass(frozen=True, slots=True)
class Step:
    """One analyzer of a plan. `digest` stands for its options, the reader's settings and everything upstream.

    step_us: distance of sampled frames; 0 for an analyzer of sound.
    """

    analyzer: str
    options: Options
    model: str | None
    model_version: str
    digest: str
    step_us: int

    @property
    def stream(self) -> Stream:
        """The stream of the segments that it works on."""
        return registry.stream_of(self.analyzer)

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

    def of(self, stream: Stream) -> tuple[Step, ...]:
        """The steps that run on segments of a stream."""
        return tuple(step for step in self.steps if step.stream == stream)


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in the order in which a segment passes them. The first one decodes pictures."""

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


def fused(workers: int, gpus: float = 0.0) -> tuple[Place, ...]:
    """Everything in one pool of workers: the default of one machine."""
    return (Place("workers", cpus=CPUS, gpus=gpus, workers=workers),)


def split(decoders: int, workers: int, gpus: float = 0.0) -> tuple[Place, ...]:
    """Decoding on some workers, models on others: for nodes with GPUs."""
    return (
        Place("decode", (), cpus=DECODE_CPUS, workers=decoders),
        Place("models", cpus=MODEL_CPUS, gpus=gpus, workers=workers),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Places, and why they were chosen: a sentence for people."""

    places: tuple[Place, ...]
    why: str


def choose_places(wanted: RaySettings, resources: Mapping[str, float]) -> Choice:
    """Where stages run.

    resources: what the cluster has, as Ray names it: CPU, GPU, object_store_memory in bytes (not given: enough).
    """
    cpus, gpus = max(1, int(resources.get("CPU", 1))), int(resources.get("GPU", 0))
    part = wanted.gpus_per_worker if gpus else 0.0
    workers = wanted.workers or (int(gpus / part) if gpus else cpus)
    spare = int(min(resources.get("object_store_memory", math.inf) / SEGMENT_BYTES, 1e6)) - workers - 1
    placement, why = _chosen(wanted, cpus, gpus, spare)
    if placement == "fused":
        return Choice(fused(workers, part), why)
    if not gpus and not wanted.workers:
        workers = max(1, cpus // 2)
    decoders = wanted.decoders or max(1, min(cpus, spare) if gpus else cpus - workers)
    return Choice(split(decoders, workers, part), why)


def _chosen(wanted: RaySettings, cpus: int, gpus: int, spare: int) -> tuple[str, str]:
    """The kind of placement and why. spare: segments of pixels that the object store holds beside those of workers."""
    if wanted.placement != "auto":
        return wanted.placement, f"AIMA_RAY__PLACEMENT is {wanted.placement}"
    if not gpus:
        return "fused", f"of {cpus} CPUs and no GPU each worker takes a part: it decodes and runs the models"
    if spare < 1:
        return "fused", f"there are {gpus} GPUs, but the object store is too small for pixels on their way to them"
    return "split", f"there are {gpus} GPUs for the models and {cpus} CPUs to decode for them"


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
    return _placed(order, steps, places)


def request_of(plan: Plan, reading: Media) -> dict[str, Any]:
    """What a job keeps beside its analyzers, so that `plan_of` needs no catalogue: see `Job.request`."""
    models = {step.analyzer: step.model for step in plan.steps if step.model}
    return {"models": models, "reading": reading.model_dump(mode="json", include=set(READING))}


def plan_of(job: Job, places: Sequence[Place]) -> Plan:
    """The plan that a job was made with, over these places. Neither settings nor catalogues are looked at.

    Raises:
        PlanInvalid: it names an analyzer or option that there is no more, lacks what a step needs, or does not fit
            the places.
    """
    order = _order(job.analyzers)
    steps = {a.name: _step_from({"analyzer": a.name, **job.analyzers[a.name], **_model(job, a)}) for a in order}
    return _placed(order, steps, places)


def _model(job: Job, analyzer: type[Analyzer[Any]]) -> dict[str, str | None]:
    models = job.request.get("models", {})
    if analyzer.task and analyzer.name not in models:
        raise PlanInvalid(f"job {job.job_id} does not say which model {analyzer.name} runs", "analyze its medium again")
    return {"model": models.get(analyzer.name)}


def plan_data(plan: Plan) -> list[dict[str, Any]]:
    """A plan as JSON data; see `plan_from`."""
    return [
        {"place": asdict(stage.place), "steps": [_step_data(s) for s in stage.steps], "carries": list(stage.carries)}
        for stage in plan.stages
    ]


def plan_from(data: Sequence[Mapping[str, Any]]) -> Plan:
    """Inverse of `plan_data`.

    Raises:
        PlanInvalid: it names an analyzer or option that there is not.
    """
    return Plan(tuple(map(_stage_from, data)))


def _stage_from(data: Mapping[str, Any]) -> Stage:
    analyzers = data["place"]["analyzers"]
    place = Place(**{**data["place"], "analyzers": None if analyzers is None else tuple(analyzers)})
    return Stage(place, tuple(map(_step_from, data["steps"])), tuple(data["carries"]))


def _step_data(step: Step) -> dict[str, Any]:
    return {"analyzer": step.analyzer, "model": step.model, **step.describe()}


def _step_from(data: Mapping[str, Any]) -> Step:
    try:
        options = registry.get(data["analyzer"]).options_type.model_validate(data["options"])
        return Step(**{**data, "options": options})
    except (KeyError, TypeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise PlanInvalid(
            f"the step {data['analyzer']} cannot be read: {reason}", "analyze its medium again"
        ) from error


def _placed(order: Sequence[type[Analyzer[Any]]], steps: Mapping[str, Step], places: Sequence[Place]) -> Plan:
    stages = _stages(order, places)
    return Plan(
        tuple(
            Stage(place, tuple(steps[a.name] for a in members), _carried(stages[index + 1 :]))
            for index, (place, members) in enumerate(stages)
        )
    )


def _order(wanted: Mapping[str, Any]) -> list[type[Analyzer[Any]]]:
    waiting = [registry.get(name) for name in sorted(wanted)]
    have = set(DECODED)
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
    seen = analyzer.stream == "sight"
    read_as = reading.model_dump(mode="json", include=set(READING)) if seen else {"rate": SOUND_RATE}
    digest = options_hash({"options": checked.model_dump(mode="json"), "reading": read_as, "upstream": upstream})
    step_us = round(1_000_000 / reading.sample_fps) if seen else 0
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
    have = set(DECODED)
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
    if sum(any(a.stream == "sound" for a in members) for _, members in stages) > 1:
        raise PlanInvalid("several places hold analyzers of sound", "let one place have all of them")
    return stages


def _carried(later: Sequence[tuple[Place, Sequence[type[Analyzer[Any]]]]]) -> tuple[str, ...]:
    """What later stages read of pictures; sound is decoded where it is heard."""
    return tuple(sorted({c for _, members in later for a in members if a.stream == "sight" for c in a.reads}))
