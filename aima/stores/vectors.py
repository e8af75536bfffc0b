"""The port of the vector store: one space per model version, rebuilt from the truth at any time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import numpy as np
import numpy.typing as npt

VectorKind = Literal["face", "image", "text", "speaker"]

VECTOR_KINDS: Final[tuple[VectorKind, ...]] = ("face", "image", "text", "speaker")


@dataclass(frozen=True, slots=True, order=True)
class Space:
    """Vectors of one model version; those of two versions never lie together.

    model_version: as in observation keys, for example "face_embedding_512@1+4".
    """

    kind: VectorKind
    model_version: str
    dimension: int


@dataclass(frozen=True, slots=True, eq=False)
class VectorRow:
    """A vector and what its answer needs. vector: float32 [dimension], L2-normalised; id: at most 64 letters.

    id: observation_id (faces, pictures) or text_id. group: content_id or text_id; a group is replaced as one.
    subject: track_id (faces), shot no (pictures), the text (texts; cut to what the store holds). at_us: time in the
    medium. person_id: as of its version; answers ask the truth. confidence: quality 0..1.
    """

    id: str
    group: str
    vector: npt.NDArray[np.float32]
    subject: str
    at_us: int = 0
    media_id: str = ""
    owner_id: str = ""
    person_id: str = ""
    confidence: float = 1.0

    @property
    def digest(self) -> str:
        """sha256 over vector and scalars, as it stands in its stamp."""
        scalars = (self.id, self.group, self.subject, self.at_us, self.media_id, self.owner_id, self.person_id)
        known = hashlib.sha256(np.ascontiguousarray(self.vector, "<f4").tobytes())
        known.update(json.dumps([*scalars, round(self.confidence, 6)]).encode())
        return known.hexdigest()


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer. score: cosine, -1..1."""

    id: str
    group: str
    subject: str
    at_us: int
    score: float


@dataclass(frozen=True, slots=True)
class VectorStamp:
    """What `verify` compares. digest: sha256 of vector and scalars when they were written."""

    id: str
    group: str
    version: int
    digest: str


class VectorStore(Protocol):
    """Vectors with a version: the seq of the change that they were made after."""

    @property
    def where(self) -> str:
        """Name and address for messages, for example "vectors at 127.0.0.1:19530"."""
        ...

    def prepare(self, space: Space) -> None:
        """Make the collection of a space if there is none.

        Raises:
            StoreUnreachable: it does not answer.
            StoreOutdated: the server is too old, or the collection has another form.
        """
        ...

    def spaces(self) -> list[Space]:
        """The spaces that exist, sorted."""
        ...

    def replace(self, space: Space, group: str, rows: Sequence[VectorRow], version: int) -> None:
        """The vectors of this group become exactly these, but for those with a newer version.

        Seen by searches at once; durable, and found fast, after `flush`.
        """
        ...

    def replace_many(
        self, space: Space, groups: Mapping[str, Sequence[VectorRow]], versions: Mapping[str, int]
    ) -> None:
        """The same for several groups at once, each with its own version: the way for more than a few."""
        ...

    def flush(self, space: Space) -> None:
        """Make durable what was written."""
        ...

    def search(
        self, space: Space, vectors: npt.NDArray[np.float32], limit: int, groups: Collection[str] | None = None
    ) -> list[list[Hit]]:
        """The nearest by cosine for each vector [n, dimension], best first; of these groups only, if given.

        Empty where the space does not exist.
        """
        ...

    def vectors(self, space: Space, ids: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The stored vectors of these ids, those that exist."""
        ...

    def stamps(self, space: Space) -> Iterator[VectorStamp]:
        """Every vector's stamp, in any order."""
        ...

    def count(self, space: Space) -> int:
        """How many vectors a space holds."""
        ...

    def drop(self, space: Space) -> None:
        """Remove a space with everything in it."""
        ...

    def drop_all(self) -> None:
        """Remove everything that belongs to this archive."""
        ...

    def point(self, kind: VectorKind, space: Space) -> None:
        """Let the alias of a kind name this space, in one step."""
        ...

    def pointed(self, kind: VectorKind) -> Space | None:
        """What the alias of a kind names."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
