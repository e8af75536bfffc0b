"""Texts that findings and utterances hold, and their vectors, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ARRAY, ColumnElement, Engine, Select, Table, any_, bindparam, or_, select, union
from sqlalchemy.dialects.postgresql import insert as upsert

from aima.domain.finding import text_id
from aima.domain.text import storable
from aima.stores.postgres.announce import announce
from aima.stores.postgres.schema import findings, text_vectors, utterances
from aima.telemetry.failpoints import failpoint

Vector = npt.NDArray[np.float32]


class PostgresTexts:
    """`TextStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, text_ids: Collection[str] | None = None) -> dict[str, str]:
        """Every distinct text of findings and utterances, or these, by text_id."""
        with self._engine.connect() as connection:
            rows = connection.execute(union(_texts(findings, text_ids), _texts(utterances, text_ids)))
            return {row.text_id: row.text for row in rows}

    def without_vector(self, model_version: str, texts: Iterable[str]) -> list[str]:
        """Those of the texts that this model has not seen yet, sorted."""
        wanted = {text_id(text): text for text in (str(storable(text)) for text in texts)}
        # One parameter, however many they are: a statement takes 65,535.
        given = bindparam("given", list(wanted), ARRAY(text_vectors.c.text_id.type))
        query = select(text_vectors.c.text_id).where(
            text_vectors.c.model_version == model_version, text_vectors.c.text_id == any_(given)
        )
        with self._engine.connect() as connection:
            known = set(connection.scalars(query))
        return sorted(text for key, text in wanted.items() if key not in known)

    def add_vectors(self, model_version: str, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors by text, float32 [dimension]; known ones stay as they are."""
        rows: list[dict[str, Any]] = [
            {
                "model_version": model_version,
                "text_id": text_id(text),
                "text": text,
                "vector": np.asarray(vector, "<f4").tobytes(),
            }
            for text, vector in vectors.items()
        ]
        if not rows:
            return
        with self._engine.begin() as connection:
            connection.execute(upsert(text_vectors).on_conflict_do_nothing(), rows)
            announce(connection, "text", (row["text_id"] for row in rows))
        failpoint("texts.kept")

    def vectors_of(self, text_ids: Iterable[str]) -> dict[str, dict[str, Vector]]:
        """Vectors of these texts as far as findings or utterances hold them, by text_id, then by model version."""
        wanted = list(text_ids)
        held = [
            select(t.c.text_id).where(t.c.text_id == text_vectors.c.text_id).exists() for t in (findings, utterances)
        ]
        query = select(text_vectors).where(text_vectors.c.text_id.in_(wanted), or_(*held))
        found: dict[str, dict[str, Vector]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found.setdefault(row.text_id, {})[row.model_version] = np.frombuffer(row.vector, "<f4")
        return found


def _held_by(table: Table) -> ColumnElement[bool]:
    return select(table.c.text_id).where(table.c.text_id == text_vectors.c.text_id).exists()


def _texts(table: Table, text_ids: Collection[str] | None) -> Select[Any]:
    query = select(table.c.text_id, table.c.text)
    return query if text_ids is None else query.where(table.c.text_id.in_(text_ids))
