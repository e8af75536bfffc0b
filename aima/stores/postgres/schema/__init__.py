"""The tables as SQLAlchemy sees them; a test holds them against what the migrations build."""

from aima.stores.postgres.schema.base import metadata
from aima.stores.postgres.schema.hearings import hearings, soundings, speakers, turns, utterances
from aima.stores.postgres.schema.identity import (
    assignments,
    fusion_runs,
    ledger_events,
    person_appearances,
    persons,
    tracks,
)
from aima.stores.postgres.schema.jobs import analysis_jobs, gpu_instances, job_assignments, system_metrics
from aima.stores.postgres.schema.media import contents, media_files, segments, users
from aima.stores.postgres.schema.observations import crops, observation_files
from aima.stores.postgres.schema.outbox import active_models, outbox, outbox_cursors, outbox_dead_letters
from aima.stores.postgres.schema.queue import fleets, job_segments
from aima.stores.postgres.schema.sightings import findings, shots, sightings, text_vectors

__all__ = [
    "active_models",
    "analysis_jobs",
    "assignments",
    "contents",
    "crops",
    "findings",
    "fleets",
    "fusion_runs",
    "gpu_instances",
    "hearings",
    "job_assignments",
    "job_segments",
    "ledger_events",
    "media_files",
    "metadata",
    "observation_files",
    "outbox",
    "outbox_cursors",
    "outbox_dead_letters",
    "person_appearances",
    "persons",
    "segments",
    "shots",
    "sightings",
    "soundings",
    "speakers",
    "system_metrics",
    "text_vectors",
    "tracks",
    "turns",
    "users",
    "utterances",
]
