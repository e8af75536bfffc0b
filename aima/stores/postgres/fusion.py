"""Fusion runs in PostgreSQL: tracks, turns, assignments and the event, in one transaction."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, or_, select
from sqlalchemy.dialects.postgresql import insert

from aima.domain.decisions import Decision
from aima.domain.fusion import FusionRun
from aima.domain.identity import State, apply, effective
from aima.domain.locating import box_iou
from aima.domain.minting import recognise
from aima.domain.observation import Crop
from aima.domain.speech import Turn, undisturbed
from aima.domain.track import Track
from aima.stores.postgres import ledger, projection
from aima.stores.postgres.locks import alone
from aima.stores.postgres.schema import assignments, crops, fusion_runs, tracks
from aima.telemetry.failpoints import failpoint

FUSING = 0x66757365  # "fuse"
SAME_FACE_IOU = 0.5
"""A crop shows a track's sample if their boxes agree this well: another detector may count faces otherwise."""


class PostgresFusion:
    """`FusionStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else fuses meanwhile; waits for whoever does. A process that dies lets go of it."""
        return alone(self._engine, FUSING)

    def confirm(self, input_hash: str, models: Mapping[str, str], thresholds: Mapping[str, float]) -> bool:
        """Whether the run that stands was made of this; then the projection follows what media there are now."""
        with self._engine.begin() as connection:
            ledger.lock(connection)
            state = ledger.read_state(connection)
            made_of = {"input_hash": input_hash, "models": models, "thresholds": thresholds}
            facts = _facts(state)
            stands = facts is not None and made_of == {name: facts[name] for name in made_of}
            if stands:
                projection.project(connection, state)  # known bytes may have come as another owner's medium
            return stands

    def record(self, run: FusionRun, digest: str, actor: str) -> bool:
        """Write a run with its event, its persons and the projection, in one transaction.

        False, and no run is written, if the run that stands came to the same from the same inputs, models and
        thresholds. Clusters keep the persons who were seen there before, also if the last run lacked them; ids and
        numbers are minted for the others.
        """
        with self._engine.begin() as connection:
            ledger.lock(connection)
            state = ledger.read_state(connection)
            facts = {
                "input_hash": run.input_hash,
                "models": run.models,
                "thresholds": run.thresholds,
                "digest": digest,
            }
            if facts == _facts(state):
                projection.project(connection, state)
                return False
            self._write(connection, run, facts, state, actor)
        failpoint("fusion.recorded")
        return True

    def _write(self, connection: Connection, run: FusionRun, facts: dict[str, Any], state: State, actor: str) -> None:
        locators = {track.track_id: track.locator for track in run.tracks}
        locators |= {turn.turn_id: turn.locator for turn in run.turns}
        contents = {locator.content_id for locator in locators.values()}
        memories = ledger.read_memories(connection, state.events, contents)
        recognised = recognise(run.clusters, locators, memories, lambda: str(uuid.uuid4()))
        run_id = str(uuid.uuid4())
        minted = [list(pair) for pair in recognised.minted]
        fused = Decision("fused", {"run_id": run_id, "minted": minted, **facts})
        event = ledger.append(connection, state, fused, actor)
        header = {"run_id": run_id, "event_seq": event.seq, "is_current": False, **facts}
        connection.execute(insert(fusion_runs).values(header))
        changed = _write_tracks(connection, run)
        _write_assignments(connection, run_id, run, recognised.person_ids)
        failpoint("fusion.run_written")
        after = apply(state, event, lambda wanted: ledger.read_run(connection, wanted))
        projection.project(connection, after, changed)


def _facts(state: State) -> dict[str, Any] | None:
    """What the run that stands was made of, and came to."""
    for event in reversed(effective(state.events)):
        if event.kind == "fused":
            return {key: event.payload[key] for key in ("input_hash", "models", "thresholds", "digest")}
    return None


def _write_tracks(connection: Connection, run: FusionRun) -> set[str]:
    """Insert tracks and turns or, for known ids, refresh samples and picture; whose they are is left alone.

    Gives the contents in which anything is new.
    """
    kept = _crops(connection, {track.content_id for track in run.tracks})
    rows = [_row_of(track, _picture(track, kept[track.content_id])) for track in run.tracks]
    for _, turns in groupby(run.turns, key=lambda turn: turn.content_id):
        rows += _turn_rows(list(turns))
    if not rows:
        return set()
    given = insert(tracks)
    fixed = {"track_id", "person_id"}
    refreshed = {column.name: given.excluded[column.name] for column in tracks.c if column.name not in fixed}
    differs = or_(*(tracks.c[name].is_distinct_from(value) for name, value in refreshed.items()))
    written = given.on_conflict_do_update(index_elements=["track_id"], set_=refreshed, where=differs)
    return set(connection.scalars(written.returning(tracks.c.content_id), rows))


def _write_assignments(connection: Connection, run_id: str, run: FusionRun, person_ids: Sequence[str]) -> None:
    empty: dict[str, Any] = {"run_id": run_id, "person_id": None, "log_odds": None, "shares": {}}
    ids = [*(track.track_id for track in run.tracks), *(turn.turn_id for turn in run.turns)]
    rows: dict[str, dict[str, Any]] = {track_id: {"track_id": track_id, **empty} for track_id in ids}
    for cluster, person_id in zip(run.clusters, person_ids, strict=True):
        for link in cluster.links:
            rows[link.track_id] |= {"person_id": person_id, "log_odds": link.log_odds, "shares": link.shares}
    if rows:
        connection.execute(insert(assignments), list(rows.values()))


def _crops(connection: Connection, content_ids: set[str]) -> dict[str, dict[tuple[int, int], list[Crop]]]:
    """Kept crops by content and (pts_us, ordinal)."""
    found: dict[str, dict[tuple[int, int], list[Crop]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(select(crops).where(crops.c.content_id.in_(content_ids))).mappings():
        crop = Crop(**(dict(row) | {"box": tuple(row["box"])}))
        found[crop.content_id][crop.pts_us, crop.ordinal].append(crop)
    return found


def _picture(track: Track, kept: dict[tuple[int, int], list[Crop]]) -> Crop | None:
    """The best crop of a track's samples."""
    shown = [
        crop
        for pts_us, ordinal, box in zip(track.pts_us, track.ordinals, track.boxes, strict=True)
        for crop in kept.get((int(pts_us), int(ordinal)), ())
        if box_iou(crop.box, (float(box[0]), float(box[1]), float(box[2]), float(box[3]))) >= SAME_FACE_IOU
    ]
    return max(shown, key=lambda crop: (crop.quality, -crop.pts_us, crop.path), default=None)


def _row_of(track: Track, picture: Crop | None) -> dict[str, Any]:
    locator, best = track.locator, track.best
    return {
        "track_id": track.track_id,
        "content_id": track.content_id,
        "stream": locator.stream,
        "start_us": track.start_us,
        "end_us": track.end_us,
        "box": list(track.box),
        "best_pts_us": int(track.pts_us[best]),
        "best_ordinal": int(track.ordinals[best]),
        "best_quality": float(track.quality[best]),
        "score": float(track.scores.max()),
        "samples": len(track.pts_us),
        "expression": None if track.expression is None else [float(p) for p in track.expression],
        "picture_path": picture.path if picture else None,
        "picture_quality": picture.quality if picture else None,
        "vector_pts_us": [int(pts) for pts in track.pts_us[track.chosen]],
        "vector_ordinals": [int(ordinal) for ordinal in track.ordinals[track.chosen]],
        "speaker": None,
    }


def _turn_rows(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Rows of the turns of one content, with the same columns as those of tracks."""
    blank: dict[str, Any] = dict.fromkeys(("box", "expression", "picture_path", "picture_quality"))
    blank |= {"best_ordinal": 0, "samples": 0, "score": 1.0, "vector_pts_us": [], "vector_ordinals": []}
    return [
        {
            **blank,
            "track_id": turn.turn_id,
            "content_id": turn.content_id,
            "stream": turn.locator.stream,
            "start_us": turn.start_us,
            "end_us": turn.end_us,
            "best_pts_us": turn.start_us,
            "best_quality": quality,
            "speaker": turn.speaker,
        }
        for turn, quality in zip(turns, undisturbed(turns), strict=True)
    ]
