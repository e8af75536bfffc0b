"""Appearances: the stretches in which a person is seen in a medium."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from aima.domain.track import Appearance, Picture, Track
from aima.fusion import thresholds as limits

SOURCE = "face"


def appearances(
    tracks: Iterable[Track],
    person_of: Mapping[str, str],
    media_of: Mapping[str, Sequence[str]],
    log_odds: Mapping[str, float] | None = None,
) -> list[Appearance]:
    """Appearances of all persons, sorted by (media_id, start_us, person_id).

    person_of: person id by track id; a track that is not in it belongs to nobody. media_of: media ids by content
    id (equal bytes may be several owners' media). log_odds: evidence by track id that the track is this person; a
    track without any (alone, or assigned by hand) counts as certain.
    """
    mine = sorted(
        ((person_of[track.track_id], track) for track in tracks if track.track_id in person_of),
        key=lambda pair: (pair[1].content_id, pair[0], pair[1].start_us, pair[1].track_id),
    )
    found: list[Appearance] = []
    for (content_id, person_id), pairs in itertools.groupby(mine, key=lambda pair: (pair[1].content_id, pair[0])):
        stretches = list(_stretches([track for _, track in pairs]))
        for media_id in media_of.get(content_id, ()):
            found += [_appearance(person_id, media_id, stretch, log_odds or {}) for stretch in stretches]
    return sorted(found, key=lambda one: (one.media_id, one.start_us, one.person_id))


def _stretches(tracks: Sequence[Track]) -> Iterator[list[Track]]:
    """Runs of tracks, sorted by start, that are not further apart than a moment."""
    run: list[Track] = []
    end_us = 0
    for track in tracks:
        if run and track.start_us - end_us > limits.TOGETHER_US:
            yield run
            run = []
        end_us = max(end_us, track.end_us) if run else track.end_us
        run.append(track)
    if run:
        yield run


def _appearance(person_id: str, media_id: str, stretch: Sequence[Track], log_odds: Mapping[str, float]) -> Appearance:
    return Appearance(
        person_id=person_id,
        media_id=media_id,
        start_us=stretch[0].start_us,
        end_us=max(track.end_us for track in stretch),
        confidence=_confidence(stretch, log_odds),
        source=SOURCE,
        track_ids=tuple(track.track_id for track in stretch),
        best=best_picture(stretch),
    )


def _confidence(stretch: Sequence[Track], log_odds: Mapping[str, float]) -> float:
    """Probability of a face times probability of this person, a mean weighted by time."""
    face = np.array([float(track.scores.max()) for track in stretch])
    odds = np.array([log_odds.get(track.track_id) or np.inf for track in stretch])
    lengths = np.array([track.end_us - track.start_us for track in stretch], np.float64)
    return round(float(np.average(face / (1 + np.exp(-odds)), weights=np.maximum(lengths, 1))), 4)


def best_picture(tracks: Iterable[Track]) -> Picture | None:
    """The sample of the best quality over tracks, the earliest of equals; None without tracks."""
    ranked = sorted(tracks, key=lambda track: (-float(track.quality[track.best]), track.start_us, track.track_id))
    if not ranked:
        return None
    track, best = ranked[0], ranked[0].best
    return Picture(track.content_id, int(track.pts_us[best]), int(track.ordinals[best]))
