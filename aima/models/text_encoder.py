"""Texts as vectors: what means the same lies close, in a hundred languages.

multilingual-e5 (Wang et al., 2024) tells questions from what answers them by a word in front.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from aima.models.loader import load
from aima.models.model import Model
from aima.settings import Settings

TASK = "text_embedding"

AT_ONCE = 32
"""Texts per call of the network: bounds its memory."""

Vectors = npt.NDArray[np.float32]


class TextEncoder:
    """Encodes texts with the model of the task `text_embedding`. Texts beyond 510 tokens are cut off."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tokenizer = Tokenizer.from_str(model.texts["tokenizer"])
        self._replaced = str.maketrans(json.loads(model.texts["replaced"]))

    @classmethod
    def open(cls, settings: Settings) -> TextEncoder:
        """The encoder that the settings choose, its checksum verified. Takes about a second.

        Raises:
            ModelMissing: its weights are not built.
            ModelCorrupt: a file of it differs from the catalogue.
            ModelRefused: its licence is not allowed by the settings.
        """
        return cls(load(settings, TASK))

    @property
    def model_version(self) -> str:
        """Name and version of the model: vectors of two versions are never compared."""
        return self._model.model_version

    @property
    def dimension(self) -> int:
        """Numbers per vector."""
        assert self._model.dimension is not None, "the catalogue says it of every text model"
        return self._model.dimension

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what somebody looks for: float32 [n, dimension], L2-normalised."""
        return self._encode(texts, self._model.contract["query"])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what can be found: float32 [n, dimension], L2-normalised."""
        return self._encode(texts, self._model.contract["passage"])

    def _encode(self, texts: Sequence[str], prefix: str) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch([self._plain(prefix + t) for t in texts])]
        # Texts of one length together: the network knows no padding, and on a CPU more at once are hardly faster.
        for length in sorted(set(map(len, tokens))):
            alike = [i for i, ids in enumerate(tokens) if len(ids) == length]
            for start in range(0, len(alike), AT_ONCE):
                chosen = alike[start : start + AT_ONCE]
                vectors[chosen] = self._run(np.array([tokens[i] for i in chosen], np.int64))
        return vectors

    def _plain(self, text: str) -> str:
        """Characters that look alike are one, as the tokenizer wants them; what is no text is a question mark."""
        written = text.encode(errors="replace").decode()
        return unicodedata.normalize("NFKC", written).translate(self._replaced)

    def _run(self, tokens: npt.NDArray[np.int64]) -> Vectors:
        contract = self._model.contract
        vectors: Vectors = self._model.runtime.run({contract["input"]: tokens})[contract["vector"]]
        return vectors
