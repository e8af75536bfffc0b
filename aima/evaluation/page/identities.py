"""Identities over all pictures: persons that were mixed or split, and the pairs that look least right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import NOTHING, Element, element, figure, number, percent, remark, section, strip
from aima.evaluation.page.pictures import Album, face_of
from aima.evaluation.scores.pairs import PairMistake, PairScores
from aima.evaluation.scores.partition import MixedCluster, PartitionScore, SplitIdentity

PER_GROUP: Final = 6
GROUPS: Final = 24
GROUPING: Final = (
    "All pictures are looked at together. B-cubed precision falls where several persons were taken for one, B-cubed "
    "recall where one person was taken for several."
)
COMPARING: Final = (
    "Two pictures at a time: the same person or not. At the equal error rate as many same pairs are missed as "
    "different ones are joined. AIMA joins by log-odds: the natural logarithm of the odds for the same person, 0 where "
    "they are even."
)


def identities_section(score: PartitionScore, answers: Answers, album: Album) -> Element:
    """Found persons that hold several true ones, then true persons in several pieces."""
    return section(
        "identities",
        "Identities",
        GROUPING,
        element("p", _grouped(score)),
        *(part for mixed in score.mixed[:GROUPS] for part in _mixed(mixed, answers, album)),
        *(part for split in score.split[:GROUPS] for part in _split(split, answers, album)),
        remark(_more(len(score.mixed) - GROUPS, "mixed group")),
        remark(_more(len(score.split) - GROUPS, "split person")),
        remark(album.note() if score.mixed or score.split else "No two persons are mixed, and none is split."),
    )


def pairs_section(score: PairScores, answers: Answers, album: Album) -> Element:
    """The pairs that look least like what they are, side by side."""
    joined = "" if score.wrong_at_join is None else f" Joined wrongly: {score.wrong_at_join}."
    missed = "" if score.missed_at_join is None else f" Missed when joining: {score.missed_at_join}."
    return section(
        "pairs",
        "Pairs of faces",
        COMPARING,
        element(
            "p",
            f"{count(score.pairs, 'pair')}, {score.unscored} without a similarity: AUC {number(score.auc)}, "
            f"equal error rate {percent(score.eer)} at {number(score.eer_threshold)}, "
            f"found at 0.1 % false matches {percent(score.tar_at_far_001)}.{missed}{joined}",
        ),
        *_pairs("The same person, least alike first", score.worst_same, answers, album),
        *_pairs("Different persons, most alike first", score.worst_different, answers, album),
        remark(album.note()),
    )


def _grouped(score: PartitionScore) -> str:
    precision, recall, f1 = map(number, (score.bcubed_precision, score.bcubed_recall, score.bcubed_f1))
    pictures, persons = count(score.items, "picture"), count(score.identities, "person")
    without = count(score.missing, "picture") + " without a person"
    groups = count(score.clusters, "group")
    return f"{pictures} of {persons} in {groups}: precision {precision}, recall {recall}, F1 {f1}; {without}."


def _mixed(mixed: MixedCluster, answers: Answers, album: Album) -> Iterator[Element | None]:
    yield element("h3", f"{mixed.predicted} mixes {' and '.join(mixed.files)}")
    for person, files in mixed.files.items():
        yield _group(person, files, answers, album)


def _split(split: SplitIdentity, answers: Answers, album: Album) -> Iterator[Element | None]:
    yield element("h3", f"{split.identity} is {'split' if len(split.files) > 1 else 'not whole'}")
    for person, files in split.files.items():
        yield _group(f"as {person}", files, answers, album)
    if split.missing:
        yield _group("without a person", split.missing, answers, album)


def _group(heading: str, files: Sequence[str], answers: Answers, album: Album) -> Element:
    shown = files[:PER_GROUP]
    more = f"{count(len(files), 'picture')}, {len(shown)} shown" if len(shown) < len(files) else ""
    figures = strip(figure(face_of(file, answers, album), file) for file in shown)
    return element("div", element("h4", heading, " ", element("small", more)), figures, class_="group")


def _pairs(heading: str, pairs: Sequence[PairMistake], answers: Answers, album: Album) -> Iterator[Element | None]:
    if pairs:
        yield element("h3", heading)
        yield strip(_pair(pair, answers, album) for pair in pairs)


def _pair(pair: PairMistake, answers: Answers, album: Album) -> Element:
    faces = (figure(face_of(file, answers, album), file) for file in (pair.a, pair.b))
    words = f"similarity {number(pair.score)}, log-odds {NOTHING if pair.log_odds is None else f'{pair.log_odds:+.1f}'}"
    return element("div", strip(faces), element("p", words), class_="pair")


def _more(number_: int, noun: str) -> str | None:
    return f"{count(number_, 'more ' + noun)} not shown" if number_ > 0 else None
