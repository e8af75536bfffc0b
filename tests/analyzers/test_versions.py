"""What stands behind the figures of a model."""

from __future__ import annotations

import pytest

from aima.analyzers import registry
from aima.analyzers.versions import versions
from aima.models.catalogue import catalogue
from aima.settings import Settings

SETTINGS = Settings()
ENTRIES = catalogue(SETTINGS)


def code(name: str) -> str:
    return registry.get(name).version


@pytest.mark.parametrize(
    ("model", "analyzer"),
    [
        ("face_embedding_512", "face_embedder"),
        ("face_embedding_1024", "face_embedder"),
        ("face_expression_7", "emotion"),
        ("face_landmarks_68", "mouth_motion"),
    ],
)
def test_a_model_is_used_by_the_analyzers_of_its_task_on_faces_that_are_found(model, analyzer):
    entry, detector = ENTRIES[model], ENTRIES["centerface"]
    assert versions(entry, SETTINGS) == {
        "face_detector": f"centerface@{detector.version}+{code('face_detector')}",
        analyzer: f"{model}@{entry.version}+{code(analyzer)}",
    }


def test_nothing_stands_behind_a_detector_but_itself():
    other = ENTRIES["centerface"].model_copy(update={"name": "another", "version": "7"})
    assert versions(other, SETTINGS) == {"face_detector": f"another@7+{code('face_detector')}"}
