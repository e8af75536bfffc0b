"""Association: which voice belongs to which person who is seen.

Evidence in log-odds: lips, over all media in which the voice is heard and the person seen; being in view together,
which alone is never enough; and how alike voices are. The voice that is claimed most surely is given first; a person
who has a voice takes another one only if it is like the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aima.domain.speech import Turn
from aima.domain.track import Cluster, Link, Track
from aima.fusion import thresholds as limits
from aima.fusion.linkage import DECIMALS, Groups
from aima.fusion.lips import Tally
from aima.fusion.voices import Likeness, Voice

Tallies = Mapping[tuple[str, int], Tally]
"""How the mouth of a track, by id, goes with a speaker of its content, by number."""

THRESHOLDS: Final[dict[str, float]] = {
    "voices": limits.VOICE_CERTAIN,
    "voice seconds": limits.VOICE_SECONDS,
    "lips": limits.LIPS_WORTH,
    "lips by chance": limits.LIPS_CHANCE,
    "speaks": limits.SPEAKS,
}
"""What decides beside the rule, by name, as a run tells it."""

NO_SHARES: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """join: voices and persons are joined at or above. margin: by which a person must be likelier than any other."""

    join: float
    margin: float


@dataclass(frozen=True, slots=True)
class _Claim:
    """What speaks for it that a group of voices is a person, without other voices."""

    person: int
    lips: float
    together: float

    @property
    def log_odds(self) -> float:
        return self.lips + self.together

    @property
    def shares(self) -> dict[str, float]:
        return {"lips": round(self.lips, DECIMALS), "together": round(self.together, DECIMALS)}


def associate(
    faces: Sequence[Cluster],
    tracks: Iterable[Track],
    voices: Sequence[Voice],
    tallies: Tallies,
    likeness: Likeness,
    rule: Rule,
) -> tuple[Cluster, ...]:
    """The clusters of faces, in their order, with the turns of the voices that are theirs; then persons only heard.

    voices: sorted by content and number, as `likeness` has them. Voices that nobody in view owns are persons of their
    own if enough is heard of them; of the others the turns belong to nobody.
    """
    groups = likeness.groups(rule.join)
    claims = _Claims(faces, tracks, voices, tallies)
    owners = _given(groups, [claims.of(group) for group in groups], voices, likeness, rule)
    links: dict[int, list[Link]] = defaultdict(list)
    heard: list[Cluster] = []
    for number, group in enumerate(groups):
        claim = owners.get(number)
        found = _links(group, voices, likeness, claim.shares if claim else NO_SHARES)
        if claim is not None:
            links[claim.person] += found
        elif sum(voices[n].speaker.seconds for n in group) >= limits.VOICE_SECONDS:
            heard.append(Cluster(tuple(found)))
    seen = (Cluster((*cluster.links, *links[person])) for person, cluster in enumerate(faces))
    return (*seen, *heard)


class _Claims:
    """What is seen of persons while voices are heard."""

    def __init__(
        self, faces: Sequence[Cluster], tracks: Iterable[Track], voices: Sequence[Voice], tallies: Tallies
    ) -> None:
        self._voices, self._tallies = voices, tallies
        owner = {track_id: person for person, cluster in enumerate(faces) for track_id in cluster.track_ids}
        self._seen: dict[str, dict[int, list[Track]]] = defaultdict(lambda: defaultdict(list))
        for track in tracks:
            if track.track_id in owner and not track.still:
                self._seen[track.content_id][owner[track.track_id]].append(track)

    def of(self, group: Sequence[int]) -> list[_Claim]:
        """Claims of everybody whose lips could be read while these voices were heard, the surest first."""
        shown = [self._voices[n] for n in group if self._voices[n].speaker.content_id in self._seen]
        people = {person for voice in shown for person in self._seen[voice.speaker.content_id]}
        found = [claim for person in sorted(people) if (claim := self._claim(person, shown)) is not None]
        return sorted(found, key=lambda claim: (-claim.log_odds, claim.person))

    def _claim(self, person: int, shown: Sequence[Voice]) -> _Claim | None:
        read = [tally for voice in shown if (tally := self._tally(person, voice)) is not None]
        if not read:
            return None
        views = [self._in_view(person, voice) for voice in shown]
        together = limits.SPEAKS + sum(view * limits.IN_VIEW + (1 - view) * limits.AWAY for view in views)
        return _Claim(person, sum(tally.log_odds for tally in read), min(together, limits.TOGETHER_MOST))

    def _tally(self, person: int, voice: Voice) -> Tally | None:
        own = self._seen[voice.speaker.content_id].get(person, ())
        keys = ((track.track_id, voice.speaker.no) for track in own)
        read = [self._tallies[key] for key in keys if key in self._tallies]
        return sum(read[1:], read[0]) if read else None

    def _in_view(self, person: int, voice: Voice) -> float:
        """Share of the time in which a voice is heard and the person is in view, 0..1."""
        own = self._seen[voice.speaker.content_id].get(person, ())
        return sum(_shared_us(turn, track) for turn in voice.turns for track in own) / max(voice.heard_us, 1)


def _shared_us(turn: Turn, track: Track) -> int:
    return max(0, min(turn.end_us, track.end_us) - max(turn.start_us, track.start_us))


def _given(
    groups: Groups, claims: Sequence[Sequence[_Claim]], voices: Sequence[Voice], likeness: Likeness, rule: Rule
) -> dict[int, _Claim]:
    """The claim that is granted to each group, by its index; the surest first."""
    granted: dict[int, _Claim] = {}
    known: dict[int, list[int]] = defaultdict(list)
    contents = [{voices[n].speaker.content_id for n in group} for group in groups]
    for number in sorted((n for n in range(len(groups)) if claims[n]), key=lambda n: (-claims[n][0].log_odds, n)):
        open_to = [c for c in claims[number] if not any(contents[number] & contents[g] for g in known[c.person])]
        totals = [c.log_odds + _accord(groups, number, known[c.person], likeness) for c in open_to]
        ranked = sorted(zip(totals, open_to, strict=True), key=lambda one: (-one[0], one[1].person))
        second = ranked[1][0] if len(ranked) > 1 else -float("inf")
        if ranked and ranked[0][0] >= rule.join and ranked[0][0] - second >= rule.margin:
            granted[number] = ranked[0][1]
            known[ranked[0][1].person].append(number)
    return granted


def _accord(groups: Groups, number: int, known: Sequence[int], likeness: Likeness) -> float:
    """Log-odds of a group and the voices that a person has already; 0 for the first."""
    odds = likeness.between(groups[number], [n for group in known for n in groups[group]]) if known else None
    return odds or 0.0


def _links(
    group: Sequence[int], voices: Sequence[Voice], likeness: Likeness, shares: Mapping[str, float]
) -> list[Link]:
    """Links of all turns of a group, by content and time. shares: what speaks for the person that has it."""
    found = []
    for number in group:
        own = dict(shares)
        alike = likeness.between([number], [other for other in group if other != number])
        if alike is not None:
            own["voice"] = alike
        odds = round(sum(own.values()), DECIMALS) if own else None
        found += [Link(turn.turn_id, odds, own) for turn in voices[number].turns]
    return found
