"""How faces of known persons survive what happens to photographs: shrunk, compressed, cut, turned, without colour."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class WrongPair(_Figures):
    """Two pictures of different persons that alone would be joined. b_degraded: else b is as it was taken."""

    a: str
    b: str
    b_degraded: bool
    log_odds: float


class MixedCluster(_Figures):
    """One found person that holds several true ones. files: a degraded copy is marked with the variant's name."""

    persons: tuple[str, ...]
    files: tuple[str, ...]


class VariantScore(_Figures):
    """What becomes of the photographs in one variant.

    Compared are copies with untouched pictures: every labelled pair counts twice, either one of it degraded.
    """

    name: str
    group: str = Field(description="variants of one group make a curve: size, jpeg, crop, rotate ...")
    strength: float = Field(description="place on the curve, in the unit of the group")
    unit: str = Field("", description="of strength: px, %, degrees ...")
    photos: int
    found: float = Field(description="share of copies in which the face is found")
    with_vector: float = Field(description="share of copies whose face gets a vector")
    auc: float | None = Field(description="area under the curve of the labelled pairs that have vectors")
    eer: float | None = Field(description="equal error rate of the same pairs")
    same_pairs: int = Field(description="labelled pairs of the same person, twice")
    missed_at_join: int = Field(description="of these, below the log-odds of joining, or without vectors")
    different_pairs: int = Field(description="all pairs of different persons that have vectors, copies with copies too")
    wrong_at_join: int = Field(description="of these, at or above the log-odds of joining")
    wrong_pairs: tuple[WrongPair, ...] = Field((), description="the worst of these, highest first")
    bcubed_f1: float = Field(description="persons found over pictures and copies together")
    mixed: tuple[MixedCluster, ...] = Field((), description="found persons that hold several true ones")


class DegradedReport(_Figures):
    """All variants, the untouched photographs first."""

    photos: int
    persons: int
    model: str = Field(description="name and version of the face vectors")
    join: float = Field(description="log-odds from which tracks are one person")
    variants: tuple[VariantScore, ...]
    cpu_s: float
    unreadable: dict[str, str] = Field(default_factory=dict, description="reason by photograph that was left out")

    @property
    def wrong_joins(self) -> int:
        """Found persons that hold several true ones, over all variants."""
        return sum(len(variant.mixed) for variant in self.variants)
