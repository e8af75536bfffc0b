"""What a process does that may be killed at any place: the real sequence of an archive, over observations kept before.

Everything is real but what costs minutes and writes nothing between two stores: models. Observations and vectors of
texts were made once by `observe` with the real analyzers, and are written again as the workers write them.
"""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from aima.analyzers.registry import DEFAULT, SOUND
from aima.bootstrap import Services, open_services
from aima.domain.finding import text_id
from aima.domain.observation import Crop, Receipt
from aima.pipeline.events import Hear
from aima.pipeline.task import Finished, SegmentTask
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.ports import Stores
from aima.telemetry import failpoints
from aima.telemetry.failpoints import Point
from tests.services.flows_made import HandFlow, Work, real_work

WANTED: dict[str, dict[str, Any]] = {name: {} for name in (*DEFAULT, *sorted(SOUND))}
TEXTS_AT_ONCE = 4


@dataclass(frozen=True)
class Material:
    """Media to be taken in, in two portions, and where their observations are kept."""

    first: tuple[Path, ...]
    second: tuple[Path, ...]
    archive: Path
    kept: Path


def again(settings: Settings, material: Material, receipts: Sequence[Receipt]) -> Work:
    """Writes kept observations into the archive of the settings, as the workers do."""
    source, target = Archive(material.archive), Archive(settings.archive_dir)

    def work(task: SegmentTask, hear: Hear) -> None:
        segment = task.segment
        place = (segment.content_id, segment.no)
        own = [r for r in receipts if (r.key.content_id, r.segment_no) == place]
        wanted = [receipt for receipt in own if receipt.key.analyzer in task.wanted]
        for path in (p for r in wanted for p in (*(crop.path for crop in r.crops), r.path)):
            target.put(path, source.get(path))
        hear(Finished(segment, tuple(wanted), 0.0))

    return work


class AgainTexts:
    """Gives texts the vectors that they had."""

    def __init__(self, stores: Stores, version: str, vectors: dict[str, np.ndarray]) -> None:
        self._stores, self._version, self._vectors = stores, version, vectors

    def embed_missing(self, texts: Iterable[str]) -> int:
        missing = self._stores.texts.without_vector(self._version, texts)
        for start in range(0, len(missing), TEXTS_AT_ONCE):
            some = {text: self._vectors[text_id(text)] for text in missing[start : start + TEXTS_AT_ONCE]}
            self._stores.texts.add_vectors(self._version, some)
        return len(missing)


def observe(settings: Settings, material: Material) -> None:
    """Analyse the media with every model, and keep what was observed."""
    with open_services(settings) as services:
        services.analyses._flow = HandFlow(real_work(settings))
        report = services.analyses.analyze([*material.first, *material.second], WANTED)
        assert [(file.state, file.code) for file in report.files] == [("done", None)] * len(report.files)
        assert report.sightings.unseen == report.hearings.unheard == ()
        stores = services.stores
        crops = [crop for medium in stores.media.all() for crop in stores.observations.crops(medium.content_id)]
        receipts = [_with_crops(receipt, crops) for receipt in stores.observations.receipts()]
        versions = stores.texts.vectors_of(stores.texts.all())
        (version,) = {version for of in versions.values() for version in of}
        vectors = {key: of[version] for key, of in versions.items()}
    material.kept.write_bytes(pickle.dumps((receipts, version, vectors)))


def _with_crops(receipt: Receipt, crops: Sequence[Crop]) -> Receipt:
    """The receipt as the worker gave it: who judged the faces kept the crops."""
    if receipt.key.analyzer != "face_quality":
        return receipt
    place = (receipt.key.content_id, receipt.segment_no)
    return replace(receipt, crops=tuple(crop for crop in crops if (crop.content_id, crop.segment_no) == place))


def live(
    settings: Settings,
    material: Material,
    deadly: tuple[Point, int] | None = None,
    trace: Path | None = None,
    told: Path | None = None,
) -> None:
    """Do everything that is not done yet, and die at a passage of a place. told: where the outcome is written."""
    failpoints.arm(deadly, trace)
    receipts, version, vectors = pickle.loads(material.kept.read_bytes())
    with open_services(settings) as services:
        services.analyses._flow = HandFlow(again(settings, material, receipts))
        services.analyses.sightings._texts = AgainTexts(services.stores, version, vectors)
        services.analyses.analyze(list(material.first), WANTED)
        follow(services)
        decide(services)
        services.analyses.analyze([*material.first, *material.second], WANTED)
        follow(services)
        failpoints.arm()
        if told is not None:
            told.write_text(json.dumps(outcome(services)))


def follow(services: Services) -> None:
    reached = services.projections.catch_up()
    assert reached.complete, (reached, [error.message for error in reached.away.values()])


def decide(services: Services) -> None:
    """Four decisions, each but once, whoever was killed after which."""
    persons = services.persons
    steps = (
        lambda: persons.name("#1", "First"),
        lambda: persons.split("#1", [persons.show("#1").tracks[-1].track_id]),
        lambda: persons.name("#2", "Second"),
        lambda: persons.undo(None),
    )
    done = sum(event.kind != "fused" for event in services.stores.ledger.events())
    for step in steps[done:]:
        step()
        follow(services)


def outcome(services: Services) -> dict[str, Any]:
    """What must be the same however often a process was killed; and what `verify` says, with the seconds it took."""
    stores = services.stores
    begins = time.monotonic()
    verified = services.projections.verify(deep=True)
    seconds = time.monotonic() - begins
    media = stores.media.all()
    run = stores.persons.run()
    texts = stores.texts.vectors_of(stores.texts.all())
    return {
        "seconds": seconds,
        "differences": [f"{d.store} {d.kind} {d.part} {d.id} {d.detail}" for d in verified.found],
        "same": {
            "media": [(medium.filename, medium.content_id) for medium in media],
            "jobs": [sum(j.state == "done" for j in stores.jobs.of_medium(medium.media_id)) for medium in media],
            "open": sum(j.state in {"queued", "running"} for m in media for j in stores.jobs.of_medium(m.media_id)),
            "observed": [(r.path, r.sha256) for r in stores.observations.receipts()],
            "crops": [(c.path, c.sha256) for m in media for c in stores.observations.crops(m.content_id)],
            "canonical": run.digest if run else "",
            "persons": [(p.number, p.name, p.state) for p in stores.persons.all()],
            "tracks": sorted((t.track_id, t.person_id is not None) for t in stores.persons.tracks()),
            "decisions": [e.kind for e in stores.ledger.events() if e.kind != "fused"],
            "sightings": [repr(stores.sightings.get(medium.content_id)) for medium in media],
            "hearings": [repr(stores.hearings.get(medium.content_id)) for medium in media],
            "texts": sorted((key, version) for key, of in texts.items() for version in of),
            **projected(services),
        },
    }


def projected(services: Services) -> dict[str, Any]:
    """How many documents there are, and the id of every vector, each as often as it is there."""
    documents = {name: len(list(services.documents.stamps(name))) for name in ("analysis_results", "person_dossiers")}
    spaces = services.vectors.spaces()
    vectors = {f"{s.kind} {s.model_version}": sorted(v.id for v in services.vectors.stamps(s)) for s in spaces}
    return {"documents": documents, "vectors": vectors}
