"""Vectors of the texts that findings and utterances hold: labels, what is written in pictures, what is said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from aima.models.catalogue import find
from aima.models.text_encoder import TASK, TextEncoder
from aima.services.glosses import described
from aima.settings import Settings
from aima.stores.ports import Stores

AT_ONCE = 512
"""Vectors kept in one transaction: who is stopped loses seconds of work."""


class TextService:
    """Embeds texts once per model version, whatever contents they occur in."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._settings, self._stores = settings, stores

    @cached_property
    def encoder(self) -> TextEncoder:
        """The text model, opened at first use.

        Raises:
            ModelMissing, ModelCorrupt, ModelRefused: as `TextEncoder.open`.
        """
        return TextEncoder.open(self._settings)

    def embed_missing(self, texts: Iterable[str]) -> int:
        """Keep vectors of those texts that the model has not seen yet; says how many these were.

        Raises:
            ModelMissing, ModelCorrupt, ModelRefused: as `TextEncoder.open`.
            StoreError: the database does not take them; what was kept before stays.
        """
        missing = self._stores.texts.without_vector(self._version, texts)
        for start in range(0, len(missing), AT_ONCE):
            chosen = missing[start : start + AT_ONCE]
            vectors = self.encoder.passages([described(text) for text in chosen])
            self._stores.texts.add_vectors(self._version, dict(zip(chosen, vectors, strict=True)))
        return len(missing)

    def embed_rest(self) -> int:
        """The same for all texts of findings and utterances: of media that only another text model has seen.

        Raises:
            As `embed_missing`.
        """
        if not self._stores.models.texts_without(self._version):
            return 0
        texts = sorted(self._stores.texts.all().values())
        return sum(self.embed_missing(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE))

    @property
    def _version(self) -> str:
        entry = find(self._settings, TASK)
        return f"{entry.name}@{entry.version}"
