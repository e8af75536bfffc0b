"""What looking costs: CPU time per analysed frame, by size of the picture and by analyzer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aima.domain.media import Medium
from aima.evaluation.report import Cost
from aima.services.fusion import Watched


@dataclass(frozen=True, slots=True)
class Spent:
    """One content, and the CPU seconds that it took by analyzer, and of decoding."""

    medium: Medium
    watched: Watched
    cpu_s: Mapping[str, float]


def costs(spent: Iterable[Spent]) -> tuple[Cost, ...]:
    """Means over all frames of the media of one kind and displayed size; videos first, then by area."""
    groups: dict[tuple[bool, int, int, int], list[Spent]] = defaultdict(list)
    for one in spent:
        info = one.medium.info
        if one.watched.frames:
            groups[info.kind != "video", info.width * info.height, info.width, info.height].append(one)
    return tuple(_cost(group) for _, group in sorted(groups.items()))


def _cost(group: Sequence[Spent]) -> Cost:
    info = group[0].medium.info
    frames = sum(one.watched.frames for one in group)
    total: Counter[str] = Counter()
    for one in group:
        total.update(one.cpu_s)
    by_analyzer = {name: 1000 * seconds / frames for name, seconds in sorted(total.items())}
    return Cost(
        kind=info.kind,
        size=f"{info.width}x{info.height}",
        files=len(group),
        frames=frames,
        faces=sum(one.watched.faces for one in group) / frames,
        ms_per_frame={name: round(ms, 2) for name, ms in by_analyzer.items()},
        total=round(sum(by_analyzer.values()), 2),
    )
