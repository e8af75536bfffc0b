"""Answers as files, in the input formats of an independent scorer."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aima.domain.text import display
from aima.domain.track import Box
from aima.errors import OutputRefused
from aima.evaluation.answers import Persons
from aima.evaluation.places import MISSING, why_no_file
from aima.services.transcripts import write

if TYPE_CHECKING:
    from aima.evaluation.run import Evaluation

MARKER: Final = "predictions.json"
"""Says that a folder was written here, which files in it, and from which evaluation."""
WRITER: Final = "aima eval"

BOX: Final = ("left", "top", "width", "height")


def write_predictions(evaluation: Evaluation, folder: Path) -> Path:
    """Write a folder of predictions, whole or not at all, and give its path; an earlier one is replaced.

    Only measured parts are written. A clip or picture that could not be looked at stands there as one without persons,
    cuts or faces; where it should show an expression, or be one of the same person, it is left out: so it is missing.

    Raises:
        OutputRefused: something else stands there, or nothing can be written there.
    """
    check_replaceable(folder)
    try:
        target = folder.resolve()
        fresh = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
        try:
            _fill(fresh, evaluation)
            _exchange(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise refusal(folder, error) from error
    return target


def check_replaceable(folder: Path) -> None:
    """Refuse what is no folder of predictions, before work is spent on new ones. A link stands for what it leads to.

    Raises:
        OutputRefused: a file, a folder that holds something else, one of another disk, or one that cannot be written.
    """
    try:
        target = folder.resolve()
        is_mounted = target.is_mount()
        is_ours = is_mounted or not target.exists() or (target.is_dir() and _is_ours(target))
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        raise refusal(folder, error) from error
    if is_mounted:
        raise OutputRefused(f"{display(str(folder))} is the root of a disk", "choose a folder in it")
    if not is_ours:
        raise OutputRefused(
            f"{display(str(folder))} is there and holds no predictions, or more than them", "choose another folder"
        )
    _check_writable(target.parent, folder)


def check_writable(path: Path) -> None:
    """Refuse a place where no file can be written, before work is spent on what it should hold.

    Raises:
        OutputRefused: it is a folder or a device, or the folder that it lies in cannot be made or written.
    """
    if (why := why_no_file(path)) not in (None, MISSING):
        raise OutputRefused(f"{display(str(path))} {why}", "give the path of a file")
    _check_writable(path.parent, path)


def refusal(path: Path, error: OSError | RuntimeError) -> OutputRefused:
    """What is said of a place that cannot be written."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return OutputRefused(f"{display(str(path))}: {display(why)}", "choose another place")


def _check_writable(parent: Path, path: Path) -> None:
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=parent):
            return
    except OSError as error:
        raise refusal(path, error) from error


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty, or holds what its marker says that was written here, and nothing else."""
    written = {Path(name) for name in _written(folder / MARKER)}
    if not written:
        return not any(folder.iterdir())
    there = {path.relative_to(folder): path.is_symlink() for path in folder.rglob("*")}
    return there.keys() <= written | {path.parent for path in written} and not any(there.values())


def _written(marker: Path) -> list[str]:
    """The files that a marker of ours names, with itself; none if it is no such marker."""
    try:
        said = json.loads(marker.read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    match said:
        case {"written_by": str(writer), "files": [*files]} if writer == WRITER:
            return [MARKER, *(file for file in files if isinstance(file, str))]
    return []


def _exchange(fresh: Path, target: Path) -> None:
    """Put a finished folder in its place; what was there goes to a name beside it and then away."""
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    target.rename(old / "old")
    try:
        fresh.rename(target)
    except BaseException:
        (old / "old").rename(target)
        old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _fill(folder: Path, evaluation: Evaluation) -> None:
    documents = dict(_documents(evaluation))
    for name, content in documents.items():
        _write(folder / name, content)
    report = evaluation.report
    made = {"folder": report.folder, "made_at": report.made_at.isoformat(), "version": report.version}
    _write(folder / MARKER, {"written_by": WRITER, "files": sorted(documents), **made})


def _documents(evaluation: Evaluation) -> Iterator[tuple[str, Any]]:
    """Names and contents of the files; bytes as they are, the rest as JSON."""
    yield from _sounds(evaluation)
    report, answers, truth = evaluation.report, evaluation.answers, evaluation.truth
    if report.faces is not None:
        yield "faces.json", answers.pairs
    if report.identities is not None:
        yield "bcubed_faces.json", answers.identities
    if report.boxes is not None:
        yield "boxes.json", {file: _boxes(answers.boxes.get(file, ())) for file in truth.boxes}
    if report.counts is not None:
        yield "counts.json", {file: answers.counts.get(file, 0) for file in truth.counts}
    if report.emotion is not None:
        yield "emotion.json", answers.expressions
    if report.persons is not None:
        for name in report.persons.clips:
            yield f"persons/{name}.json", {"persons": _persons(answers.persons.get(name, {}))}
    if report.cuts is not None:
        for name in report.cuts.clips:
            yield f"cuts/{name}.json", {"cuts": answers.cuts.get(name, ())}


def _sounds(evaluation: Evaluation) -> Iterator[tuple[str, Any]]:
    report, sounds, truth = evaluation.report, evaluation.answers.sounds, evaluation.truth
    if report.wer is not None:
        yield "wer.json", sounds.texts
    if report.der is not None:
        for name in report.der.files:
            yield f"der/{name}.rttm", write(sounds.talks[name], name, "rttm") if name in sounds.talks else b""
    if report.voices is not None and truth.voice_pairs:
        yield "voices.json", sounds.voices.similarities
    if report.voices is not None and report.voices.groups is not None:
        yield "bcubed_voices.json", sounds.voices.groups
    if report.retrieval is not None:
        yield "retrieval.json", sounds.found
    if report.association is not None:
        yield "association.json", {clip.file: {"face": sounds.speaking.get(clip.file)} for clip in truth.speaking}


def _boxes(boxes: Iterable[Box]) -> list[dict[str, float]]:
    return [dict(zip(BOX, box, strict=True)) for box in boxes]


def _persons(persons: Persons) -> list[dict[str, Any]]:
    return [{"id": person, "intervals": intervals} for person, intervals in sorted(persons.items())]


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    data = content if isinstance(content, bytes) else json.dumps(content, indent=1, sort_keys=True).encode()
    path.write_bytes(data)
