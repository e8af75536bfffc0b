"""What a person says in a medium, and to whom: from what is heard, and whose the turns are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from aima.domain.speech import Hearing, Turn, Utterance
from aima.stores.ports import Stores

ANSWER_US: Final = 2_000_000
"""Who begins to speak within this after somebody else has ended answers."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard of a content. owners: the person of each turn, by id, as far as it has one."""

    hearing: Hearing
    owners: Mapping[str, str]

    def said_by(self, person_id: str) -> list[Utterance]:
        """The utterances of a person in order of time."""
        return [one for one in self.hearing.utterances if self._owner(one) == person_id]

    def answers(self, person_id: str) -> Counter[str]:
        """How often the person answers each other one, or is answered."""
        found: Counter[str] = Counter()
        for before, after in pairwise(self.hearing.turns):
            pair = (self.owners.get(before.turn_id), self.owners.get(after.turn_id))
            if person_id in pair and None not in pair and pair[0] != pair[1] and _follows(before, after):
                found[str(pair[0] if pair[1] == person_id else pair[1])] += 1
        return found

    def _owner(self, utterance: Utterance) -> str | None:
        """The person of the turn of its speaker that it shares most time with."""
        own = [turn for turn in self.hearing.turns if turn.speaker == utterance.speaker]
        if not own:
            return None
        return self.owners.get(max(own, key=lambda turn: (_shared_us(turn, utterance), -turn.start_us)).turn_id)


def heard_of(stores: Stores, content_ids: Collection[str]) -> dict[str, Heard]:
    """What is heard of those of these contents whose sound was analysed."""
    owners: dict[str, dict[str, str]] = {}
    for track in stores.persons.tracks_in(content_ids):
        if track.speaker is not None and track.person_id is not None:
            owners.setdefault(track.locator.content_id, {})[track.track_id] = track.person_id
    hearings = ((content_id, stores.hearings.get(content_id)) for content_id in sorted(content_ids))
    return {content_id: Heard(found, owners.get(content_id, {})) for content_id, found in hearings if found}


def _follows(before: Turn, after: Turn) -> bool:
    return after.start_us - before.end_us <= ANSWER_US


def _shared_us(turn: Turn, utterance: Utterance) -> int:
    return min(turn.end_us, utterance.end_us) - max(turn.start_us, utterance.start_us)
