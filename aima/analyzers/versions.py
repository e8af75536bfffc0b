"""Which code and models stand behind the figures of a model."""

from __future__ import annotations

from typing import Final

from aima.analyzers import registry
from aima.models.catalogue import Entry, find
from aima.settings import Settings

SIGHT: Final = "face_detector"
"""The analyzer whose faces all others look at."""


def versions(entry: Entry, settings: Settings) -> dict[str, str]:
    """Version of model and code by analyzer, as it stands in observation keys: those that use this model, and SIGHT.

    Raises:
        ModelUnknown: the settings choose a detector that the catalogue lacks.
    """
    detector = find(settings, str(registry.get(SIGHT).task))
    models = {model.task: f"{model.name}@{model.version}" for model in (detector, entry)}
    analyzers = map(registry.get, registry.ANALYZERS)
    return {one.name: f"{models[one.task]}+{one.version}" for one in analyzers if one.task in models}
