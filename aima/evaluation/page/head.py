"""The head of the page: what was measured with what, and the figures that matter with what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from aima.evaluation.page.elements import Element, element, folded, number, percent, table
from aima.evaluation.report import Report

Tile = tuple[str, str, str, str]
"""Anchor, name, figure, meaning."""


def head(report: Report) -> Element:
    """Title, circumstances and tiles."""
    when = report.made_at.strftime("%d %B %Y, %H:%M %Z").strip(" ,")
    facts = f"{report.folder}, looked at on {when} by AIMA {report.version}"
    seconds = f"{report.seconds.wall:.0f} s, {report.seconds.cpu:.0f} s of CPU"
    return element(
        "header",
        element("h1", "How right AIMA is"),
        element("p", f"{facts} in {seconds}."),
        _circumstances(report),
        element("div", *(_tile(*tile) for tile in tiles(report)), class_="tiles"),
        _warning(report),
    )


def tiles(report: Report) -> Iterator[Tile]:
    """The key figures of the parts that were measured."""
    if report.persons:
        meaning = "how much of everybody's time in the clips is right; 1 is all"
        yield "persons", "persons F1", number(report.persons.mean_f1), meaning
        yield "persons", "false persons", number(report.persons.false_persons), "found, but nobody; 0 is right"
    if report.faces:
        meaning = "how surely the same person looks more alike than two; 1 is always"
        yield "pairs", "face pairs AUC", number(report.faces.auc), meaning
        yield "pairs", "equal error rate", percent(report.faces.eer), "of pairs wrong either way; 0 is best"
        yield "pairs", "unscored pairs", number(report.faces.unscored), "where no face could be compared"
    if report.identities:
        meaning = "pictures of one person together, of others apart; 1 is all"
        yield "identities", "identities B-cubed F1", number(report.identities.bcubed_f1), meaning
    if report.boxes:
        yield "boxes", "boxes F1", number(report.boxes.f1), "faces found where they are, and only there"
    if report.counts:
        yield "counts", "counting error", number(report.counts.mae), "faces too many or too few in a picture"
    yield from _further(report)


def _further(report: Report) -> Iterator[Tile]:
    if report.cuts:
        yield "cuts", "cuts F1", number(report.cuts.f1), "shot changes found, and nothing else"
    if report.emotion:
        balanced = number(report.emotion.of_known.balanced_accuracy)
        yield "expressions", "expressions, balanced", balanced, "mean share read rightly of each that is known"
    if report.degraded:
        wrong = number(report.degraded.wrong_joins)
        yield "degraded", "wrong joins, degraded", wrong, "mixed persons on damaged photographs; 0 is right"
    yield from _heard(report)


def _heard(report: Report) -> Iterator[Tile]:
    for language, name in (("en", "English"), ("de", "German")):
        if report.wer and language in report.wer.figures:
            rate = percent(report.wer.figures[language].wer)
            yield "words", f"word errors, {name}", rate, "words heard wrongly for each that is said; 0 is best"
    if report.der:
        yield "speakers", "speaker errors", percent(report.der.mean), "of the time of talks, on the mean; 0 is best"
    if report.voices:
        yield "voices", "voices, equal errors", percent(report.voices.eer), "of pairs wrong either way; 0 is best"
    if report.retrieval:
        answered = f"{report.retrieval.at3} of {report.retrieval.of}"
        yield "retrieval", "queries answered", answered, "what is said found among the first three"


def _tile(anchor: str, name: str, value: str, meaning: str) -> Element:
    return element("a", element("b", value), element("span", name), element("small", meaning), href=f"#{anchor}")


def _circumstances(report: Report) -> Element:
    models = table(("task", "model"), report.models.items())
    analyzers = table(("analyzer", "version"), report.analyzers.items())
    thresholds = table(("log-odds", "from"), ((name, f"{value:g}") for name, value in report.thresholds.items()))
    return folded("Models and thresholds", models, analyzers, thresholds)


def _warning(report: Report) -> Element | None:
    if not report.failed:
        return None
    words = f"{len(report.failed)} of the labelled files could not be looked at and count as empty"
    return element("p", element("a", words, href="#failed"), class_="warning")
