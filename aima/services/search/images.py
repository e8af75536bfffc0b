"""Looks for a picture: the nearest vectors of whole pictures, and the shots that they stand for."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from aima.services.search.answers import Evidence, Reason, Unasked
from aima.services.search.clues import Clue, Trail
from aima.services.search.encoding import Encoders
from aima.services.search.near import Near
from aima.stores.moments import MomentStore
from aima.stores.vectors import Hit

PER_SHOT = 3
"""Vectors that a shot keeps at most."""


class ImageSearch:
    """Finds shots by a picture."""

    def __init__(self, encoders: Encoders, moments: MomentStore, near: Near) -> None:
        self._encoders, self._moments, self._near = encoders, moments, near

    def trail(self, path: Path, wanted: int, contents: Collection[str] | None) -> Trail:
        """Shots that look like the picture.

        Raises:
            StoreUnreachable, StackDown: the vectors do not answer.
            MediaError, ModelError: see `Encoders.picture`.
        """
        space = self._near.space("image")
        if space is None:
            return Trail(unasked=[Unasked("image", "the archive has no vectors of pictures yet")])
        vector = self._encoders.picture(space, path)
        best: dict[tuple[str, int], Hit] = {}
        for hit in self._near.hits(space, vector, wanted * PER_SHOT, contents):
            best.setdefault((hit.group, int(hit.subject)), hit)
        clues = []
        for (content_id, no), shot in self._moments.shots(best).items():
            hit = best[content_id, no]
            strength = self._near.log_odds(space, hit.score)
            evidence = (Evidence("shot", str(no)), Evidence("observation", hit.id))
            reason = Reason("image", "looks like the picture", strength, evidence, self._near.band(strength))
            clues.append(Clue(content_id, shot.start_us, shot.end_us, reason))
        return Trail(clues, {"image": space.model_version}, vectors=True)
