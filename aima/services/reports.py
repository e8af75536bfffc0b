"""How an analysis ended: file by file, in words that say what to do."""

from __future__ import annotations

import mimetypes
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from aima.domain.job import Job
from aima.domain.media import Medium, Stream
from aima.domain.queue import SegmentFailure
from aima.errors import MediaError, MediaUnknown
from aima.services.fusion import FusionReport
from aima.services.hearings import HearingReport
from aima.services.sightings import SightingReport

REMEDIES = {
    "partial": "copy it again from where it came",
    "disk_full": "free some space and repeat: what was analysed is kept",
    "decoder_died": "repeat, or raise AIMA_MEDIA__CHILD_MEMORY_MB and AIMA_MEDIA__CHILD_CPU_S",
    "nothing_fits": "see which analyzers there are: aima analyze --help",
    "archive_damaged": "analyze its medium again: what is damaged is observed anew",
}
REPEAT = "repeat: only what is missing runs"


@dataclass(frozen=True, slots=True)
class FileReport:
    """How one file ended. Skipped: found in a folder, and neither by name nor by content a medium. Queued: nobody waits
    for it.

    known: there were observations before, and none was missing. code, detail, remedy: why it failed, or what is left
    out. cpu_s: CPU seconds that its content took this time, by analyzer, and of decoding. job_id: of the job that was
    made for it, or that was open already.
    """

    path: str
    state: Literal["done", "failed", "skipped", "queued"]
    known: bool = False
    media_id: str | None = None
    code: str | None = None
    detail: str | None = None
    remedy: str = ""
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    job_id: str | None = None

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

    sightings: what is seen beside faces, as far as it was new; hearings: what is heard.
    """

    files: tuple[FileReport, ...]
    segments: int
    cpu_s: dict[str, float]
    fusion: FusionReport
    sightings: SightingReport = field(default_factory=SightingReport)
    hearings: HearingReport = field(default_factory=HearingReport)

    @property
    def failed(self) -> tuple[FileReport, ...]:
        """The files that failed."""
        return tuple(f for f in self.files if f.state == "failed")

    @property
    def whole(self) -> bool:
        """Every file was analysed to its end."""
        return all(f.whole for f in self.files)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a job ends, in words for whoever asked for it."""

    state: Literal["done", "failed"]
    code: str | None = None
    detail: str | None = None
    problems: tuple[dict[str, Any], ...] = ()


def refused(path: Path, error: MediaError, named: bool) -> FileReport:
    """The report of a file that was not let in; `named`: the user asked for this very file."""
    report = FileReport(str(path), "failed", code=error.code, detail=error.message, remedy=error.remedy)
    if isinstance(error, MediaUnknown) and not named and not _looks_like_media(path):
        return replace(report, state="skipped", remedy="")
    return report


def _looks_like_media(path: Path) -> bool:
    kind, _ = mimetypes.guess_type(path.name)
    return kind is not None and kind.partition("/")[0] in {"video", "audio", "image"}


def judged(
    medium: Medium,
    segments: int,
    left: Collection[tuple[Stream, int]],
    failures: Sequence[SegmentFailure],
    problems: Sequence[dict[str, Any]],
) -> Verdict:
    """How a job ends.

    segments: how many its content has of the streams that are analysed. left: stream and number of those that are not
    done. failures: why. problems: what was noted in those that are.
    """
    noted = (*_unheard(medium), *problems)
    if not left:
        return Verdict("done", *_left_out(medium, segments, noted), noted)
    known = {(failure.stream, failure.segment_no): failure for failure in reversed(failures)}
    first = known.get(min(left))
    code = first.code if first else "interrupted"
    why = first.detail if first else "it was broken off"
    detail = f"{medium.filename}: {len(left)} of {segments} segments failed: {why}"
    return Verdict("failed", code, detail, noted)


def told(medium: Medium, job: Job, cpu_s: Mapping[str, float]) -> FileReport:
    """The report of a medium whose job has ended, or waits to."""
    report = FileReport(
        medium.path, "done", media_id=medium.media_id, job_id=job.job_id, code=job.code, detail=job.detail, cpu_s=cpu_s
    )
    match job.state:
        case "done":
            return replace(report, remedy=REMEDIES.get(job.code or "", ""))
        case "failed":
            return replace(report, state="failed", remedy=REMEDIES.get(job.code or "", REPEAT))
        case "cancelled":
            return replace(
                report, state="failed", code="cancelled", detail=f"{medium.filename}: was cancelled", remedy=REPEAT
            )
    return replace(report, state="queued")


def known(medium: Medium, segments: int) -> FileReport:
    """The report of a medium in which nothing is missing. segments: see `judged`."""
    code, detail = _left_out(medium, segments, ())
    return FileReport(medium.path, "done", True, medium.media_id, code, detail, REMEDIES.get(code or "", ""))


def _unheard(medium: Medium) -> Iterator[dict[str, Any]]:
    """Why sound that is in a medium is not analysed."""
    problem = medium.info.details.get("sound_problem")
    if problem is not None:
        yield {"code": "sound_undecodable", "analyzer": "media", "detail": f"its sound is left out: {problem}"}


def _left_out(medium: Medium, segments: int, problems: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    if not segments:
        lacks, wanted = ("pictures", "see") if medium.info.kind == "audio" else ("sound that can be heard", "hear")
        return "nothing_fits", f"{medium.filename} has no {lacks}, and all analyzers of this analysis {wanted}"
    if medium.info.partial:
        reason = medium.info.details.get("warning", "it is truncated or damaged")
        return "partial", f"{medium.filename}: {reason}; what could be read was analysed"
    if problems:
        return str(problems[0]["code"]), f"{len(problems)} problems, the first: {problems[0]['detail']}"
    return None, None
