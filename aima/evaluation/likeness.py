"""Whether degraded copies of pictures are still taken for whom they show, and for nobody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from aima.domain.track import Track
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.partition import MixedCluster, PartitionScore, score_partition
from aima.evaluation.scores.result import WORST, Result
from aima.evaluation.truth import Pair
from aima.fusion.linkage import Points, log_odds
from aima.fusion.persons import as_points, link
from aima.models.model import Calibration

Table = npt.NDArray[np.float64]


class WrongPair(Result):
    """Two pictures of different persons that, were they all there is, would be one person. a: the degraded one."""

    a: str
    b: str
    b_degraded: bool
    log_odds: float


class Likeness(Result):
    """Degraded copies compared with each other and with the pictures as they were taken."""

    photos: int
    found: float | None = Field(description="share of copies in which the face is found; null without copies")
    with_vector: float | None = Field(description="share of copies whose face gets a vector")
    pairs: int = Field(description="labelled ones, those of copies twice: one of it degraded, the other as taken")
    auc: float | None = Field(description="area under the ROC curve of these pairs")
    eer: float | None = Field(description="equal error rate of these pairs")
    same_pairs: int = Field(description="those of these pairs that are the same person")
    missed_at_join: int = Field(description="of these, below the log-odds of joining, or without vectors")
    different_pairs: int = Field(description="all pairs of different persons that have vectors, copies with copies too")
    wrong_at_join: int = Field(description="of these, at or above the log-odds of joining")
    wrong_pairs: tuple[WrongPair, ...] = Field(description="the worst of these, highest first")
    bcubed_f1: float | None = Field(description="of the persons found over pictures and copies together")
    mixed: tuple[MixedCluster, ...] = Field(description="found persons that hold several true ones")


@dataclass(frozen=True, slots=True)
class Rule:
    """When tracks are one person, see `aima.fusion.persons.link`."""

    calibration: Calibration
    join: float
    review: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen in a picture.

    person: who is to be seen. variant: name of the degradation, empty for the picture as it was taken.
    tracks: all faces. face: the one of the person; None where it was not found.
    """

    person: str
    file: str
    variant: str = ""
    tracks: tuple[Track, ...] = ()
    face: Track | None = None

    @property
    def label(self) -> str:
        """How it is called in lists of mistakes."""
        return f"{self.file} ({self.variant})" if self.variant else self.file


def compare(copies: Sequence[Seen], taken: Sequence[Seen], pairs: Sequence[Pair], rule: Rule) -> Likeness:
    """Figures of copies beside the pictures as taken; `taken` is empty if these themselves are in question."""
    table = _Table.of([*copies, *taken], rule.calibration)
    labelled = _labelled(pairs, copies, taken)
    curve = score_pairs(labelled, [table.similarity(pair.a, pair.b) for pair in labelled])
    same = [pair for pair in labelled if pair.same]
    wrong, different = _wrong(table, {seen.label for seen in copies}, rule.join)
    persons = _persons([*copies, *taken], rule)
    return Likeness(
        photos=len(copies),
        found=_share(seen.face is not None for seen in copies),
        with_vector=_share(seen.label in table.rows for seen in copies),
        pairs=len(labelled),
        auc=curve.auc,
        eer=curve.eer,
        same_pairs=len(same),
        missed_at_join=sum(not table.joined(pair.a, pair.b, rule.join) for pair in same),
        different_pairs=different,
        wrong_at_join=len(wrong),
        wrong_pairs=tuple(wrong[:WORST]),
        bcubed_f1=persons.bcubed_f1,
        mixed=persons.mixed,
    )


def alike(a: Points, b: Points, calibration: Calibration) -> tuple[Table, Table]:
    """Cosines and log-odds that two looks show the same, both [len(a), len(b)].

    The log-odds are those by which fusion joins, with its discount for poor looks.
    """
    return np.asarray(a.vectors @ b.vectors.T, np.float64), log_odds(a, b, calibration)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Everybody who has a vector against everybody.

    seen: n pictures; rows: their places by label. cosines, odds: [n, n], see `alike`.
    """

    seen: Sequence[Seen]
    rows: dict[str, int]
    cosines: Table
    odds: Table

    @classmethod
    def of(cls, seen: Sequence[Seen], calibration: Calibration) -> _Table:
        known = [(one, one.face) for one in seen if one.face is not None and one.face.vector is not None]
        rows = {one.label: row for row, (one, _) in enumerate(known)}
        if not known:
            return cls([], rows, np.zeros((0, 0)), np.zeros((0, 0)))
        points = as_points([face for _, face in known])
        return cls([one for one, _ in known], rows, *alike(points, points, calibration))

    def similarity(self, a: str, b: str) -> float | None:
        """Cosine of two pictures, None where one has no vector."""
        return float(self.cosines[self.rows[a], self.rows[b]]) if {a, b} <= self.rows.keys() else None

    def joined(self, a: str, b: str, least: float) -> bool:
        """Whether two pictures alone would be one person."""
        return {a, b} <= self.rows.keys() and bool(self.odds[self.rows[a], self.rows[b]] >= least)


def _labelled(pairs: Sequence[Pair], copies: Sequence[Seen], taken: Sequence[Seen]) -> list[Pair]:
    """The labelled pairs with the labels of what was seen: a degraded, b as taken, and the reverse."""
    degraded, plain = ({seen.file: seen.label for seen in some} for some in (copies, taken or copies))
    known = [pair for pair in pairs if {pair.a, pair.b} <= degraded.keys()]
    there = [Pair(a=degraded[pair.a], b=plain[pair.b], same=pair.same) for pair in known]
    back = [Pair(a=degraded[pair.b], b=plain[pair.a], same=pair.same) for pair in known]
    return there + back if taken else there


def _wrong(table: _Table, degraded: Set[str], least: float) -> tuple[list[WrongPair], int]:
    """Pairs of different persons that would be joined, the worst first, and how many different pairs there are."""
    person = np.array([one.person for one in table.seen])
    copied = np.array([one.label in degraded for one in table.seen], bool)
    # Every pair once; two pictures as taken are no matter of this variant.
    different = np.triu((person[:, None] != person[None, :]) & (copied[:, None] | copied[None, :]), 1)
    places = np.argwhere(different & (table.odds >= least))
    found = []
    for i, j in places:
        one, other = (table.seen[k] for k in ((i, j) if copied[i] else (j, i)))
        found.append(
            WrongPair(
                a=one.label,
                b=other.label,
                b_degraded=other.label in degraded,
                log_odds=float(table.odds[i, j]),
            )
        )
    return sorted(found, key=lambda pair: (-pair.log_odds, pair.a, pair.b)), int(different.sum())


def _persons(seen: Sequence[Seen], rule: Rule) -> PartitionScore:
    """Persons that fusion finds in all pictures together, held against who is to be seen."""
    clusters = link([track for one in seen for track in one.tracks], rule.calibration, rule.join, rule.review)
    cluster = {track_id: str(number) for number, found in enumerate(clusters) for track_id in found.track_ids}
    faces = {one.label: one.face.track_id for one in seen if one.face is not None}
    identities: dict[str, list[str]] = defaultdict(list)
    for one in seen:
        identities[one.person].append(one.label)
    return score_partition(identities, {label: cluster[face] for label, face in faces.items() if face in cluster})


def _share(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return sum(counted) / len(counted) if counted else None
