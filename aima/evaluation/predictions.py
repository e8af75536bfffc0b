"""Answers as files, in the input formats of an independent scorer."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aima.domain.text import display
from aima.errors import OutputRefused
from aima.evaluation.answers import Answers, Persons

if TYPE_CHECKING:
    from aima.evaluation.run import Evaluation

MARKER: Final = "predictions.json"
"""Says that a folder was written here, from which evaluation, and with which parts."""

BOX: Final = ("left", "top", "width", "height")


def write_predictions(evaluation: Evaluation, folder: Path) -> Path:
    """Write a folder of predictions, whole or not at all, and give its path; an earlier one is replaced.

    Only measured parts are written. A clip or picture that could not be looked at stands there as one without persons
    or faces.

    Raises:
        OutputRefused: something else stands there, or nothing can be written there.
    """
    target = folder.expanduser().absolute()
    check_replaceable(target)
    try:
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            for name, content in _documents(evaluation):
                _write(fresh / name, content)
            _exchange(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise OutputRefused(f"{display(str(target))}: {error.strerror}", "choose another folder") from error
    return target


def check_replaceable(target: Path) -> None:
    """Refuse what is no folder of predictions, before work is spent on new ones.

    Raises:
        OutputRefused: a file, a folder that holds something else, or one that cannot be written.
    """
    is_ours = not target.exists() or (target / MARKER).is_file() or (target.is_dir() and not any(target.iterdir()))
    if not is_ours:
        raise OutputRefused(f"{display(str(target))} is there and holds no predictions", "choose another folder")
    check_writable(target)


def check_writable(path: Path) -> None:
    """Refuse a place where no file can be written, before work is spent on what it should hold.

    Raises:
        OutputRefused: the directory cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        raise OutputRefused(f"{display(str(path))}: {error.strerror}", "choose another place") from error


def _exchange(fresh: Path, target: Path) -> None:
    """Put a finished folder in its place; what was there goes to a name beside it and then away."""
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    target.rename(old / "old")
    try:
        fresh.rename(target)
    except OSError:
        (old / "old").rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _documents(evaluation: Evaluation) -> Iterator[tuple[str, Any]]:
    """Names and contents of the files."""
    report, answers, truth = evaluation.report, evaluation.answers, evaluation.truth
    if report.faces is not None:
        yield "faces.json", answers.pairs
    if report.identities is not None:
        yield "bcubed_faces.json", answers.identities
    if report.boxes is not None:
        yield "boxes.json", _boxes(answers)
    if report.counts is not None:
        yield "counts.json", answers.counts
    if report.emotion is not None:
        yield "emotion.json", answers.expressions
    if report.persons is not None:
        for name in report.persons.clips:
            yield f"persons/{name}.json", {"persons": _persons(answers.persons.get(name, {}))}
    if report.cuts is not None:
        for name in report.cuts.clips:
            yield f"cuts/{name}.json", {"cuts": answers.cuts.get(name, ())}
    yield MARKER, {"folder": str(truth.folder), "made_at": report.made_at.isoformat(), "version": report.version}


def _boxes(answers: Answers) -> dict[str, list[dict[str, float]]]:
    return {file: [dict(zip(BOX, box, strict=True)) for box in boxes] for file, boxes in answers.boxes.items()}


def _persons(persons: Persons) -> list[dict[str, Any]]:
    return [{"id": person, "intervals": intervals} for person, intervals in sorted(persons.items())]


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True), "utf-8")
