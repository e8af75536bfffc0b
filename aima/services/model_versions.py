"""Model versions: which one answers, and switching to another and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aima.analyzers import registry
from aima.domain import switching
from aima.domain.switching import TASKS, ActiveModel, Task
from aima.errors import ModelBehind, ModelUnknown, SettingInvalid
from aima.models.catalogue import Entry, catalogue, check_licence, find
from aima.models.verify import check_files
from aima.settings import Models, Settings
from aima.stores.ports import Stores
from aima.stores.vectors import Space, VectorKind

if TYPE_CHECKING:
    from aima.services.fusion import FusionReport

TASK_OF: Final[dict[VectorKind, Task]] = {
    "face": "face_embedding",
    "image": "image_embedding",
    "text": "text_embedding",
}
"""The task whose model makes the vectors of a kind."""

ANALYZERS: Final[dict[Task, str]] = {"face_embedding": "face_embedder", "image_embedding": "image_vector"}
"""The analyzer that runs the model of a task; texts are embedded apart."""


@dataclass(frozen=True, slots=True)
class Switched:
    """What a switch came to. changed: false if this model answered already.

    lacking: media, or for text_embedding texts, that only other models have seen. fusion: of the archive with the new
    face model; None for other tasks.
    """

    task: Task
    model: str
    model_version: str
    before: str
    changed: bool
    lacking: int
    fusion: FusionReport | None


def active(given: Settings, stores: Stores) -> Settings:
    """The settings with the models that answer: what was set beats what was switched to beats the catalogue."""
    switched = {task: chosen.model for task, chosen in stores.models.all().items()}
    return _with_models(given, {task: model for task, model in switched.items() if not _is_set(given, task)})


def agreed(given: Settings, stores: Stores) -> Settings:
    """The settings with the models that all processes agree on, whatever this one was told."""
    usual = {task: Models.model_fields[task].default for task in TASKS}
    return _with_models(given, usual | {task: chosen.model for task, chosen in stores.models.all().items()})


class ActiveModels:
    """Says at any time which space answers, also after somebody else has switched."""

    def __init__(self, given: Settings, stores: Stores) -> None:
        """`given`: the settings as they were set, without what was switched."""
        self._given, self._stores = given, stores

    def space(self, kind: VectorKind) -> Space | None:
        """The space that answers; None: the archive has no vectors of its model."""
        return self._space(kind, active(self._given, self._stores))

    def standing(self, kind: VectorKind) -> Space | None:
        """The same whatever this process was told: what every process agrees on, which the alias names."""
        return self._space(kind, agreed(self._given, self._stores))

    def _space(self, kind: VectorKind, settings: Settings) -> Space | None:
        try:
            task = TASK_OF[kind]
            entry = find(settings, task)
        except (KeyError, ModelUnknown):  # no model of this profile makes such vectors
            return None
        if entry.dimension is None:
            return None
        version = f"{entry.name}@{entry.version}"
        known = self._versions(task, version)
        wanted = code_version(task, entry)
        chosen = wanted if wanted in known else max(known, key=_code_of, default=None)
        return Space(kind, chosen, entry.dimension) if chosen else None

    def _versions(self, task: Task, version: str) -> list[str]:
        """Versions of a model that vectors exist of."""
        analyzer = ANALYZERS.get(task)
        models = self._stores.models
        known = models.versions_observed(analyzer) if analyzer else models.versions_embedded()
        return [one for one in known if one.partition("+")[0] == version]


class ModelService:
    """Switches models as `actor` decides."""

    def __init__(self, given: Settings, stores: Stores, actor: str, fuse: Callable[[Settings], FusionReport]) -> None:
        """`fuse`: fuses the archive under other settings."""
        self._given, self._stores, self._actor, self._fuse = given, stores, actor, fuse

    def switch(self, task: str, model: str, *, force: bool = False) -> Switched:
        """Let a model answer for a task from now on. Event, row and announcement are one transaction.

        force: also where it has not seen everything; what it lacks is not found then.

        Raises:
            ModelUnknown: no such task or model, or the model does something else.
            ModelMissing, ModelCorrupt, ModelRefused: its weights cannot be used.
            ModelBehind: it has not seen everything that other models have.
            SettingInvalid: a setting names another model, so that a switch would change nothing.
        """
        known, entry = self._checked(task, model)
        before = find(agreed(self._given, self._stores), known)
        lacking = self._lacking(known, entry)
        if lacking and not force:
            raise ModelBehind(_behind(known, entry, lacking), _remedy(known, entry))
        chosen = ActiveModel(known, entry.name, f"{entry.name}@{entry.version}")
        changed = before.name != entry.name
        if changed:
            self._stores.ledger.decide(lambda _: switching.switch(chosen), self._actor)
        return self._switched(known, before.name, changed, lacking)

    def back(self, task: str) -> Switched:
        """Let the model answer again that did before the last switch of a task.

        Raises:
            ModelUnknown: no such task.
            EventUnknown: it was never switched.
            SettingInvalid: a setting names a model, which would hide the change.
        """
        known = _task(task)
        if _is_set(self._given, known):
            raise _hidden(known, "a model")
        before = find(agreed(self._given, self._stores), known)
        self._stores.ledger.decide(lambda state: switching.back(state, known), self._actor)
        return self._switched(known, before.name, True, 0)

    def _switched(self, task: Task, before: str, changed: bool, lacking: int) -> Switched:
        settings = active(self._given, self._stores)
        entry = find(settings, task)
        fusion = self._fuse(settings) if task == "face_embedding" else None
        return Switched(task, entry.name, f"{entry.name}@{entry.version}", before, changed, lacking, fusion)

    def _checked(self, task: str, model: str) -> tuple[Task, Entry]:
        known = _task(task)
        entry = catalogue(self._given).get(model)
        if entry is None or entry.task != known:
            names = ", ".join(e.name for e in catalogue(self._given).values() if e.task == known)
            raise ModelUnknown(f"{model}: no such model for {known}", f"one of {names or 'none'}")
        if _is_set(self._given, known) and getattr(self._given.models, known) != model:
            raise _hidden(known, "another model")
        check_licence(self._given, entry)
        check_files(entry, self._given.models_dir)
        return known, entry

    def _lacking(self, task: Task, entry: Entry) -> int:
        version = code_version(task, entry)
        if task in ANALYZERS:
            return len(self._stores.models.media_without(ANALYZERS[task], version))
        return self._stores.models.texts_without(version)


def code_version(task: Task, entry: Entry) -> str:
    """Version of a model with that of the code which runs it, as it stands in observation keys and spaces."""
    version = f"{entry.name}@{entry.version}"
    return f"{version}+{registry.get(ANALYZERS[task]).version}" if task in ANALYZERS else version


def _task(name: str) -> Task:
    for task in TASKS:
        if task == name:
            return task
    raise ModelUnknown(f"{name}: no task whose model can be switched", f"one of {', '.join(TASKS)}")


def _hidden(task: Task, what: str) -> SettingInvalid:
    variable = f"AIMA_MODELS__{task.upper()}"
    return SettingInvalid(f"{variable} names {what}, which comes first", f"unset {variable}")


def _is_set(given: Settings, task: str) -> bool:
    return task in given.models.model_fields_set and bool(getattr(given.models, task))


def _with_models(given: Settings, chosen: dict[str, str]) -> Settings:
    if not chosen:
        return given
    return given.model_copy(update={"models": given.models.model_copy(update=chosen)})


def _code_of(version: str) -> tuple[int, str]:
    code = version.partition("+")[2]
    return (int(code) if code.isdecimal() else 0, version)


def _behind(task: Task, entry: Entry, lacking: int) -> str:
    what = "media" if task in ANALYZERS else "texts"
    return f"{entry.name} lacks {lacking} {what} that other models have seen"


def _remedy(task: Task, entry: Entry) -> str:
    adding = f" --with {ANALYZERS[task]}" if task == "image_embedding" else ""
    return f"run: AIMA_MODELS__{task.upper()}={entry.name} aima analyze PATHS{adding} - or use --force"
