"""A small archive made up for tests of search: rows in PostgreSQL, vectors in the vector store."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from aima.analyzers.face_embedder import FaceEmbedder
from aima.domain.finding import Finding, Shot, Sighting, finding_id, text_id
from aima.domain.observation import ObservationKey, Receipt
from aima.domain.track import Track
from aima.models.catalogue import find
from aima.models.text_encoder import TextEncoder
from aima.services.model_versions import ActiveModels, code_version
from aima.services.pictures import fetch_pictures
from aima.services.sample import load_recipe
from aima.services.search.encoding import Encoders
from aima.services.search.service import SearchService
from aima.services.texts import TextService
from aima.settings import Models, Settings
from aima.stores.postgres import PostgresStores
from aima.stores.vectors import Space, VectorRow, VectorStore
from tests.persons_made import SECOND, content


def package_pictures(settings: Settings) -> dict[str, Path]:
    """Freely licensed pictures of packages, two of them with a face, by name."""
    return fetch_pictures(list(load_recipe().pictures.values()), settings)


class Reached:
    """How far the vectors are: as told."""

    def __init__(self, seq: int = 7, behind: int = 2) -> None:
        self.seq, self.behind = seq, behind


def searching(settings: Settings, stores: PostgresStores, vectors: VectorStore) -> SearchService:
    """The service over these stores, with models that are opened once for all tests."""
    service = SearchService(settings, stores, ActiveModels(settings, stores), lambda: vectors, Reached)
    service._with = encoders(settings.models_dir), stores.moments, service._near
    return service


@cache
def encoders(models_dir: Path) -> Encoders:
    """What makes vectors of queries, by the models of this folder."""
    return Encoders(Settings(models=Models(dir=models_dir)))


def finding(name: str, kind, words: str, start_s: float, score: float = 0.9, length_s: float = 1.0) -> Finding:
    """Something seen in a medium of this name."""
    start = round(start_s * SECOND)
    end = start + round(length_s * SECOND)
    return Finding(finding_id(content(name), kind, words, start), kind, words, start, end, score, start)


def sight(stores: PostgresStores, name: str, findings: Sequence[Finding] = (), shots: int = 1) -> None:
    """Shots of ten seconds, and findings."""
    cut = tuple(Shot(no, no * 10 * SECOND, (no + 1) * 10 * SECOND, (no * 10 * SECOND,)) for no in range(shots))
    stores.sightings.record(Sighting(content(name), f"of {len(findings)} and {shots}", cut, tuple(findings)))


def embed_texts(settings: Settings, stores: PostgresStores, vectors: VectorStore) -> Space:
    """Vectors of every text of the findings, in both stores."""
    texts = stores.texts.all()
    service = TextService(settings, stores)
    service.encoder = _encoder(settings.models_dir)
    service.embed_missing(texts.values())
    space = Space("text", code_version("text_embedding", find(settings, "text_embedding")), 384)
    for key, by_version in stores.texts.vectors_of(texts).items():
        row = VectorRow(key, key, by_version[space.model_version], texts[key])
        vectors.replace(space, key, [row], 1)
    return space


@cache
def _encoder(models_dir: Path) -> TextEncoder:
    """The text model, opened once for all tests."""
    return TextEncoder.open(Settings(models=Models(dir=models_dir)))


def observe(stores: PostgresStores, name: str, analyzer: str, version: str) -> None:
    """A marker: this content was observed by this version of model and code."""
    key = ObservationKey(content(name), analyzer, version, "0" * 16)
    stores.observations.commit([Receipt(key, 0, f"{key.short}.parquet", "0" * 64, 1, 0.1, 0.1, "here")])


def face_space(settings: Settings) -> Space:
    """The space of the face model of the settings."""
    entry = find(settings, "face_embedding")
    assert entry.dimension is not None
    return Space("face", f"{entry.name}@{entry.version}+{FaceEmbedder.version}", entry.dimension)


def keep_faces(vectors: VectorStore, space: Space, tracks: Sequence[Track], known: Sequence[np.ndarray]) -> None:
    """One vector of each track."""
    for content_id in {track.content_id for track in tracks}:
        rows = [
            VectorRow(text_id(track.track_id), content_id, vector, track.track_id, track.start_us)
            for track, vector in zip(tracks, known, strict=True)
            if track.content_id == content_id
        ]
        vectors.replace(space, content_id, rows, 1)


def beside(vector: np.ndarray, cosine: float, seed: int = 0) -> np.ndarray:
    """A vector of length 1 with this cosine to another."""
    other = np.random.default_rng(seed).standard_normal(len(vector))
    other -= vector * (other @ vector)
    other /= np.linalg.norm(other)
    return np.asarray(cosine * vector + np.sqrt(1 - cosine**2) * other, np.float32)
