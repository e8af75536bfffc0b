"""Figures of single models out of the report of an evaluation, by the task of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aima.evaluation.degraded import DegradedReport
from aima.evaluation.likeness import Likeness
from aima.evaluation.report import Report
from aima.evaluation.scores.boxes import BoxScores
from aima.evaluation.scores.expressions import ExpressionScores
from aima.models.cards import Figure, Unit

AS_TAKEN: Final = "as taken"
"""The group of photographs to which nothing was done."""

ALIKE: Final = ("vector", "auc", "eer", "missed", "wrong", "bcubed")
"""All figures of `likeness_figures`."""

DEGRADED: Final = ("vector", "eer", "missed", "wrong")
"""Those that are told of every kind of degraded copy."""

DETECTOR: Final = "face_detector"
"""The analyzer whose time is that of the detector's model."""


def reported(task: str, report: Report) -> tuple[Figure, ...]:
    """What the report says of the model that did this task in the evaluation."""
    return _REPORTED[task](report) if task in _REPORTED else ()


def likeness_figures(said: Likeness, wanted: Sequence[str], under: str = "") -> tuple[Figure, ...]:
    """How well vectors tell persons from each other; `wanted`: of ALIKE. Left out is what means nothing."""
    n, pairs, portraits = said.photos, (said.pairs, "pairs"), (said.photos, "portraits")
    known = round((said.with_vector or 0.0) * n)
    figures = {
        "vector": share_figure("portraits with a vector", known, n, "portraits", under),
        "auc": _score("area under the ROC curve of labelled pairs", said.auc, pairs, under),
        "eer": _score("equal error rate of labelled pairs", said.eer, pairs, under, "share"),
        "missed": share_figure("same person, not joined", said.missed_at_join, said.same_pairs, "pairs", under),
        "wrong": share_figure("different persons, joined", said.wrong_at_join, said.different_pairs, "pairs", under),
        "bcubed": _score("B-cubed F1 of the persons found", said.bcubed_f1, portraits, under),
    }
    return tuple(figure for name in wanted for figure in figures[name])


def share_figure(name: str, part: int, whole: int, of: str, under: str = "") -> tuple[Figure, ...]:
    """How many of a whole; nothing of nothing."""
    return (Figure(name=name, value=part / whole, unit="share", n=whole, of=of, under=under),) if whole else ()


def _score(
    name: str, value: float | None, measured_on: tuple[int, str], under: str, unit: Unit = ""
) -> tuple[Figure, ...]:
    given, (n, of) = () if value is None else (value,), measured_on
    return tuple(Figure(name=name, value=one, unit=unit, n=n, of=of, under=under) for one in given)


def _detection(report: Report) -> tuple[Figure, ...]:
    counts = report.counts
    miscounted = (
        [Figure(name="mean absolute error of counts", value=counts.mae, unit="faces", n=counts.items, of="pictures")]
        if counts and counts.mae is not None
        else []
    )
    boxes = _boxes(report.boxes) if report.boxes else ()
    return (*boxes, *miscounted, *(_found(report.degraded) if report.degraded else ()), *_cost(report))


def _boxes(scores: BoxScores) -> tuple[Figure, ...]:
    said = {"precision": scores.precision, "recall": scores.recall, "F1": scores.f1}
    faces = scores.tp + scores.fn
    return tuple(
        Figure(name=f"{name} of boxes", value=value, n=faces, of="labelled faces")
        for name, value in said.items()
        if value is not None
    )


def _found(report: DegradedReport) -> tuple[Figure, ...]:
    name = "portraits in which the face is found"
    return tuple(
        Figure(name=name, value=one.found, unit="share", n=one.photos, of="portraits", under=one.name)
        for one in report.variants
        if one.found is not None and one.group != AS_TAKEN
    )


def _cost(report: Report) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            name="CPU per frame",
            value=cost.ms_per_frame[DETECTOR],
            unit="ms",
            n=cost.frames,
            of="frames",
            under=f"{cost.kind}s {cost.size}",
        )
        for cost in report.cost
        if DETECTOR in cost.ms_per_frame
    )


def _embedding(report: Report) -> tuple[Figure, ...]:
    variants = report.degraded.variants if report.degraded else ()
    degraded = (one for one in variants if one.group != AS_TAKEN)
    return tuple(figure for one in degraded for figure in likeness_figures(one, DEGRADED, one.name))


def _expression(report: Report) -> tuple[Figure, ...]:
    scores = report.emotion
    return () if scores is None else (*_read(scores), *_recall(scores))


def _read(scores: ExpressionScores) -> list[Figure]:
    known = scores.of_known
    said = (
        ("accuracy", known.accuracy, known.items, "labels that the model knows"),
        ("accuracy", scores.accuracy, scores.items, "all labels"),
        ("balanced accuracy", known.balanced_accuracy, known.items, "labels that the model knows"),
        ("balanced accuracy", scores.balanced_accuracy, scores.items, "all labels"),
    )
    return [
        Figure(name=name, value=value, n=items, of="faces", under=under)
        for name, value, items, under in said
        if value is not None
    ]


def _recall(scores: ExpressionScores) -> list[Figure]:
    """By label, for the labels that the model knows."""
    rows = {label: row for label, row in scores.confusion.items() if label not in scores.unknown}
    return [
        figure
        for label, row in rows.items()
        for figure in share_figure("recall", row.get(label, 0), sum(row.values()), "faces", label)
    ]


def _words(report: Report) -> tuple[Figure, ...]:
    """By language, then by material."""
    figures = report.wer.figures if report.wer else {}
    rates = (("word error rate", "words", "wer", "words"), ("letters wrong", "words", "cer", "words"))
    return (
        *(
            Figure(name=name, value=value, unit="share", n=getattr(one, n), of=of, under=under)
            for under, one in sorted(figures.items(), key=lambda item: ("/" in item[0], item[0]))
            for name, n, field, of in rates
            if (value := getattr(one, field)) is not None
        ),
        *_sound_cost(report, "speech"),
    )


def _turns(report: Report) -> tuple[Figure, ...]:
    """By recording."""
    figures = report.der.figures if report.der else {}
    return (
        *(
            Figure(
                name="diarization error rate", value=one.der, unit="share", n=round(one.scored), of="seconds", under=u
            )
            for u, one in figures.items()
            if one.der is not None
        ),
        *_sound_cost(report, "speaker_turns"),
    )


def _voices(report: Report) -> tuple[Figure, ...]:
    said = report.voices
    if said is None:
        return _sound_cost(report, "speaker_embedder")
    pairs, files = (said.pairs, "pairs"), (said.groups.items if said.groups else 0, "files")
    return (
        *_score("area under the ROC curve of labelled pairs", said.auc, pairs, ""),
        *_score("equal error rate of labelled pairs", said.eer, pairs, "", "share"),
        *_score("B-cubed F1 of the voices found", said.bcubed_f1, files, ""),
        *_sound_cost(report, "speaker_embedder"),
    )


def _sound_cost(report: Report, analyzer: str) -> tuple[Figure, ...]:
    """CPU time of one second of sound."""
    spent = (report.sound_cpu_per_second or {}).get(analyzer)
    if spent is None:
        return ()
    lasts = round(report.sound_seconds)
    return (Figure(name="CPU per second of sound", value=1000 * spent, unit="ms", n=lasts, of="seconds"),)


_REPORTED: Final[Mapping[str, Callable[[Report], tuple[Figure, ...]]]] = {
    "face_detection": _detection,
    "face_embedding": _embedding,
    "face_expression": _expression,
    "speech_recognition": _words,
    "speaker_turns": _turns,
    "speaker_embedding": _voices,
    "voice_activity": lambda report: _sound_cost(report, "voice_activity"),
    "sound_events": lambda report: _sound_cost(report, "sound_events"),
}
REPORTED: Final = frozenset(_REPORTED)
"""Tasks of which a report can say something."""
