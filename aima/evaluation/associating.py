"""From persons who are seen and heard to the face that has the voice of a clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aima.domain.media import Medium
from aima.domain.person import TrackRecord
from aima.domain.track import Box
from aima.evaluation.truth import SpeakingClip
from aima.evaluation.workspace import Workspace


def faces_with_voices(
    workspace: Workspace, clips: Sequence[SpeakingClip], media: Mapping[str, Medium]
) -> dict[str, Box]:
    """By file, the box of the best look at the person who speaks most, of those who are seen in it."""
    found = {}
    for clip in clips:
        if clip.file in media:
            face = _speaking(workspace.stores.persons.tracks_in([media[clip.file].content_id]))
            if face is not None:
                found[clip.file] = face.box
    return found


def _speaking(tracks: Sequence[TrackRecord]) -> TrackRecord | None:
    spoken: dict[str, int] = {}
    for turn in tracks:
        if turn.speaker is not None and turn.person_id is not None:
            length = turn.locator.end_us - turn.locator.start_us
            spoken[turn.person_id] = spoken.get(turn.person_id, 0) + length
    seen = [track for track in tracks if track.speaker is None and track.person_id in spoken]
    return max(seen, key=lambda track: (spoken[str(track.person_id)], track.quality, track.track_id), default=None)
