"""What looking costs: CPU time per analysed frame, by size of the picture and by analyzer; and what listening does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aima.domain.clock import seconds
from aima.domain.media import Medium
from aima.evaluation.report import Cost
from aima.evaluation.taking import Taken
from aima.services.fusion import Watched


@dataclass(frozen=True, slots=True)
class Spent:
    """One content, and the CPU seconds that it took by analyzer, and of decoding."""

    medium: Medium
    watched: Watched
    cpu_s: Mapping[str, float]


def costs(spent: Iterable[Spent]) -> tuple[Cost, ...]:
    """Means over all frames: of the videos of each displayed size, by area, and of all pictures together."""
    groups: dict[tuple[bool, int, int, int], list[Spent]] = defaultdict(list)
    for one in spent:
        info = one.medium.info
        size = (info.width * info.height, info.width, info.height) if info.kind == "video" else (0, 0, 0)
        if one.watched.frames:
            groups[info.kind != "video", *size].append(one)
    return tuple(_cost(group) for _, group in sorted(groups.items()))


def sound_costs(taken: Taken) -> tuple[dict[str, float] | None, float]:
    """CPU seconds per second of sound: total, by analyzer and of decoding, None without sound; and how much it was.

    Every content counts once, though several files may hold it, and only if something was analysed in it.
    """
    contents = {medium.content_id: (medium, taken.files[file].cpu_s) for file, medium in taken.media.items()}
    heard = [(medium, spent) for medium, spent in contents.values() if spent]
    lasts = sum(seconds(medium.info.duration_us) for medium, _ in heard)
    if not lasts:
        return None, 0.0
    total: Counter[str] = Counter()
    for _, spent in heard:
        total.update(spent)
    by_analyzer = {name: round(cpu_s / lasts, 4) for name, cpu_s in sorted(total.items())}
    return {"total": round(sum(total.values()) / lasts, 4), **by_analyzer}, lasts


def _cost(group: Sequence[Spent]) -> Cost:
    frames = sum(one.watched.frames for one in group)
    total: Counter[str] = Counter()
    for one in group:
        total.update(one.cpu_s)
    by_analyzer = {name: 1000 * seconds / frames for name, seconds in sorted(total.items())}
    return Cost(
        kind=group[0].medium.info.kind,
        size=_size(group),
        files=len(group),
        frames=frames,
        faces=round(sum(one.watched.faces for one in group) / frames, 2),
        ms_per_frame={name: round(ms, 2) for name, ms in by_analyzer.items()},
        total=round(sum(by_analyzer.values()), 2),
    )


def _size(group: Sequence[Spent]) -> str:
    """The smallest and the largest, if they are not the same."""
    sizes = sorted(
        {(one.medium.info.width, one.medium.info.height) for one in group}, key=lambda size: size[0] * size[1]
    )
    return " - ".join(f"{width}x{height}" for width, height in dict.fromkeys((sizes[0], sizes[-1])))
