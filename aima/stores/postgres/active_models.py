"""Which model answers for a task, and which contents it has seen."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, func, select, union
from sqlalchemy.dialects.postgresql import insert

from aima.domain.identity import State
from aima.domain.switching import ActiveModel, standing
from aima.stores.postgres.announce import announce
from aima.stores.postgres.schema import active_models, findings, media_files, text_vectors, utterances
from aima.stores.postgres.schema import observation_files as files

other = files.alias("other")


class PostgresActiveModels:
    """`ActiveModelStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> dict[str, ActiveModel]:
        """By task, for the tasks that were switched."""
        columns = (active_models.c.task, active_models.c.model, active_models.c.model_version)
        with self._engine.connect() as connection:
            return {row.task: ActiveModel(*row) for row in connection.execute(select(*columns))}

    def versions_observed(self, analyzer: str) -> list[str]:
        """Versions of model and code that observations of an analyzer exist of, sorted."""
        observed = select(files.c.model_version).where(files.c.analyzer == analyzer).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.scalars(observed))

    def versions_embedded(self) -> list[str]:
        """Versions of text models that vectors of texts exist of, sorted."""
        with self._engine.connect() as connection:
            return sorted(connection.scalars(select(text_vectors.c.model_version).distinct()))

    def media_without(self, analyzer: str, model_version: str) -> list[str]:
        """Media of which a segment was observed by other versions of this analyzer, but not by this one, sorted.

        model_version: "name@version+code".
        """
        same = [files.c.content_id == other.c.content_id, files.c.segment_no == other.c.segment_no]
        seen = select(files).where(*same, files.c.analyzer == analyzer, files.c.model_version == model_version)
        query = (
            select(media_files.c.media_id)
            .join(other, other.c.content_id == media_files.c.content_id)
            .where(other.c.analyzer == analyzer, ~seen.exists())
            .distinct()
        )
        with self._engine.connect() as connection:
            return sorted(connection.scalars(query))

    def texts_without(self, model_version: str) -> int:
        """How many texts of findings and utterances have no vector of this model."""
        known = select(text_vectors.c.text_id).where(text_vectors.c.model_version == model_version)
        held = union(*(select(t.c.text_id).where(t.c.text_id.not_in(known)) for t in (findings, utterances)))
        query = select(func.count()).select_from(held.subquery())
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0


def project_models(connection: Connection, state: State) -> None:
    """Make the rows say which switches of the ledger stand, and announce the tasks that are new."""
    wanted = {
        task: {"model": chosen.model, "model_version": chosen.model_version, "event_seq": seq}
        for task, (chosen, seq) in standing(state.events).items()
    }
    rows = connection.execute(select(active_models)).mappings()
    written = {row["task"]: {name: row[name] for name in ("model", "model_version", "event_seq")} for row in rows}
    changed = sorted(task for task in wanted.keys() | written.keys() if wanted.get(task) != written.get(task))
    for task in changed:
        if task in wanted:
            given = insert(active_models).values(task=task, **wanted[task])
            connection.execute(given.on_conflict_do_update(index_elements=["task"], set_=wanted[task]))
        else:
            connection.execute(delete(active_models).where(active_models.c.task == task))
    announce(connection, "model", changed)
