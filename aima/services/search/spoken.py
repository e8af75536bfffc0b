"""Looks for words in what is said: utterances by their words in whatever form, and what is told of those that match."""

from __future__ import annotations

from typing import Final

from aima.domain.speech import Utterance, speaker_name
from aima.services.search.answers import Ask, Evidence, Reason, log_odds
from aima.services.search.clues import Clue
from aima.services.search.words import likeness, places, spellings, words_of
from aima.stores.moments import MomentStore

CANDIDATES: Final = 300
"""Texts that hold most of the words, which are compared word by word."""
MARKED: Final = 0.7
"""Likeness from which a word is marked as found."""


def likenesses(moments: MomentStore, query: str) -> dict[str, float]:
    """How like what is said is to the query by those of its words that say something alone, 0..1, by text_id."""
    words = words_of(query)
    telling = moments.telling(words)
    wanted = [word for word in words if word in telling] or words
    there = moments.said_with([spellings(word) for word in wanted], CANDIDATES)
    return {text_id: likeness(" ".join(wanted), text) for text_id, text in there.items()}


def clue(ask: Ask, query: str, utterance: Utterance, chance: float, by: str) -> Clue:
    """An utterance that answers a query as likely as this. by: what says so."""
    who = speaker_name(utterance.speaker)
    head = f"{who}: \u201c" if who else "\u201c"
    text = f"{head}{utterance.text}\u201d ({by} {chance:.0%})"
    found = places(query, utterance.text, MARKED)
    marks = tuple((start + len(head), end + len(head)) for start, end in found)
    evidence = (Evidence("utterance", utterance.utterance_id),)
    reason = Reason(ask, text, log_odds(chance), evidence, marks=marks)
    return Clue(utterance.content_id, utterance.start_us, utterance.end_us, reason)
