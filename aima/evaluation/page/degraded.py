"""What remains of faces on degraded photographs: curves over the strength of the damage."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from aima.domain.text import count
from aima.evaluation.degraded import DegradedReport, VariantScore
from aima.evaluation.page.charts import Line, legend, line_chart
from aima.evaluation.page.elements import Element, element, percent, remark, section, table

MEANING: Final = (
    "Every photograph of a known person, damaged and looked at again beside the untouched ones. A wrong join is a "
    "found person that holds several true ones: it must not happen, however bad a picture is."
)
HEADINGS: Final = (
    "variant", "found", "with vector", "AUC", "EER", "same missed", "wrong pairs", "B-cubed F1", "wrong joins",
)  # fmt: skip
NAMED: Final = 3
CURVES: Final = (("B-cubed F1", "bcubed"), ("share of faces found", "share"))


def degraded_section(report: DegradedReport) -> Element:
    """A chart for every kind of damage that was done in several strengths, and all figures."""
    groups = [list(group) for _, group in groupby(report.variants, key=lambda variant: variant.group)]
    charts = [_chart(group) for group in groups if len(group) > 1 and group[0].photos]
    facts = (
        f"{count(report.photos, 'photograph')} of {count(report.persons, 'person')}, {report.model}, joined from "
        f"log-odds {report.join:g}: {count(report.wrong_joins, 'wrong join')} "
        f"in {count(len(report.variants), 'variant')}."
    )
    unreadable = "; ".join(f"{file}: {reason}" for file, reason in report.unreadable.items())
    return section(
        "degraded",
        "Degraded photographs",
        MEANING,
        element("p", facts),
        *((legend((*CURVES, ("wrong joins", "wrong"))), element("div", *charts, class_="charts")) if charts else ()),
        table(HEADINGS, map(_row, report.variants), "figures"),
        *(remark(_mixed(variant)) for variant in report.variants if variant.mixed),
        remark(f"Left out: {unreadable}" if unreadable else None),
    )


def _chart(variants: Sequence[VariantScore]) -> Element:
    lines = (
        Line(*CURVES[0], tuple((variant.strength, variant.bcubed_f1 or 0.0) for variant in variants)),
        Line(*CURVES[1], tuple((variant.strength, variant.found or 0.0) for variant in variants)),
    )
    flags = {variant.strength: count(len(variant.mixed), "wrong join") for variant in variants if variant.mixed}
    words = f"{variants[0].group}, {variants[0].unit}"
    return element("figure", element("figcaption", words), line_chart(lines, flags), class_="large")


def _row(variant: VariantScore) -> tuple[str | float | None, ...]:
    missed, wrong = f"{variant.missed_at_join} of {variant.same_pairs}", f"{variant.wrong_at_join}"
    return (
        variant.name, percent(variant.found), percent(variant.with_vector), variant.auc, percent(variant.eer),
        missed, wrong, variant.bcubed_f1, len(variant.mixed),
    )  # fmt: skip


def _mixed(variant: VariantScore) -> str:
    clusters = (" and ".join(_person(*item) for item in cluster.files.items()) for cluster in variant.mixed)
    return f"{variant.name} joins " + "; ".join(clusters)


def _person(person: str, files: Sequence[str]) -> str:
    few = files[:NAMED]
    return f"{person} ({', '.join(few)}{', …' if len(few) < len(files) else ''})"
