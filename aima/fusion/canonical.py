"""The canonical hash: what "the same result" means.

It covers tracks, turns and their partition into persons, and utterances; times to 1 ms, boxes to 1 pixel, scores to
0.01. Ids, wall times and vectors stay out, so that another order, placement or repetition of the same work gives the
same hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from aima.domain.speech import Hearing, Turn, Utterance
from aima.domain.track import Cluster, Track

Form = list[object]


def canonical_hash(tracks: Sequence[Track], clusters: Sequence[Cluster], hearings: Sequence[Hearing] = ()) -> str:
    """sha256 in hex over tracks, what is heard, and clusters, the same for any order; silence leaves no trace in it."""
    forms = {track.track_id: _form(track) for track in tracks}
    forms |= {turn.turn_id: _turn_form(turn) for hearing in hearings for turn in hearing.turns}
    # Tracks are known by their place in the sorted list: ids may differ where results do not.
    numbers = {track_id: number for number, track_id in enumerate(sorted(forms, key=lambda key: _text(forms[key])))}
    partition = sorted(sorted(numbers[track_id] for track_id in cluster.track_ids) for cluster in clusters)
    ordered = [forms[track_id] for track_id in numbers]
    said = sorted((_said(one) for hearing in hearings for one in hearing.utterances), key=_text)
    return hashlib.sha256(_text([ordered, partition, *([said] if said else [])]).encode()).hexdigest()


def _form(track: Track) -> Form:
    """Content, span, and of every sample its time, box and score."""
    boxes = np.rint(track.boxes).astype(np.int64)
    scores = np.rint(track.scores * 100).astype(np.int64)
    samples = np.column_stack([_milliseconds(track.pts_us), boxes, scores])
    span = _milliseconds(np.array([track.start_us, track.end_us]))
    return [track.content_id, span.tolist(), samples.tolist()]


def _turn_form(turn: Turn) -> Form:
    return [turn.content_id, _span(turn), turn.speaker]


def _said(utterance: Utterance) -> Form:
    return [utterance.content_id, _span(utterance), utterance.speaker, utterance.text]


def _span(one: Turn | Utterance) -> list[int]:
    return [int(time) for time in _milliseconds(np.array([one.start_us, one.end_us]))]


def _milliseconds(times_us: np.ndarray) -> np.ndarray:
    return (times_us + 500) // 1000


def _text(form: Form) -> str:
    return json.dumps(form, separators=(",", ":"))
