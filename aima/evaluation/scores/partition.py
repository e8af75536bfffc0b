"""Which files show the same person: B-cubed (Bagga and Baldwin, 1998) of the found groups.

A file without an answer is a group of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field
from sklearn.metrics.cluster import contingency_matrix

from aima.evaluation.scores.result import Result


class MixedCluster(Result):
    """Files of several persons that were taken for one."""

    predicted: str
    files: dict[str, tuple[str, ...]] = Field(description="by true person")


class SplitIdentity(Result):
    """A person whose files were not all taken for one."""

    identity: str
    files: dict[str, tuple[str, ...]] = Field(description="by predicted person")
    missing: tuple[str, ...] = Field(description="files without a person")


class PartitionScore(Result):
    """How well groups of files agree with persons. Null without files."""

    items: int
    missing: int = Field(description="files without a person")
    bcubed_precision: float | None = Field(description="mean share of a file's group that is its person's")
    bcubed_recall: float | None = Field(description="mean share of a file's person that is in its group")
    bcubed_f1: float | None
    identities: int
    clusters: int = Field(description="groups, each missing file one of its own")
    mixed: tuple[MixedCluster, ...] = Field(description="most files first")
    split: tuple[SplitIdentity, ...] = Field(description="most pieces first")


def score_partition(identities: Mapping[str, Sequence[str]], found: Mapping[str, str]) -> PartitionScore:
    """Compares files by true person with the person found for each file; files of nobody's truth do not count."""
    true = {file: identity for identity, files in identities.items() for file in files}
    precision, recall = _bcubed(list(true.values()), [_group(file, found) for file in true])
    return PartitionScore(
        items=len(true),
        missing=sum(file not in found for file in true),
        bcubed_precision=precision,
        bcubed_recall=recall,
        bcubed_f1=2 * precision * recall / (precision + recall) if precision and recall else None,
        identities=len(set(true.values())),
        clusters=len({_group(file, found) for file in true}),
        mixed=_mixed(true, found),
        split=_split(true, found),
    )


def _group(file: str, found: Mapping[str, str]) -> str:
    # Prefixed, so that no person can be named like a missing file.
    return f"found {found[file]}" if file in found else f"missing {file}"


def _bcubed(true: Sequence[str], groups: Sequence[str]) -> tuple[float | None, float | None]:
    if not true:
        return None, None
    shared = contingency_matrix(true, groups)
    squares = shared.astype(float) ** 2
    precision = (squares / shared.sum(axis=0, keepdims=True)).sum() / len(true)
    recall = (squares / shared.sum(axis=1, keepdims=True)).sum() / len(true)
    return float(precision), float(recall)


def _mixed(true: Mapping[str, str], found: Mapping[str, str]) -> tuple[MixedCluster, ...]:
    clusters = _nested((found[file], true[file], file) for file in true if file in found)
    mixed = [MixedCluster(predicted=name, files=files) for name, files in clusters.items() if len(files) > 1]
    return tuple(sorted(mixed, key=lambda cluster: -sum(map(len, cluster.files.values()))))


def _split(true: Mapping[str, str], found: Mapping[str, str]) -> tuple[SplitIdentity, ...]:
    pieces = _nested((true[file], found[file], file) for file in true if file in found)
    missing: dict[str, list[str]] = {identity: [] for identity in true.values()}
    for file in true.keys() - found.keys():
        missing[true[file]].append(file)
    split = [
        SplitIdentity(identity=identity, files=pieces.get(identity, {}), missing=tuple(sorted(files)))
        for identity, files in missing.items()
        if files or len(pieces.get(identity, {})) > 1
    ]
    return tuple(sorted(split, key=lambda one: -(len(one.files) + len(one.missing))))


def _nested(rows: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Files by the second name by the first."""
    nested: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for outer, inner, file in rows:
        nested[outer][inner].append(file)
    return {outer: {name: tuple(files) for name, files in inner.items()} for outer, inner in nested.items()}
