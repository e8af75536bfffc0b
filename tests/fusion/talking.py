"""Scenes made up for tests: faces whose lips move as somebody speaks, or otherwise, and what is heard of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from aima.domain.observation import MOUTH_COLUMNS, VOICE_ACTIVITY_COLUMNS, WAVEFORM_COLUMNS
from aima.domain.speech import Speaker, Turn, turn_id
from aima.domain.track import Track
from aima.fusion.lips import ACTIVITY, WAVEFORM, Tally, compare, read_mouths, read_signals
from aima.fusion.voices import Voice
from tests.fusion.making import STEP_US, look, track

SECOND = 1_000_000
STRIP_US = 40_000


def rhythm(seed: int, seconds: float) -> np.ndarray:
    """How the syllables of an utterance come: 0..1 every 40 ms."""
    random = np.random.default_rng(seed)
    steps = random.normal(size=round(seconds * SECOND / STRIP_US))
    smooth = np.convolve(steps, np.hanning(7), "same")
    return np.clip(0.5 + smooth / 4, 0, 1)


def heard(rhythms: np.ndarray) -> dict[str, pa.Table]:
    """Rows of `voice_activity` and `waveform` of sound that comes in this rhythm."""
    times = np.arange(len(rhythms)) * STRIP_US
    activity = {"pts_us": times, "end_us": times + STRIP_US, "speech_chance": rhythms.astype(np.float32)}
    end = len(rhythms) * STRIP_US
    starts = np.arange(0, end, 100_000)
    change = np.interp(starts[:, None] + 20_000 * np.arange(5), times, rhythms).tolist()
    columns = {"pts_us": starts, "end_us": starts + 100_000, "change": change}
    level = dict.fromkeys(("low", "high", "loudness", "clipped"), np.zeros(len(starts), np.float32))
    return {
        ACTIVITY: pa.table(activity, schema=pa.schema([("pts_us", pa.int64()), *VOICE_ACTIVITY_COLUMNS])),
        WAVEFORM: pa.table(columns | level, schema=pa.schema([("pts_us", pa.int64()), *WAVEFORM_COLUMNS])),
    }


def mouths(*faces: np.ndarray | None) -> pa.Table:
    """Rows of `mouth_motion` with one face for each rhythm, whose lips move 80 ms before; None: nobody read it."""
    length = max(len(face) for face in faces if face is not None)
    per_row = STEP_US // STRIP_US
    rows = [
        {
            "pts_us": first * STRIP_US,
            "mouth_open": [None] * len(faces),
            "mouth_motion": [None if f is None else np.roll(f, -2)[first : first + per_row].tolist() for f in faces],
            "mouth_pts_us": [(first + k) * STRIP_US for k in range(min(per_row, length - first))],
        }
        for first in range(0, length, per_row)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([("pts_us", pa.int64()), *MOUTH_COLUMNS]))


def face(content_id: str, person: int, seconds: float, ordinal: int = 0) -> Track:
    """A face that is in sight from the beginning; `ordinal`: its place in `mouths`."""
    made = track(content_id, 0, round(seconds * SECOND / STEP_US), look(person, ordinal), left=100.0 + 300 * ordinal)
    made.ordinals[:] = ordinal
    return made


def voice(content_id: str, person: int, *spans: tuple[float, float], no: int = 0, known: bool = True) -> Voice:
    """A speaker with the voice of a person, who speaks in these spans of seconds."""
    vector = look(person + 30, sum(map(ord, content_id))) if known else None
    vectors = np.zeros((0, 64), np.float32) if vector is None else vector[None]
    times = [(round(start * SECOND), round(end * SECOND)) for start, end in spans]
    turns = tuple(Turn(turn_id(content_id, no, *span), content_id, no, *span) for span in times)
    seconds = sum(end - start for start, end in spans)
    return Voice(Speaker(content_id, no, vector, vectors, seconds), turns, "model")


def tallies(
    tracks: Sequence[Track], voices: Sequence[Voice], moved: pa.Table, sound: Mapping[str, pa.Table]
) -> dict[tuple[str, int], Tally]:
    """How the mouths of one content go with its voices."""
    found = {}
    for track_id, mouth in read_mouths(tracks, moved).items():
        for one in voices:
            spans = [(turn.start_us, turn.end_us) for turn in one.turns]
            found[track_id, one.speaker.no] = compare(mouth, read_signals(sound), spans)
    return {key: tally for key, tally in found.items() if tally is not None}
