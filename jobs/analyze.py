"""Analyze the media of a manifest as a Ray job.

    eval "$(aima env)"
    ray job submit -- python "$PWD/jobs/analyze.py" MANIFEST.json

MANIFEST is JSON: {"paths": ["/archive/a.mp4", ...], "analyzers": {"face_detector": {}, ...}}; without "analyzers"
the default ones run. The report is printed as JSON; the exit code is 3 if a file was not analyzed whole.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from aima.analyzers.registry import DEFAULT
from aima.bootstrap import open_services
from aima.cli.analyze import report_json
from aima.cli.output import emit_json, report_error
from aima.cli.services import follow
from aima.errors import AimaError, SettingInvalid
from aima.pipeline.progress import Progress
from aima.settings import load_settings


class Manifest(BaseModel):
    """What to analyze, and with which analyzers and options."""

    paths: list[Path] = Field(min_length=1)
    analyzers: dict[str, dict[str, object]] = {name: {} for name in DEFAULT}


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        SettingInvalid: it cannot be read, or is no manifest.
    """
    try:
        return Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise SettingInvalid(f"{path} is no manifest: {reason}", 'write {"paths": ["..."]}') from error


def tell(moment: Progress) -> None:
    """One line of progress for the job's log."""
    line = {
        "done_s": round(moment.done_s, 1),
        "total_s": round(moment.total_s, 1),
        "rate": round(moment.rate, 2),
    }
    sys.stderr.write(json.dumps({"progress": line}) + "\n")


def main(arguments: list[str]) -> int:
    """Run the job; returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write((__doc__ or "") + "\n")
        return 2
    try:
        manifest = read_manifest(Path(arguments[0]))
        with open_services(load_settings()) as services:
            report = services.analyses.analyze(manifest.paths, manifest.analyzers, tell)
            follow(services)
    except AimaError as error:
        report_error(error, as_json=True)
        return error.exit_code
    emit_json(report_json(report))
    return 0 if report.whole else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
