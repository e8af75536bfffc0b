"""The vectors that search keeps, read from observations: of faces, pictures and texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aima.domain.kept import Kept
from aima.domain.observation import ObservationKey, Receipt
from aima.services.sources import EMBEDDER, SourceService, Tables
from aima.storage.archive import Archive
from aima.stores.ports import Stores
from aima.stores.vectors import Space, VectorRow

PICTURES: Final = "image_vector"
FACE_COLUMNS: Final = ("face_vectors", "face_quality")

Rows = dict[Space, list[VectorRow]]
Frames = dict[int, dict[str, Any]]
"""Columns of single frames by their time."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A content, and the keys of what holds the vectors of its faces and pictures, one for each model version."""

    of: Kept
    faces: Sequence[ObservationKey]
    pictures: Sequence[ObservationKey]


class Samples:
    """Reads vectors of contents and texts as rows for a vector store."""

    def __init__(self, stores: Stores, archive: Archive) -> None:
        self._stores = stores
        self._sources = SourceService(stores)
        self._tables = Tables(stores.observations, archive)

    def kept(self, content_ids: Sequence[str]) -> Iterator[Sampled]:
        """What is kept of these contents; those that there are not any more have nothing."""
        found = self._stores.kept.of(content_ids)
        run = self._stores.persons.run()
        model = run.models.get(EMBEDDER, "").partition("+")[0] if run else ""
        faces = self._sources.face_versions(model, content_ids) if model else {}
        origins = self._sources.each(content_ids)
        for content_id in content_ids:
            kept = found.get(content_id) or Kept(content_id, "", "", (), ())
            pictures = [origin.key for origin in origins.get(content_id, {}).get(PICTURES, ())]
            yield Sampled(kept, list(faces.get(content_id, {}).values()), pictures)

    def rows(self, sampled: Sampled) -> Rows:
        """Vectors of a content by space.

        Raises:
            ArchiveDamaged: a file is missing or damaged.
        """
        keys = [*sampled.faces, *sampled.pictures]
        receipts = self._tables.receipts(keys, sampled.of.content_id) if keys else {}
        faces = [key for key in sampled.faces if key in receipts]
        pictures = _newest(key for key in sampled.pictures if key in receipts)
        made = [row for key in faces for row in self._faces(sampled.of, key, receipts[key])]
        made += [row for key in pictures for row in self._pictures(sampled.of, key, receipts[key])]
        rows: Rows = defaultdict(list)
        for space, row in made:
            rows[space].append(row)
        return dict(rows)

    def texts(self, text_ids: Sequence[str]) -> dict[str, Rows]:
        """The vectors of texts that findings or utterances hold, by text and space; of others nothing."""
        found = self._stores.texts.vectors_of(text_ids)
        words = self._stores.texts.all(text_ids)
        rows: dict[str, Rows] = {text_id: {} for text_id in text_ids}
        for text_id in found.keys() & words.keys():
            for version, vector in found[text_id].items():
                row = VectorRow(text_id, text_id, vector, words[text_id])
                rows[text_id][Space("text", version, len(vector))] = [row]
        return rows

    def _faces(self, kept: Kept, key: ObservationKey, receipts: Sequence[Receipt]) -> Iterator[tuple[Space, VectorRow]]:
        wanted = {pts_us for track in kept.tracks for pts_us, _ in track.samples}
        frames = self._frames(receipts, FACE_COLUMNS, wanted)
        for track in kept.tracks:
            for pts_us, ordinal in track.samples:
                vectors = frames.get(pts_us, {}).get("face_vectors") or ()
                if ordinal >= len(vectors) or vectors[ordinal] is None:
                    continue
                quality = frames[pts_us]["face_quality"][ordinal]
                about = (kept, key.observation_id(pts_us, ordinal), track.track_id, pts_us)
                found = _row(*about, vectors[ordinal], person_id=track.person_id or "", confidence=quality or 0.0)
                yield Space("face", key.model_version, len(found.vector)), found

    def _pictures(
        self, kept: Kept, key: ObservationKey, receipts: Sequence[Receipt]
    ) -> Iterator[tuple[Space, VectorRow]]:
        wanted = {pts_us for shot in kept.shots for pts_us in shot.vector_pts_us}
        frames = self._frames(receipts, (PICTURES,), wanted)
        for shot in kept.shots:
            for pts_us in shot.vector_pts_us:
                if (vector := frames.get(pts_us, {}).get(PICTURES)) is not None:
                    found = _row(kept, key.observation_id(pts_us, 0), str(shot.no), pts_us, vector)
                    yield Space("image", key.model_version, len(found.vector)), found

    def _frames(self, receipts: Sequence[Receipt], columns: Sequence[str], wanted: Collection[int]) -> Frames:
        """These columns of the wanted frames, file by file: a long film is never in memory."""
        found: Frames = {}
        times = pa.array(sorted(wanted), pa.int64())
        for receipt in receipts if wanted else ():
            table = self._tables.read([receipt])
            chosen = table.filter(pc.is_in(table["pts_us"], times)).select(["pts_us", *columns])
            found |= {row.pop("pts_us"): row for row in chosen.to_pylist()}
        return found


def _row(kept: Kept, id: str, subject: str, pts_us: int, vector: Sequence[float], **further: Any) -> VectorRow:
    about = {"media_id": kept.media_id, "owner_id": kept.owner_id, **further}
    return VectorRow(id, kept.content_id, np.asarray(vector, np.float32), subject, pts_us, **about)


def _newest(keys: Iterable[ObservationKey]) -> list[ObservationKey]:
    """The first of each model version."""
    found: dict[str, ObservationKey] = {}
    for key in keys:
        found.setdefault(key.model_version, key)
    return list(found.values())
