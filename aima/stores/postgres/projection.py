"""Carries the state of the ledger into the tables that are read: only what differs is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from aima.domain.identity import State
from aima.domain.person import TrackRecord, appearance_id, appearances_of
from aima.domain.track import Appearance
from aima.stores.postgres.active_models import project_models
from aima.stores.postgres.announce import announce
from aima.stores.postgres.persons import read_tracks
from aima.stores.postgres.schema import (
    analysis_jobs,
    assignments,
    fusion_runs,
    media_files,
    person_appearances,
    persons,
    tracks,
)


def project(connection: Connection, state: State, changed: Set[str] = frozenset()) -> None:
    """Make runs, tracks, persons and appearances say what the state says, and announce what is new.

    changed: contents whose tracks have been written otherwise in this transaction.
    """
    other, weighed = _current_run(connection, state)
    contents = changed | other | _owners(connection, state)
    placed = read_tracks(connection)
    people = _people(connection, state, placed)
    met, media = _appearances(connection, placed)
    own = select(media_files.c.media_id).where(media_files.c.content_id.in_(contents | weighed))
    _announce(connection, contents, people | met, media | set(connection.scalars(own)))
    project_models(connection, state)


def _announce(connection: Connection, contents: Set[str], people: Set[str], touched: Set[str]) -> None:
    """Documents of a medium hold its tracks and their evidence; a dossier holds who else was there."""
    there = select(person_appearances.c.person_id).where(person_appearances.c.media_id.in_(touched))
    announce(connection, "content", contents)
    announce(connection, "medium", touched)
    announce(connection, "person", people | set(connection.scalars(there)))


def _current_run(connection: Connection, state: State) -> tuple[set[str], set[str]]:
    """Let one run stand; gives the contents that have other tracks by that, and those with other evidence."""
    run_id = state.run.run_id if state.run else None
    current = fusion_runs.c.run_id == run_id
    standing = func.coalesce(current, False)
    change = update(fusion_runs).where(fusion_runs.c.is_current != standing).values(is_current=standing)
    flipped = set(connection.scalars(change.returning(fusion_runs.c.run_id)))
    if not flipped:
        return set(), set()
    track, *evidence = assignments.c.track_id, assignments.c.log_odds, assignments.c.shares
    return _in_one_of(connection, flipped, track), _in_one_of(connection, flipped, track, *evidence)


def _in_one_of(connection: Connection, run_ids: Set[str], *columns: ColumnElement[Any]) -> set[str]:
    """Contents with a track for which only one of the runs says just this."""
    said = assignments.c.run_id.in_(run_ids)
    once = select(assignments.c.track_id).where(said).group_by(*columns).having(func.count() == 1)
    return set(connection.scalars(select(tracks.c.content_id).where(tracks.c.track_id.in_(once))))


def _owners(connection: Connection, state: State) -> set[str]:
    """Let tracks say whose they are; gives the contents of those that said otherwise."""
    query = select(tracks.c.track_id, tracks.c.person_id).where(tracks.c.person_id.is_not(None))
    written = {row.track_id: row.person_id for row in connection.execute(query)}
    wanted = {t: placed.person_id for t, placed in state.tracks.items() if placed.person_id is not None}
    changes = [
        {"id": track_id, "owner": wanted.get(track_id)}
        for track_id in sorted(written.keys() | wanted.keys())
        if written.get(track_id) != wanted.get(track_id)
    ]
    if changes:
        change = update(tracks).where(tracks.c.track_id == bindparam("id")).values(person_id=bindparam("owner"))
        connection.execute(change, changes)
    touched = select(tracks.c.content_id).where(tracks.c.track_id.in_([change["id"] for change in changes]))
    return set(connection.scalars(touched))


def _people(connection: Connection, state: State, placed: list[TrackRecord]) -> set[str]:
    """Let persons say what is known of them; gives those who said otherwise."""
    pictures = _best_pictures(placed)
    first_jobs = _first_jobs(connection, placed)
    present = {track.person_id for track in placed}
    columns = (persons.c.name, persons.c.state, persons.c.merged_into, persons.c.picture_path)
    query = select(persons.c.person_id, persons.c.first_detection_job_id, *columns)
    changes = []
    for row in connection.execute(query).all():
        merged_into = state.merged.get(row.person_id)
        standing = "active" if row.person_id in present else "merged" if merged_into else "gone"
        wanted = (state.names.get(row.person_id), standing, merged_into, pictures.get(row.person_id))
        job = row.first_detection_job_id or first_jobs.get(row.person_id)
        if wanted != tuple(row)[2:] or job != row.first_detection_job_id:
            names = ("name", "state", "merged_into", "picture_path")
            changes.append(dict(zip(names, wanted, strict=True)) | {"id": row.person_id, "first_detection_job_id": job})
    if changes:
        connection.execute(update(persons).where(persons.c.person_id == bindparam("id")), changes)
    return {change["id"] for change in changes}


def _best_pictures(placed: list[TrackRecord]) -> dict[str, str]:
    """The best kept picture by person, the earliest of equals."""
    best: dict[str, tuple[float, str]] = {}
    for track in placed:
        if track.person_id is None or track.picture_path is None or track.picture_quality is None:
            continue
        if track.person_id not in best or track.picture_quality > best[track.person_id][0]:
            best[track.person_id] = (track.picture_quality, track.picture_path)
    return {person_id: path for person_id, (_, path) in best.items()}


def _first_jobs(connection: Connection, placed: list[TrackRecord]) -> dict[str, str]:
    """The first ended job on the content of a person's first track, where there is one."""
    query = (
        select(media_files.c.content_id, analysis_jobs.c.job_id)
        .join(analysis_jobs)
        .where(analysis_jobs.c.completed_at.is_not(None))
        .order_by(analysis_jobs.c.completed_at.desc(), analysis_jobs.c.job_id)
    )
    jobs = {row.content_id: row.job_id for row in connection.execute(query)}
    first: dict[str, str] = {}
    for track in placed:
        if track.person_id is not None and track.locator.content_id in jobs:
            first.setdefault(track.person_id, jobs[track.locator.content_id])
    return first


def _appearances(connection: Connection, placed: list[TrackRecord]) -> tuple[set[str], set[str]]:
    """Let appearances be those of the tracks; gives the persons and the media of those that were not."""
    media: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(media_files.c.content_id, media_files.c.media_id)):
        media[row.content_id].append(row.media_id)
    wanted = {appearance_id(a): _row_of(a) for a in appearances_of(placed, media)}
    written = {row["appearance_id"]: dict(row) for row in connection.execute(select(person_appearances)).mappings()}
    stale = [key for key, row in written.items() if wanted.get(key) != row]
    fresh = [row for key, row in sorted(wanted.items()) if written.get(key) != row]
    if stale:
        connection.execute(delete(person_appearances).where(person_appearances.c.appearance_id.in_(stale)))
    if fresh:
        connection.execute(insert(person_appearances), fresh)
    touched = [*(written[key] for key in stale), *fresh]
    return {row["person_id"] for row in touched}, {row["media_id"] for row in touched}


def _row_of(appearance: Appearance) -> dict[str, Any]:
    return {
        "appearance_id": appearance_id(appearance),
        "person_id": appearance.person_id,
        "media_id": appearance.media_id,
        "first_appearance_time_us": appearance.start_us,
        "last_appearance_time_us": appearance.end_us,
        "confidence": appearance.confidence,
        "source": appearance.source,
        "track_ids": list(appearance.track_ids),
    }
