"""Looks for words: in names, in what is written, seen and said, by letters and by meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aima.domain.finding import Found, text_id
from aima.errors import ModelError, StackError, StoreError
from aima.services.glosses import glossed, labels_called
from aima.services.search.answers import Ask, Evidence, Reason, Unasked, log_odds, probability
from aima.services.search.clues import Clue, Trail
from aima.services.search.encoding import Encoders
from aima.services.search.near import Near
from aima.services.search.spoken import clue, likenesses
from aima.services.search.words import likeness, parts, spellings, words_of
from aima.stores.moments import MomentStore
from aima.stores.vectors import Hit, Space

LEAST_LETTERS: Final = 0.3
"""Likeness by letters from which a text is an answer."""
NAME: Final = 0.8
"""The same for names of persons."""
CERTAIN: Final = 0.98
"""How likely the same letters mean the same ..."""
LESS_CERTAIN: Final = 0.95
"""... and how likely a like vector at most."""
LEAST_MEANING: Final = 0.01
"""How likely a like vector must mean the same to be an answer."""
MEANINGS: Final = 100
"""Texts of like meaning that are looked at ..."""
MEANINGS_WITHIN: Final = 1000
"""... and where most of them may lie outside what is asked for."""
MISREAD: Final = 300
"""Texts with like letters that are looked at."""


class TextSearch:
    """Finds findings, utterances and persons by words."""

    def __init__(self, encoders: Encoders, moments: MomentStore, near: Near) -> None:
        self._encoders, self._moments, self._near = encoders, moments, near

    def trail(self, text: str, wanted: int, contents: Collection[str] | None) -> Trail:
        """What answers the words; without vectors by letters alone, which `unasked` then says."""
        trail = Trail(self._named(text, contents))
        many = MEANINGS if contents is None else MEANINGS_WITHIN
        meant = self._by_meaning("text", text, many, trail)
        best = _best(self._by_letters(text), meant.of(sentences=False), many)
        found = self._moments.findings(best, wanted, contents) if best else []
        trail.clues += [_clue(one, best[text_id(one.finding.text)]) for one in found]
        trail.clues += self._spoken(
            "text", text, _best(self._by_words(text), meant.of(sentences=True), many), wanted, contents
        )
        return trail

    def said(self, text: str, wanted: int, contents: Collection[str] | None) -> Trail:
        """The same of what is said alone."""
        trail = Trail()
        meant = self._by_meaning("said", text, MEANINGS_WITHIN, trail)
        best = _best(self._by_words(text), meant.of(sentences=True), MEANINGS_WITHIN)
        trail.clues += self._spoken("said", text, best, wanted, contents)
        return trail

    def _spoken(
        self, ask: Ask, text: str, best: Mapping[str, _Match], wanted: int, contents: Collection[str] | None
    ) -> list[Clue]:
        """Utterances of the likeliest texts."""
        found = self._moments.utterances(best, wanted, contents) if best else []
        matched = [(one, best[text_id(one.text)]) for one in found]
        return [clue(ask, text, one, match.chance, match.by) for one, match in matched]

    def _named(self, text: str, contents: Collection[str] | None) -> list[Clue]:
        """Appearances of persons who are called so."""
        names = self._moments.names()
        alike = {one: max(likeness(text, name), likeness(name, text)) for one, name in names.items()}
        called = {person_id: how for person_id, how in alike.items() if how >= NAME}
        clues = []
        for seen in self._moments.presences(called, contents) if called else []:
            strength = log_odds(CERTAIN * called[seen.person_id] * seen.confidence)
            evidence = (Evidence("person", seen.person_id), *(Evidence("track", t) for t in seen.track_ids))
            reason = Reason("text", f"the name {seen.remark}", strength, evidence)
            clues.append(Clue(seen.content_id, seen.start_us, seen.end_us, reason))
        return clues

    def _by_letters(self, text: str) -> dict[str, _Match]:
        words = words_of(text)
        there = self._moments.texts_with({spelling for word in words for spelling in spellings(word)})
        there |= self._moments.texts_like(parts(words), MISREAD)
        there |= {text_id(label): label for label in labels_called(text)}
        alike = {text_id_: likeness(text, glossed(written)) for text_id_, written in there.items()}
        return {one: _Match(CERTAIN * how, "words") for one, how in alike.items() if how >= LEAST_LETTERS}

    def _by_words(self, text: str) -> dict[str, _Match]:
        """What is said."""
        alike = likenesses(self._moments, text)
        return {one: _Match(CERTAIN * how, "words") for one, how in alike.items() if how >= LEAST_LETTERS}

    def _by_meaning(self, ask: Ask, text: str, many: int, trail: Trail) -> _Meanings:
        """The nearest texts; none where meanings cannot be compared, which the trail then says."""
        try:
            space = self._near.space("text")
            if space is None:
                why = "meanings were not compared: the archive has no vectors of texts yet"
                trail.unasked.append(Unasked(ask, why))
                return _Meanings(self._near, None, ())
            hits = self._near.hits(space, self._encoders.text(space, text), many)
        except (StoreError, StackError, ModelError) as error:
            trail.unasked.append(Unasked(ask, f"meanings were not compared, only letters: {error.message}"))
            return _Meanings(self._near, None, ())
        trail.models["text"], trail.vectors = space.model_version, True
        return _Meanings(self._near, space, hits)


@dataclass(frozen=True, slots=True, order=True)
class _Match:
    """How a text answers: a probability, and by what."""

    chance: float
    by: Literal["meaning", "words"]


@dataclass(frozen=True, slots=True)
class _Meanings:
    """Texts of like meaning. space: where they were asked for; None: nowhere."""

    near: Near
    space: Space | None
    hits: Sequence[Hit]

    def of(self, *, sentences: bool) -> dict[str, _Match]:
        """How likely each text means the same, by its id, if it is a sentence or if it is not."""
        if self.space is None:
            return {}
        odds = {hit.group: self.near.log_odds(self.space, hit.score, sentences=sentences) for hit in self.hits}
        likely = {one: min(probability(strength), LESS_CERTAIN) for one, strength in odds.items()}
        return {one: _Match(chance, "meaning") for one, chance in likely.items() if chance >= LEAST_MEANING}


def _best(matches: dict[str, _Match], meant: Mapping[str, _Match], many: int) -> dict[str, _Match]:
    """The likeliest texts by letters or by meaning, at most so many."""
    whole = matches | {one: max(match, matches.get(one, match)) for one, match in meant.items()}
    return dict(sorted(whole.items(), key=lambda item: (-item[1].chance, item[0]))[:many])


def _clue(found: Found, match: _Match) -> Clue:
    """A finding answers as likely as its text does and the thing was really there."""
    finding = found.finding
    strength = log_odds(match.chance * finding.score)
    text = f"{finding.kind} {finding.text!r} ({match.by} {match.chance:.0%})"
    reason = Reason("text", text, strength, (Evidence("finding", finding.finding_id),))
    return Clue(found.content_id, finding.start_us, finding.end_us, reason)
