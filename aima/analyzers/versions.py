"""Which code and models stand behind the figures of a model."""

from __future__ import annotations

from typing import Final

from aima.analyzers import registry
from aima.models.catalogue import Entry, find
from aima.settings import Settings

SIGHT: Final = "face_detector"
"""The analyzer whose faces all others that see look at."""


def versions(entry: Entry, settings: Settings) -> dict[str, str]:
    """Version of model and code by analyzer, as it stands in observation keys: those that use this model, and SIGHT
    unless these hear.

    Raises:
        ModelUnknown: the settings choose a detector that the catalogue lacks.
    """
    analyzers = list(map(registry.get, registry.ANALYZERS))
    used = [entry]
    if all(one.stream == "sight" for one in analyzers if one.task == entry.task):
        used.insert(0, find(settings, str(registry.get(SIGHT).task)))
    models = {model.task: f"{model.name}@{model.version}" for model in used}
    return {one.name: f"{models[one.task]}+{one.version}" for one in analyzers if one.task in models}
