"""Takes labelled files in, as `aima analyze` does, and tells what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aima.domain.media import Medium
from aima.evaluation.places import why_no_file
from aima.evaluation.truth import Truth
from aima.evaluation.workspace import Workspace
from aima.pipeline.progress import Listener
from aima.services.reports import FileReport


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What became of labelled files. media: by file, those that could be analysed. missing: reason by file."""

    media: Mapping[str, Medium] = field(default_factory=dict)
    files: Mapping[str, FileReport] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    cpu_s: float = 0.0

    @property
    def failed(self) -> dict[str, str]:
        """Reason by file."""
        refused = {file: reason(report) for file, report in self.files.items() if report.state != "done"}
        return dict(sorted((refused | dict(self.missing)).items()))


def take(
    workspace: Workspace,
    truth: Truth,
    files: Sequence[str],
    analyzers: Sequence[str],
    listener: Listener | None = None,
) -> Taken:
    """Analyze labelled files; what is not there or cannot be read is told and stops nothing.

    Raises:
        ModelMissing: before anything starts, if a model is not built.
        ArchiveDamaged: what was written a moment ago cannot be read.
    """
    paths = {file: truth.folder / file for file in files}
    why = {file: why_no_file(path) for file, path in paths.items()}
    there = {file: path for file, path in paths.items() if why[file] is None}
    missing = {file: f"media_missing: {file} {cause}" for file, cause in why.items() if cause is not None}
    if not there:
        return Taken(missing=missing)
    done = workspace.analyses.analyze(list(there.values()), {name: {} for name in analyzers}, listener)
    reports = {report.path: report for report in done.files}
    told = {file: reports[str(path)] for file, path in there.items()}
    return Taken(_media(workspace, told), told, missing, sum(done.cpu_s.values()))


def reason(report: FileReport) -> str:
    """Why a file failed, or what was left out of it."""
    return f"{report.code}: {report.detail}"


def _media(workspace: Workspace, files: Mapping[str, FileReport]) -> dict[str, Medium]:
    known = {medium.media_id: medium for medium in workspace.stores.media.all()}
    return {
        file: known[report.media_id] for file, report in files.items() if report.state == "done" and report.media_id
    }
