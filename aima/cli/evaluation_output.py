"""An evaluation in words: a figure per line, the clips, the worst confusions, and where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aima.cli.output import count, error_line, out, printable, report_error, table

if TYPE_CHECKING:
    from aima.cli.evaluation_places import Written
    from aima.evaluation.report import Cost, Report

WORST = 8
"""Confusions shown of a kind."""

Row = tuple[str, str, str]


def print_report(report: Report, written: Written) -> None:
    """The whole report, and where it lies."""
    table(f"Evaluation of {report.folder}", ("what", "figure", "of"), _figures(report))
    if report.persons:
        rows = sorted(_clips(report), key=lambda row: row[1])
        table("Clips, each alone", ("clip", "F1", "precision", "recall", "true", "counted", "false", "together"), rows)
    _confusions(report)
    _degraded(report)
    _sounds(report)
    columns = ("size", "frames", "faces", "total", "of it")
    _if_any("CPU ms per analysed frame, one core", columns, list(map(_cost, report.cost)))
    for file, reason in (report.failed | report.partial).items():
        code, _, words = reason.partition(": ")
        error_line(f"{file}: {words}", "", code)
    for reason in dict.fromkeys(report.not_measured.values()):
        _line(f"Not measured, {reason}: {', '.join(p for p, why in report.not_measured.items() if why == reason)}")
    _line(f"{report.seconds.wall:.0f} s, {report.seconds.cpu:.0f} s of CPU; the workspace is removed again.")
    for what, place in written.places.items():
        if place is not None:
            _line(f"{what.capitalize()}: {place}")
    for error in written.refused.values():
        report_error(error, as_json=False)


def _figures(report: Report) -> Iterator[Row]:
    if faces := report.faces:
        of = f"{count(faces.pairs, 'pair')}, {faces.unscored} unscored"
        yield "face pairs: AUC", number(faces.auc), of
        yield (
            "face pairs: EER",
            number(faces.eer),
            f"at join: {faces.missed_at_join} missed, {faces.wrong_at_join} wrong",
        )
    if identities := report.identities:
        missing = f"{identities.missing} missing"
        of = f"{count(identities.items, 'photo')} of {count(identities.identities, 'person')}, {missing}"
        yield "identities: B-cubed F1", number(identities.bcubed_f1), of
    if boxes := report.boxes:
        yield "face boxes: F1", number(boxes.f1), f"{boxes.tp} found, {boxes.fn} missed, {boxes.fp} false"
    if counts := report.counts:
        yield "face counts: mean error", number(counts.mae), f"{count(counts.items, 'picture')}, {counts.exact} exact"
    yield from _moving(report)
    if emotion := report.emotion:
        of = f"{count(emotion.items, 'photo')}, {len(emotion.confusion)} labels; accuracy {number(emotion.accuracy)}"
        yield "expressions: balanced accuracy", number(emotion.balanced_accuracy), of
        known = emotion.of_known
        of = f"{count(known.items, 'photo')} with labels the model has; accuracy {number(known.accuracy)}"
        yield "expressions: the model's classes", number(known.balanced_accuracy), of
    yield from _heard(report)


def _moving(report: Report) -> Iterator[Row]:
    if persons := report.persons:
        measured = sum(clip.f1 is not None for clip in persons.clips.values())
        yield "persons in clips: mean F1", number(persons.mean_f1), f"{count(measured, 'clip')} with persons"
        yield "persons in clips: false persons", str(persons.false_persons), count(len(persons.clips), "clip")
    if cuts := report.cuts:
        yield "cuts: F1", number(cuts.f1), f"{cuts.true} true, {cuts.predicted} found, {cuts.hits} right"


def _heard(report: Report) -> Iterator[Row]:
    for name, words in report.wer.figures.items() if report.wer else ():
        of = f"{count(words.words, 'word')} in {count(words.utterances, 'utterance')}, {words.exact} exact"
        yield f"word error rate: {name}", number(words.wer), of
    if report.der:
        yield "diarization error rate: mean", number(report.der.mean), count(len(report.der.files), "recording")
    if voices := report.voices:
        of = f"{count(voices.pairs, 'pair')}, {voices.unscored} unscored; AUC {number(voices.auc)}"
        yield "voice pairs: EER", number(voices.eer), of
        if voices.groups:
            of = f"{count(voices.groups.items, 'file')} of {count(voices.groups.identities, 'speaker')}"
            yield "voices: B-cubed F1", number(voices.bcubed_f1), of
    if retrieval := report.retrieval:
        yield "said, found among three", number(retrieval.share), f"{retrieval.at3} of {retrieval.of} queries"
    if association := report.association:
        of = f"{association.right} of {count(association.of, 'clip')}, {association.wrong} wrong"
        yield "whose face speaks, right", number(association.share), f"{of}, {association.missed} missed"


def _sounds(report: Report) -> None:
    """Talks one by one, and what sound costs."""
    if report.der:
        rows = [
            (
                name,
                number(one.der),
                *(f"{s:.1f}" for s in (one.scored, one.missed, one.false, one.confused)),
                *map(str, (one.speakers, one.found)),
            )
            for name, one in report.der.figures.items()
        ]
        columns = ("talk", "error rate", "seconds", "missed", "false", "confused", "speakers", "found")
        table("Who speaks when", columns, rows)
    if spent := report.sound_cpu_per_second:
        table("CPU s per second of sound, one core", ("what", "seconds"), ((k, f"{v:.4f}") for k, v in spent.items()))


def _clips(report: Report) -> Iterator[tuple[str, ...]]:
    if report.persons:
        linked = report.together.clips if report.together else {}
        for name, clip in report.persons.clips.items():
            counts = (clip.persons_true, clip.persons_counted, clip.false_persons)
            shares = (number(clip.f1), number(clip.precision), number(clip.recall))
            yield name, *shares, *map(str, counts), number(linked.get(name))


def _confusions(report: Report) -> None:
    """What to look at first, one table for each part that has something to show."""
    if report.persons:
        wrong = [(name, m) for name, clip in report.persons.clips.items() for m in clip.mistakes]
        wrong.sort(key=lambda pair: pair[1].start - pair[1].end)
        rows = [
            (name, m.kind, m.person or "-", m.predicted or "-", f"{m.start:.1f} - {m.end:.1f}")
            for name, m in wrong[:WORST]
        ]
        _if_any(f"Persons, the {WORST} longest mistakes", ("clip", "kind", "true", "found", "seconds"), rows)
    if report.identities:
        _if_any("Joined wrongly", ("persons", "files"), [
            (", ".join(one.files), str(sum(map(len, one.files.values())))) for one in report.identities.mixed[:WORST]
        ])  # fmt: skip
        _if_any("Split or missing", ("person", "pieces", "missing"), [
            (one.identity, str(len(one.files)), ", ".join(one.missing)) for one in report.identities.split[:WORST]
        ])  # fmt: skip
    if report.emotion:
        confused = [
            (str(n), true, found)
            for true, row in report.emotion.confusion.items()
            for found, n in row.items()
            if found != true
        ]
        confused.sort(key=lambda row: -int(row[0]))
        _if_any("Expressions, most confused", ("photos", "shown", "read as"), confused[:WORST])


def _degraded(report: Report) -> None:
    if report.degraded:
        rows = [
            (
                v.name,
                number(v.found),
                number(v.auc),
                number(v.eer),
                str(v.missed_at_join),
                str(len(v.mixed)),
                number(v.bcubed_f1),
            )
            for v in report.degraded.variants
        ]
        columns = ("photos as", "found", "AUC", "EER", "missed", "wrong joins", "B-cubed F1")
        table(f"Degraded photos of {count(report.degraded.persons, 'person')}", columns, rows)


def _cost(cost: Cost) -> tuple[str, ...]:
    parts = sorted(cost.ms_per_frame.items(), key=lambda part: -part[1])
    spent = ", ".join(f"{name} {ms:.1f}" for name, ms in parts)
    return f"{cost.size} {cost.kind}", str(cost.frames), f"{cost.faces:.1f}", f"{cost.total:.1f}", spent


def _if_any(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        table(title, columns, rows)


def number(value: float | None) -> str:
    """A figure, or a dash where it would mean nothing."""
    return "-" if value is None else f"{value:.4f}"


def _line(text: str) -> None:
    out.print(printable(text), soft_wrap=True, highlight=False)
