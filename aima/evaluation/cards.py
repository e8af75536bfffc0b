"""Model cards: what an evaluation says of every model of the catalogue that is built."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aima.analyzers.versions import versions
from aima.evaluation.figures import REPORTED, reported
from aima.evaluation.portraits import portraits
from aima.evaluation.probes import PROBES, Probe
from aima.evaluation.report import Report
from aima.evaluation.truth import Truth
from aima.models.cards import Cards, Figure, Measurement, facts
from aima.models.catalogue import Entry, catalogue
from aima.models.verify import is_whole
from aima.services.markup import publish
from aima.settings import Settings

MEASURED: Final = frozenset(PROBES) | REPORTED
"""Tasks of models of which an evaluation can say something."""


def make_cards(report: Report, truth: Truth, settings: Settings) -> Cards:
    """Figures by model: those of the report, and of the portraits of `truth` looked at with every model.

    A model that is not built, that does nothing that is measured, or of which nothing came out is left out.

    Raises:
        ModelError: see `aima.models.loader.load`.
    """
    entries = [
        entry
        for entry in catalogue(settings).values()
        if entry.task in MEASURED
        and is_whole(entry, settings.models_dir)
        and (entry.licence.stated or not settings.models.strict_licences)
    ]
    probed = _probed(entries, truth, settings)
    used = set(report.models.values())
    figures = {
        entry.name: (
            *(reported(entry.task, report) if f"{entry.name}@{entry.version}" in used else ()),
            *probed.get(entry.name, ()),
        )
        for entry in entries
    }
    labels = labels_sha256(truth)
    return Cards(
        models={
            entry.name: _measurement(entry, figures[entry.name], report, labels, versions(entry, settings))
            for entry in entries
            if figures[entry.name]
        }
    )


def write_cards(cards: Cards, path: Path) -> None:
    """Write them as JSON in a form whose differences can be read, whole or not at all.

    Raises:
        OutputRefused: the file cannot be written.
    """
    publish(json.dumps(cards.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n", path)


def labels_sha256(truth: Truth) -> str:
    """Of all labels, whatever files they were read from; the place of the folder does not count."""
    said = {
        "pairs": [pair.model_dump() for pair in truth.pairs],
        "identities": {person: sorted(files) for person, files in truth.identities.items()},
        "boxes": {file: [box.model_dump() for box in boxes] for file, boxes in truth.boxes.items()},
        "counts": dict(truth.counts),
        "expressions": [expression.model_dump() for expression in truth.expressions],
        "clips": {name: clip.model_dump(mode="json") for name, clip in truth.clips.items()},
        "transcripts": [said.model_dump() for said in truth.transcripts],
        "voice_pairs": [pair.model_dump() for pair in truth.voice_pairs],
        "speakers": {speaker: sorted(files) for speaker, files in truth.speakers.items()},
        "talks": {name: talk.model_dump(mode="json") for name, talk in truth.talks.items()},
        "queries": [query.model_dump(mode="json") for query in truth.queries],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _probed(entries: list[Entry], truth: Truth, settings: Settings) -> dict[str, tuple[Figure, ...]]:
    probes: dict[str, Probe] = {
        entry.name: PROBES[entry.task](entry, truth, settings) for entry in entries if entry.task in PROBES
    }
    # Every portrait is decoded once and shown to all.
    for portrait in portraits(truth, settings) if probes else ():
        for probe in probes.values():
            probe.see(portrait)
    return {name: probe.figures() for name, probe in probes.items()}


def _measurement(
    entry: Entry, figures: tuple[Figure, ...], report: Report, labels: str, analyzers: Mapping[str, str]
) -> Measurement:
    read = report.emotion if entry.task == "face_expression" else None
    return Measurement(
        version=entry.version,
        facts=facts(entry),
        analyzers=analyzers,
        data=Path(report.folder).resolve().name,
        labels=labels,
        measured_on=report.made_at.date(),
        aima=report.version,
        figures=figures,
        confusion=read.confusion if read else {},
    )
