"""Media, tracks and fusion runs made up for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from aima.domain.fusion import FusionRun
from aima.domain.media import MediaInfo, Medium, Segment, media_id
from aima.domain.speech import Turn, turn_id
from aima.domain.track import Cluster, Link, Track, track_id
from aima.stores.postgres import PostgresStores

SECOND = 1_000_000
STEP = 200_000


def content(name: str) -> str:
    """A content id."""
    return hashlib.sha256(name.encode()).hexdigest()


def made_medium(name: str, owner_id: str, seconds: int = 60) -> Medium:
    """A video of this name; its bytes are named like it."""
    info = MediaInfo("video", "mov", "h264", 1280, 720, seconds * SECOND, 25.0, keyframes_us=(0,))
    content_id = content(name)
    return Medium(media_id(owner_id, content_id), content_id, owner_id, name, f"/media/{name}", 1000, info)


def add_medium(stores: PostgresStores, name: str, owner: str = "local") -> Medium:
    """A medium of one segment in the stores."""
    medium = made_medium(name, stores.ensure_user(owner))
    segment = Segment(medium.content_id, 0, "sight", 0, medium.info.duration_us)
    return stores.media.add(medium, [segment])


def made_track(name: str, start_s: float, end_s: float, left: float = 100.0, quality: float = 0.5) -> Track:
    """A face of 80 x 80 pixels that stands still from start to end, sampled 5 times a second."""
    start, end = round(start_s * SECOND), round(end_s * SECOND)
    pts = np.arange(start, end, STEP, dtype=np.int64)
    n = len(pts)
    return Track(
        track_id(content(name), start, end, (left, 50.0, 80.0, 80.0)),
        content(name),
        start,
        end,
        pts,
        np.tile(np.array([left, 50, 80, 80], np.float32), (n, 1)),
        np.zeros(n, np.int32),
        np.full(n, quality, np.float32),
        np.full(n, 0.9, np.float32),
        None,
        np.zeros((0, 4), np.float32),
    )


def made_turn(name: str, start_s: float, end_s: float, speaker: int = 0) -> Turn:
    """A speaker who speaks from start to end."""
    span = round(start_s * SECOND), round(end_s * SECOND)
    return Turn(turn_id(content(name), speaker, *span), content(name), speaker, *span)


def made_run(
    tracks: Sequence[Track], *groups: Sequence[int], inputs: str = "first", turns: Sequence[Turn] = ()
) -> FusionRun:
    """A run over tracks and turns; a group holds the indices of one person's in both together."""
    links = [Link(track.track_id, 2.0, {"face": 2.0}) for track in tracks]
    links += [Link(turn.turn_id, 3.0, {"lips": 2.5, "together": 0.5}) for turn in turns]
    clusters = tuple(Cluster(tuple(links[index] for index in group)) for group in groups)
    ordered = sorted(tracks, key=lambda track: (track.content_id, track.start_us, track.track_id))
    heard = sorted(turns, key=lambda turn: (turn.content_id, turn.start_us, turn.turn_id))
    facts = (inputs, {"face_embedder": "faces@1"}, {"join": 0.0, "review": -2.0})
    return FusionRun(tuple(ordered), clusters, *facts, tuple(heard))


def record(stores: PostgresStores, run: FusionRun) -> bool:
    """Write a run; its digest is named like its inputs."""
    return stores.fusion.record(run, f"digest of {run.input_hash}", "local")
