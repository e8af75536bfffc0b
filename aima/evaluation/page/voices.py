"""Voices known again: how alike the same and different ones are, the pairs least right, and mixed or split groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.page.charts import Line, legend, line_chart
from aima.evaluation.page.elements import Element, element, number, percent, section, table
from aima.evaluation.scores.pairs import PairMistake
from aima.evaluation.scores.partition import PartitionScore
from aima.evaluation.scores.voices import Histogram, VoiceScores

MEANING: Final = (
    "Two files at a time: the same voice or not, by the speaker of most speech in each. The curves tell how many pairs "
    "are how similar; where they part, voices can be told from each other."
)
HEADINGS: Final = ("one", "other", "similarity", "log-odds")
CURVES: Final = (("same voice", "share"), ("different voices", "wrong"))
FILES: Final = 4


def voices_section(score: VoiceScores) -> Element:
    """Figures, histogram, worst pairs, and what went wrong with groups."""
    return section(
        "voices",
        "Voices",
        MEANING,
        element(
            "p",
            f"{count(score.pairs, 'pair')}, {score.unscored} without a similarity: AUC {number(score.auc)}, equal "
            f"error rate {percent(score.eer)} at {number(score.eer_threshold)}.",
        ),
        *((legend(CURVES), _histogram(score.histogram)) if score.pairs > score.unscored else ()),
        *_pairs("The same voice, least alike first", score.worst_same),
        *_pairs("Different voices, most alike first", score.worst_different),
        *(_groups(score.groups) if score.groups else ()),
    )


def _histogram(histogram: Histogram) -> Element:
    """Two curves, each of shares of its own highest point."""
    middles = [(a + b) / 2 for a, b in zip(histogram.edges, histogram.edges[1:], strict=False)]
    lines = [
        Line(
            name, kind, tuple((round(place, 3), n / max(*counts, 1)) for place, n in zip(middles, counts, strict=True))
        )
        for (name, kind), counts in zip(CURVES, (histogram.same, histogram.different), strict=True)
    ]
    return element("figure", element("figcaption", "similarity of pairs"), line_chart(lines, {}), class_="large")


def _pairs(heading: str, pairs: Sequence[PairMistake]) -> Iterator[Element]:
    if pairs:
        yield element("h3", heading)
        yield table(HEADINGS, [(pair.a, pair.b, pair.score, pair.log_odds) for pair in pairs])


def _groups(score: PartitionScore) -> Iterator[Element]:
    groups, files = count(score.clusters, "group"), count(score.items, "file")
    missing = f"{score.missing} without a voice"
    yield element("h3", "Files grouped by voice")
    yield element(
        "p",
        f"{files} of {count(score.identities, 'speaker')} in {groups}, {missing}: B-cubed precision "
        f"{number(score.bcubed_precision)}, recall {number(score.bcubed_recall)}, F1 {number(score.bcubed_f1)}.",
    )
    rows = [
        (f"{one.predicted} mixes {' and '.join(one.files)}", _few(sum(one.files.values(), ()))) for one in score.mixed
    ]
    rows += [(f"{one.identity} is not whole", _few(sum(one.files.values(), one.missing))) for one in score.split]
    if rows:
        yield table(("what", "files"), rows)


def _few(files: Sequence[str]) -> str:
    return ", ".join(files[:FILES]) + (f" and {len(files) - FILES} more" if len(files) > FILES else "")
