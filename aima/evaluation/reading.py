"""Reads the labels of a folder that is laid out like a set of test media: `truth/` beside the media.

Whose face speaks may also stand beside the clips themselves, in `association.json`.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import NonNegativeInt, TypeAdapter, ValidationError, model_validator

from aima.domain.text import display
from aima.errors import LabelsInvalid
from aima.evaluation.places import COMPOSED, Places, is_inside
from aima.evaluation.talks import read_talks
from aima.evaluation.truth import Clip, Expression, Pair, Query, SpeakingClip, Transcript, TrueBox, Truth

T = TypeVar("T")
PAIRS = TypeAdapter(tuple[Pair, ...])
IDENTITIES = TypeAdapter(Mapping[str, tuple[str, ...]])
BOXES = TypeAdapter(Mapping[str, tuple[TrueBox, ...]])
COUNTS = TypeAdapter(Mapping[str, NonNegativeInt])
EXPRESSIONS = TypeAdapter(tuple[Expression, ...])
TRANSCRIPTS = TypeAdapter(tuple[Transcript, ...])
QUERIES = TypeAdapter(tuple[Query, ...])
SPEAKING = TypeAdapter(tuple[SpeakingClip, ...])
ASSOCIATION: Final = "association.json"


class _Labels(Clip):
    """A clip as its file has it: persons in a list, or their intervals by id with the optional ones beside them."""

    name: str = ""
    width: Any = None
    height: Any = None

    @property
    def has_size(self) -> bool:
        """Whether they say how large the picture is."""
        return self.width is not None or self.height is not None

    @model_validator(mode="before")
    @classmethod
    def _in_one_form(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        given = _said(given)
        persons = given.get("persons")
        if isinstance(persons, dict):
            return given | {"persons": _side_by_side(_said(persons), given.get("optional"))}
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
        transcripts=_read(labels / "transcripts.json", TRANSCRIPTS) or (),
        voice_pairs=_read(labels / "voice_pairs.json", PAIRS) or (),
        speakers=_read(labels / "speaker_identities.json", IDENTITIES) or {},
        talks=read_talks(folder, labels),
        queries=_read(labels / "queries.json", QUERIES) or (),
        speaking=_read(labels / ASSOCIATION, SPEAKING) or _read(folder / ASSOCIATION, SPEAKING) or (),
    )
    if not truth.files:
        raise LabelsInvalid(
            f"{display(str(folder))} holds no labels of faces, persons or speech",
            "give a folder with truth/*.json beside its media",
        )
    _check_inside(folder, truth.files)
    return truth


def _read(path: Path, form: TypeAdapter[T]) -> T | None:
    """What a file of labels holds; None if there is none."""
    try:
        return form.validate_json(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        raise _malformed(path, error) from error
    except (FileNotFoundError, NotADirectoryError):
        return None
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
    places = Places(folder)
    clips = {}
    for name, path in _named(labels).items():
        labelled = _read(path, LABELS)
        if labelled is None:
            continue
        file = places.find(labelled.file, path)
        if not places.is_sound(file, path, has_size=labelled.has_size):
            said = {field: getattr(labelled, field) for field in labelled.model_fields_set}
            clips[name] = Clip(**(said | {"name": name, "file": file}))
    return clips


def _named(labels: Path) -> dict[str, Path]:
    """Labels of clips by the name of the clip: their own, or with their folders where several bear it."""
    found = [*labels.glob(f"*{COMPOSED}"), *(labels / "video").rglob("*.json")]
    paths = sorted(path for path in found if not _is_hidden(path.relative_to(labels)))
    stems = Counter(_stem(path) for path in paths)
    named: dict[str, Path] = {}
    for path in paths:
        name = _stem(path) if stems[_stem(path)] == 1 else _long_name(path, labels)
        if name in named:
            raise LabelsInvalid(
                f"{display(str(path))} and {display(str(named[name]))} would both be called {display(name)}",
                "give the labels of one of them another name",
            )
        named[name] = path
    return named


def _is_hidden(path: Path) -> bool:
    """Whether it is what systems leave beside files, like `._a.json`."""
    return any(part.startswith(".") for part in path.parts)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    """What is said: null says nothing."""
    return {key: value for key, value in given.items() if value is not None}


def _side_by_side(required: dict[str, Any], optional: Any) -> list[dict[str, Any]]:
    """Persons whose intervals lie in two tables, as a list."""
    beside = _said(optional) if isinstance(optional, dict) else {}
    ids = [*required, *(i for i in beside if i not in required)]
    return [{"id": i, "required": required.get(i, ()), "optional": beside.get(i, ())} for i in ids]


def _required(person: Any) -> Any:
    """A person whose intervals, if nothing else is said of them, must be found."""
    if not isinstance(person, dict):
        return person
    said = _said(person)
    return {"required": said.get("intervals", ()), **said}


def _stem(path: Path) -> str:
    return path.name.removesuffix(".json").removesuffix(".truth")


def _long_name(path: Path, labels: Path) -> str:
    return "-".join([*path.relative_to(labels).parent.parts, _stem(path)])


def _check_inside(folder: Path, files: Iterable[str]) -> None:
    for file in files:
        if not is_inside(folder, file):
            raise LabelsInvalid(
                f"the labels name {display(file)}, which lies outside of {display(str(folder))}",
                "name files relative to the folder",
            )
