"""Curves where a damage has several strengths, figures of every variant, and wrong joins by name."""

from __future__ import annotations

from aima.evaluation.degraded import DegradedReport, VariantScore
from aima.evaluation.page.degraded import degraded_section
from aima.evaluation.page.elements import render
from aima.evaluation.scores.partition import MixedCluster
from tests.pages import Page


def variant(name: str, group: str, strength: float, **changes: object) -> VariantScore:
    given: dict[str, object] = {
        "name": name, "group": group, "strength": strength, "unit": "px", "photos": 4, "found": 0.75,
        "with_vector": 0.5, "pairs": 12, "auc": 0.99, "eer": 0.01, "same_pairs": 8, "missed_at_join": 2,
        "different_pairs": 20, "wrong_at_join": 0, "wrong_pairs": (), "bcubed_f1": 0.9, "mixed": (),
    }  # fmt: skip
    return VariantScore.model_validate(given | changes)


def report(*variants: VariantScore) -> DegradedReport:
    return DegradedReport(photos=4, persons=2, model="f@1", join=0.0, variants=variants, unreadable={}, cpu_s=1.0)


def test_only_several_strengths_make_a_curve() -> None:
    shown = report(variant("as taken", "none", 0), variant("20 px", "size", 20), variant("40 px", "size", 40))
    page = Page(render(degraded_section(shown)))
    assert page.values("class").count("chart") == 1
    assert "B-cubed F1 at 20: 0.900" in page.text
    assert "size, px" in page.words
    assert "flag" not in page.values("class")
    for words in ("as taken", "20 px", "40 px", "2 of 8", "75 %"):
        assert words in page.words
    assert "0 wrong joins in 3 variants" in page.text


def test_wrong_joins_name_persons_and_files() -> None:
    mixed = MixedCluster(predicted="P1", files={"Ada": ("a.jpg (20 px)",), "Bo": tuple(f"b{n}.jpg" for n in range(5))})
    shown = report(variant("20 px", "size", 20, mixed=(mixed,)), variant("40 px", "size", 40))
    page = Page(render(degraded_section(shown)))
    assert "20 px joins Ada (a.jpg (20 px)) and Bo (b0.jpg, b1.jpg, b2.jpg, …)" in page.text
    assert page.words.count("1 wrong join") == 1


def test_nothing_to_measure_breaks_nothing() -> None:
    lost = variant("20 px", "size", 20, bcubed_f1=None, auc=None, eer=None, found=0.0)
    page = Page(render(degraded_section(report(lost, lost).model_copy(update={"unreadable": {"a.jpg": "damaged"}}))))
    assert "Left out: a.jpg: damaged" in page.text
    assert "–" in page.text


def test_without_photographs_there_is_no_curve_and_no_share() -> None:
    nothing = {"photos": 0, "found": None, "with_vector": None, "auc": None, "eer": None, "bcubed_f1": None}
    shown = report(variant("20 px", "size", 20, **nothing), variant("40 px", "size", 40, **nothing))
    page = Page(render(degraded_section(shown)))
    assert "chart" not in page.values("class")
    assert "0 %" not in page.words
