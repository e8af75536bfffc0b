"""Looks for a face: the nearest vectors, their tracks, and whose appearances these are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from aima.services.search.answers import Evidence, Reason, Unasked, log_odds, probability
from aima.services.search.clues import Clue, Trail
from aima.services.search.encoding import Encoders
from aima.services.search.near import Near
from aima.stores.moments import Face, MomentStore, Presence
from aima.stores.vectors import Hit

PER_TRACK = 5
"""Vectors that a track keeps at most."""


class FaceSearch:
    """Finds appearances by a picture of a face."""

    def __init__(self, encoders: Encoders, moments: MomentStore, near: Near) -> None:
        self._encoders, self._moments, self._near = encoders, moments, near

    def trail(self, path: Path, number: int | None, wanted: int, contents: Collection[str] | None) -> Trail:
        """Appearances that show the face, and those of a person who surely is the same.

        Raises:
            StoreUnreachable, StackDown: the vectors do not answer.
            QueryInvalid, MediaError, ModelError: see `Encoders.face`.
        """
        space = self._near.space("face")
        if space is None:
            return Trail(unasked=[Unasked("face", "the archive has no vectors of faces yet")])
        face = self._encoders.face(space, path, number)
        hits = self._near.hits(space, face.vector, wanted * PER_TRACK, contents)
        best: dict[str, tuple[float, Hit]] = {}
        for hit in hits:
            best.setdefault(hit.subject, (self._near.log_odds(space, hit.score), hit))
        clues = self._clues(best, contents)
        remarks = [face.remark] if face.remark else []
        return Trail(clues, {"face": space.model_version}, remarks=remarks, vectors=True)

    def _clues(self, best: dict[str, tuple[float, Hit]], contents: Collection[str] | None) -> list[Clue]:
        faces = self._moments.faces(best)
        owners = {face.person_id for face in faces.values() if face.person_id is not None}
        presences = self._moments.presences(owners, contents) if owners else []
        placed = {track_id for presence in presences for track_id in presence.track_ids}
        lone = [faces[track_id] for track_id in faces.keys() - placed]
        clues = [*self._of_persons(presences, best), *self._of_tracks(lone, best)]
        # Strangers are told only where there is nobody else.
        return [clue for clue in clues if clue.reason.band != "unlikely"] or clues

    def _of_persons(self, presences: Iterable[Presence], best: dict[str, tuple[float, Hit]]) -> list[Clue]:
        """Appearances with a track that is alike; those of a person who is the same with one say it by that."""
        by_person: dict[str, list[Presence]] = defaultdict(list)
        for presence in presences:
            by_person[presence.person_id].append(presence)
        clues = []
        for person_id, theirs in by_person.items():
            alike = [best[track_id][0] for presence in theirs for track_id in presence.track_ids if track_id in best]
            same = max(alike, default=float("-inf"))
            for presence in theirs:
                own = max((best[t] for t in presence.track_ids if t in best), key=lambda b: b[0], default=None)
                if clue := self._of_presence(presence, own, same, person_id):
                    clues.append(clue)
        return clues

    def _of_presence(
        self, presence: Presence, own: tuple[float, Hit] | None, same: float, person_id: str
    ) -> Clue | None:
        """By its own likeness or by that of the person elsewhere, whichever says more."""
        reasons = []
        if own is not None:
            reasons.append(self._alike(presence.label, *own))
        if self._near.band(same) == "join":
            linked = log_odds(probability(same) * presence.confidence)
            evidence = (Evidence("person", person_id), *(Evidence("track", t) for t in presence.track_ids))
            who = f"{presence.remark}, the same elsewhere"
            reasons.append(Reason("face", who, linked, evidence, self._near.band(linked)))
        if not reasons:
            return None
        reason = max(reasons, key=lambda r: r.log_odds)
        return Clue(presence.content_id, presence.start_us, presence.end_us, reason)

    def _of_tracks(self, faces: Iterable[Face], best: dict[str, tuple[float, Hit]]) -> list[Clue]:
        """Faces that belong to nobody."""
        return [
            Clue(face.content_id, face.start_us, face.end_us, self._alike("somebody unknown", *best[face.track_id]))
            for face in sorted(faces, key=lambda face: face.track_id)
        ]

    def _alike(self, who: str, strength: float, hit: Hit) -> Reason:
        evidence = (Evidence("track", hit.subject), Evidence("observation", hit.id))
        return Reason("face", who, strength, evidence, self._near.band(strength))
