"""Findings: from what analyzers saw in single frames to shots, things, labels and lines of writing over time.

Pure and deterministic: the same observations give the same sighting, in whatever order their rows come.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aima.domain.finding import Finding, FindingKind, Shot, Sighting, finding_id
from aima.fusion import thresholds as limits
from aima.fusion.observed import Floats
from aima.fusion.reading import same_line
from aima.fusion.scenes import Scenes, scenes
from aima.fusion.shots import shots
from aima.fusion.spans import Looks, Seen, Sight, Span, best, extent, follow

CUTS: Final = "shot_cuts"
OBJECTS: Final = "objects"
PICTURES: Final = "image_vector"
WRITING: Final = "text_in_image"
READ: Final = (CUTS, OBJECTS, PICTURES, WRITING)
"""Analyzers whose columns are read; each may be missing."""


Sights = Callable[[Sequence[Mapping[str, Any]]], Iterable[Sight]]
"""What one look shows, from the structs of its row."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding without its id."""

    kind: FindingKind
    text: str
    span_us: tuple[int, int]
    seen: Sight
    best_pts_us: int
    most: int = 1


def sight(content_id: str, input_hash: str, end_us: int, watched: Mapping[str, pa.Table]) -> Sighting:
    """Shots and findings of a content that lasts `end_us`; a still picture is one shot.

    watched: rows of all segments by analyzer, with segment_no and pts_us.
    """
    cuts = shots(watched[CUTS]) if CUTS in watched else []
    cut = scenes(cuts, end_us)
    drafts: list[Draft] = []
    if OBJECTS in watched:
        drafts += _objects(_looks(watched[OBJECTS], "objects", _things, end_us), cut)
    if PICTURES in watched:
        drafts += _labels(_looks(watched[PICTURES], "image_labels", _labelled, end_us), cut)
    if WRITING in watched:
        drafts += _texts(_looks(watched[WRITING], "writing", _lines, end_us), cut)
    vectors = _vectors(watched[PICTURES], cut) if PICTURES in watched else {}
    placed = [Shot(no, *span, vectors.get(no, ())) for no, span in enumerate(cut.spans())]
    return Sighting(content_id, input_hash, tuple(placed), tuple(_named(content_id, drafts)))


def _named(content_id: str, drafts: Iterable[Draft]) -> Iterator[Finding]:
    """Findings with ids, sorted by (start, kind, text)."""
    counted: Counter[tuple[str, str, int]] = Counter()
    for draft in sorted(drafts, key=_order):
        start, end = draft.span_us
        same = (draft.kind, draft.text, start)
        own = finding_id(content_id, *same, counted[same])
        counted[same] += 1
        yield Finding(
            own, draft.kind, draft.text, start, end, draft.seen.score, draft.best_pts_us, draft.seen.box, draft.most
        )


def _order(draft: Draft) -> tuple[Any, ...]:
    return (draft.span_us[0], draft.kind, draft.text, draft.span_us[1], draft.best_pts_us, draft.seen.box or ())


def _looks(table: pa.Table, column: str, sights: Sights, end_us: int) -> Looks:
    """The rows in which something was looked for, within the content."""
    there = table.filter(pc.is_valid(table[column]))
    rows = dict(zip(there["pts_us"].to_pylist(), there[column].to_pylist(), strict=True))
    pts_us = tuple(sorted(pts for pts in rows if 0 <= pts < end_us))
    return Looks(pts_us, tuple(tuple(sights(rows[pts])) for pts in pts_us))


def _things(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sight]:
    """One sight for each class: the surest box, and how many there are."""
    by_class = defaultdict(list)
    for row in rows:
        by_class[row["label"]].append(row)
    for label, own in sorted(by_class.items()):
        surest = max(own, key=lambda row: (row["score"], -row["top"], -row["left"]))
        yield Sight(label, surest["score"], _box(surest), len(own))


def _labelled(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sight]:
    yield from (Sight(row["label"], row["score"]) for row in rows)


def _lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sight]:
    """Lines with at least one letter or digit, from top to bottom, in one spacing."""
    lines = [Sight(" ".join(row["text"].split()), row["score"], _box(row)) for row in rows]
    readable = (line for line in lines if any(c.isalnum() for c in line.text))
    return iter(sorted(readable, key=lambda line: (line.box and (line.box[1], line.box[0]), line.text, line.score)))


def _box(row: Mapping[str, Any]) -> tuple[float, float, float, float]:
    return (row["left"], row["top"], row["width"], row["height"])


def _objects(looks: Looks, cut: Scenes) -> Iterator[Draft]:
    """A class is followed as a whole: who comes while another goes is not told apart."""
    for span in follow(looks, cut, _same_text):
        if len(span) > 1 or best(span).sight.score >= limits.OBJECT_SURE or len(looks.pts_us) == 1:
            yield _draft("object", span, looks, cut, most=max(seen.sight.count for seen in span))


def _texts(looks: Looks, cut: Scenes) -> Iterator[Draft]:
    """A line is followed under all of its readings; the surest one is kept."""
    for span in follow(looks, cut, same_line):
        if best(span).sight.score >= limits.TEXT_SURE:
            yield _draft("text", span, looks, cut)


def _same_text(going: Sequence[Span], shown: Sequence[Sight]) -> dict[int, int]:
    by_text = {span[-1].sight.text: index for index, span in enumerate(going)}
    return {index: by_text[sight.text] for index, sight in enumerate(shown) if sight.text in by_text}


def _draft(kind: FindingKind, span: Span, looks: Looks, cut: Scenes, most: int = 1) -> Draft:
    surest = best(span)
    return Draft(kind, surest.sight.text, extent(span, looks, cut), surest.sight, looks.pts_us[surest.look], most)


def _labels(looks: Looks, cut: Scenes) -> Iterator[Draft]:
    """What shots show: the surest labels of each, from its first to its last sighting."""
    by_shot: dict[int, dict[str, Span]] = defaultdict(lambda: defaultdict(list))
    watched = Counter(looks.shots(cut))
    for look, (no, shown) in enumerate(zip(looks.shots(cut), looks.shown, strict=True)):
        for seen in shown:
            by_shot[no][seen.text].append(Seen(look, seen))
    for no, found in sorted(by_shot.items()):
        pooled = {label: _pooled(span, watched[no]) for label, span in found.items()}
        sure = sorted((-chance, label) for label, chance in pooled.items() if chance >= limits.LABEL_SURE)
        for _, label in sure[: limits.LABELS_PER_SHOT]:
            yield _draft("label", found[label], looks, cut)


def _pooled(span: Span, looks: int) -> float:
    """Mean of the surest looks at a shot; a look that does not name the label counts as 0."""
    scores = sorted((seen.sight.score for seen in span), reverse=True)[: limits.LABEL_POOL]
    return sum(scores) / min(limits.LABEL_POOL, looks)


def _vectors(table: pa.Table, cut: Scenes) -> dict[int, tuple[int, ...]]:
    """Times whose pictures stand for each shot: its middle look, and its first and last where they differ."""
    there = table.filter(pc.is_valid(table["image_vector"]))
    order = pc.sort_indices(there["pts_us"])
    times = there["pts_us"].take(order).to_numpy()
    vectors = pc.list_flatten(there["image_vector"].take(order)).to_numpy().reshape(len(times), -1)
    by_shot: dict[int, list[int]] = defaultdict(list)
    for index, pts in enumerate(times):
        if 0 <= pts < cut.end_us:
            by_shot[cut.at(pts)].append(index)
    return {no: tuple(int(times[i]) for i in _standing(own, vectors)) for no, own in by_shot.items()}


def _standing(looks: Sequence[int], vectors: Floats) -> list[int]:
    chosen = [looks[len(looks) // 2]]
    for look in (looks[0], looks[-1]):
        if float(np.max(vectors[chosen] @ vectors[look])) < limits.PICTURE_LIKE:
            chosen.append(look)
    return sorted(chosen)
