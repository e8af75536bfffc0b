"""How an analysis ended: file by file, in words that say what to do."""

from __future__ import annotations

import mimetypes
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from aima.domain.media import Medium, Segment
from aima.errors import MediaError, MediaUnknown
from aima.pipeline.task import Failure, Finished, Outcome
from aima.services.fusion import FusionReport
from aima.services.sightings import SightingReport

REMEDIES = {
    "partial": "copy it again from where it came",
    "disk_full": "free some space and repeat: what was analysed is kept",
    "decoder_died": "repeat, or raise AIMA_MEDIA__CHILD_MEMORY_MB and AIMA_MEDIA__CHILD_CPU_S",
    "nothing_to_see": "",
}


@dataclass(frozen=True, slots=True)
class FileReport:
    """How one file ended. Skipped: found in a folder, and neither by name nor by content a medium.

    known: there were observations before, and none was missing. code, detail, remedy: why it failed, or what is left
    out. cpu_s: CPU seconds that its content took this time, by analyzer, and of decoding.
    """

    path: str
    state: Literal["done", "failed", "skipped"]
    known: bool = False
    media_id: str | None = None
    code: str | None = None
    detail: str | None = None
    remedy: str = ""
    cpu_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Nothing that should have been analysed was left out."""
        return self.state != "failed" and self.code != "partial"

    def at(self, path: Path) -> FileReport:
        """The same for a file that holds the same bytes."""
        return replace(self, path=str(path))


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """How an analysis ended. `cpu_s`: CPU seconds by analyzer, and of decoding.

    sightings: what is seen beside faces, as far as it was new.
    """

    files: tuple[FileReport, ...]
    segments: int
    cpu_s: dict[str, float]
    fusion: FusionReport
    sightings: SightingReport = field(default_factory=SightingReport)

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that failed."""
        return tuple(f for f in self.files if f.state == "failed")

    @property
    def whole(self) -> bool:
        """Every file was analysed to its end."""
        return all(f.whole for f in self.files)


@dataclass
class Tally:
    """What came in of the runs over the tasks of one analysis. `spent`: CPU seconds by content and analyzer."""

    failures: dict[tuple[str, int], Failure] = field(default_factory=dict)
    problems: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    spent: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def cpu_s(self) -> dict[str, float]:
        """CPU seconds by analyzer, and of decoding, over all contents."""
        total: Counter[str] = Counter()
        for seconds in self.spent.values():
            total.update(seconds)
        return dict(total)

    def see(self, outcome: Outcome) -> None:
        """Take an outcome into account."""
        if isinstance(outcome, Failure):
            self.failures[outcome.segment.content_id, outcome.segment.no] = outcome
        elif isinstance(outcome, Finished):
            self._spend(outcome.segment.content_id, "decode", outcome.decode_cpu_s)
            for receipt in outcome.receipts:
                self._spend(receipt.key.content_id, receipt.key.analyzer, receipt.cpu_s)
                noted = [{"code": p.code, "analyzer": p.source, "detail": p.detail} for p in receipt.problems]
                self.problems.setdefault(receipt.key.content_id, []).extend(noted)

    def _spend(self, content_id: str, name: str, seconds: float) -> None:
        own = self.spent.setdefault(content_id, {})
        own[name] = own.get(name, 0.0) + seconds


def refused(path: Path, error: MediaError, named: bool) -> FileReport:
    """The report of a file that was not let in; `named`: the user asked for this very file."""
    report = FileReport(str(path), "failed", code=error.code, detail=error.message, remedy=error.remedy)
    if isinstance(error, MediaUnknown) and not named and not _looks_like_media(path):
        return replace(report, state="skipped", remedy="")
    return report


def _looks_like_media(path: Path) -> bool:
    kind, _ = mimetypes.guess_type(path.name)
    return kind is not None and kind.partition("/")[0] in {"video", "audio", "image"}


def ended(
    medium: Medium, segments: Sequence[Segment], left: set[tuple[str, int]], tally: Tally, known: bool
) -> FileReport:
    """The report of a medium, `left` being the segments that are not done."""
    spent = dict(tally.spent.get(medium.content_id, {}))
    report = FileReport(medium.path, "done", known, medium.media_id, cpu_s=spent)
    missing = [s.no for s in segments if (s.content_id, s.no) in left]
    if not missing:
        code, detail = _left_out(medium, tally.problems.get(medium.content_id, []))
        return replace(report, code=code, detail=detail, remedy=REMEDIES.get(code or "", ""))
    failure = tally.failures.get((medium.content_id, missing[0]))
    code = failure.code if failure else "worker_died"
    why = failure.detail if failure else "the worker died while it was at it"
    detail = f"{medium.filename}: {len(missing)} of {len(segments)} segments failed: {why}"
    remedy = REMEDIES.get(code, "repeat: only what is missing runs")
    return replace(report, state="failed", known=False, code=code, detail=detail, remedy=remedy)


def _left_out(medium: Medium, problems: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    if medium.info.kind == "audio":
        return "nothing_to_see", f"{medium.filename} is sound only: this version analyses pictures"
    if medium.info.partial:
        reason = medium.info.details.get("warning", "it is truncated or damaged")
        return "partial", f"{medium.filename}: {reason}; what could be read was analysed"
    if problems:
        return str(problems[0]["code"]), f"{len(problems)} problems, the first: {problems[0]['detail']}"
    return None, None
