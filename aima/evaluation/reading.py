"""Reads the labels of a folder that is laid out like a set of test media: `truth/` beside the media."""

from __future__ import annotations

import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, NonNegativeInt, TypeAdapter, ValidationError, model_validator

from aima.domain.text import display
from aima.errors import LabelsInvalid
from aima.evaluation.truth import Clip, Expression, Pair, TrueBox, Truth

T = TypeVar("T")
MEDIA = ("video", "audio")
PAIRS = TypeAdapter(tuple[Pair, ...])
IDENTITIES = TypeAdapter(Mapping[str, tuple[str, ...]])
BOXES = TypeAdapter(Mapping[str, tuple[TrueBox, ...]])
COUNTS = TypeAdapter(Mapping[str, NonNegativeInt])
EXPRESSIONS = TypeAdapter(tuple[Expression, ...])


class _Labels(Clip):
    """A clip as its file has it: persons in a list, or their intervals by id with the optional ones beside them."""

    name: str = ""

    @model_validator(mode="before")
    @classmethod
    def _in_one_form(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        persons = given.get("persons")
        if isinstance(persons, dict):
            return given | {"persons": _side_by_side(persons, given.get("optional"))}
        return given | {"persons": [_required(p) for p in persons]} if isinstance(persons, list) else given


LABELS = TypeAdapter(_Labels)


def read_truth(folder: Path) -> Truth:
    """Every label of a folder; parts that have none are empty.

    Raises:
        LabelsInvalid: no labels, labels that are malformed, or that point outside of the folder.
    """
    labels = folder / "truth"
    truth = Truth(
        folder=folder,
        pairs=_read(labels / "face_pairs.json", PAIRS) or (),
        identities=_read(labels / "face_identities.json", IDENTITIES) or {},
        boxes=_read(labels / "face_boxes.json", BOXES) or {},
        counts=_read(labels / "face_counts.json", COUNTS) or {},
        expressions=_read(labels / "expression_labels.json", EXPRESSIONS) or (),
        clips=_clips(folder, labels),
    )
    if not truth.files:
        raise LabelsInvalid(
            f"{display(str(folder))} holds no labels of faces or persons",
            "give a folder with truth/*.json beside its media",
        )
    _check_inside(folder, truth.files)
    return truth


def _read(path: Path, form: TypeAdapter[T]) -> T | None:
    """What a file of labels holds; None if there is none."""
    if not path.exists():
        return None
    try:
        return form.validate_json(path.read_bytes())
    except ValidationError as error:
        raise _malformed(path, error) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _malformed(path: Path, error: ValidationError) -> LabelsInvalid:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the document"
    return LabelsInvalid(f"{display(str(path))}: {display(where)}: {first['msg']}", "correct the labels")


def _unreadable(path: Path, error: OSError) -> LabelsInvalid:
    return LabelsInvalid(f"{display(str(path))} cannot be read: {error.strerror}", "check its owner and mode")


def _clips(folder: Path, labels: Path) -> dict[str, Clip]:
    """Clips by name. Those of sound only are left out: nothing is to be seen in them."""
    paths = sorted([*labels.glob("*.truth.json"), *(labels / "video").rglob("*.json")])
    stems = Counter(_stem(path) for path in paths)
    where = _Places(folder)
    clips = {}
    for path in paths:
        name = _stem(path) if stems[_stem(path)] == 1 else _long_name(path, labels)
        labelled = _read(path, LABELS)
        if labelled is not None and _kind(file := where.find(labelled.file, path)) != "audio":
            said = {field: getattr(labelled, field) for field in labelled.model_fields_set}
            clips[name] = Clip(**(said | {"name": name, "file": file}))
    return clips


def _side_by_side(required: dict[str, Any], optional: Any) -> list[dict[str, Any]]:
    """Persons whose intervals lie in two tables, as a list."""
    beside = optional if isinstance(optional, dict) else {}
    ids = [*required, *(i for i in beside if i not in required)]
    return [{"id": i, "required": required.get(i, ()), "optional": beside.get(i, ())} for i in ids]


def _required(person: Any) -> Any:
    """A person whose intervals, if nothing else is said of them, must be found."""
    return {"required": person.get("intervals", ()), **person} if isinstance(person, dict) else person


def _stem(path: Path) -> str:
    return path.name.removesuffix(".json").removesuffix(".truth")


def _long_name(path: Path, labels: Path) -> str:
    return "-".join([*path.relative_to(labels).parent.parts, _stem(path)])


class _Places:
    """Finds the medium of a clip, whose labels may have been written before it got its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed = _listed(folder / "MANIFEST.json")

    def find(self, file: str, labels: Path) -> str:
        """The path in the folder: as it stands in the labels, by their name, or by the manifest."""
        if _is_inside(self._folder, file) and (self._folder / file).is_file():
            return file
        listed = self._listed.get(labels.relative_to(self._folder).as_posix())
        if listed is not None:
            return listed
        return next(self._named(Path(file).name, _stem(labels)), file)

    def _named(self, name: str, stem: str) -> Iterator[str]:
        """Media below the folder that bear the name of the file or that of its labels, videos first."""
        for below in (self._folder / "video", self._folder):
            for path in sorted(below.rglob("*")):
                if (path.name == name or path.stem == stem) and _kind(path.name) in MEDIA and path.is_file():
                    yield path.relative_to(self._folder).as_posix()


class _Listed(BaseModel):
    name: str
    truth: Any = None


def _listed(manifest: Path) -> Mapping[str, str]:
    """Media by the labels that a manifest names for them."""
    entries = _read(manifest, TypeAdapter(tuple[_Listed, ...])) or ()
    named = ((entry.truth.get("file"), entry.name) for entry in entries if isinstance(entry.truth, dict))
    return {str(labels): name for labels, name in named if labels}


def _kind(file: str) -> str:
    """ "video", "audio" or another kind, by the name."""
    return (mimetypes.guess_type(file)[0] or "").partition("/")[0]


def _check_inside(folder: Path, files: Iterable[str]) -> None:
    for file in files:
        if not _is_inside(folder, file):
            raise LabelsInvalid(
                f"the labels name {display(file)}, which lies outside of {display(str(folder))}",
                "name files relative to the folder",
            )


def _is_inside(folder: Path, file: str) -> bool:
    """Whether a path stays in the folder as it is written; links in it are the owner's own affair."""
    path = Path(file)
    return bool(file) and "\0" not in file and not path.is_absolute() and ".." not in path.parts
