"""What narrows a search, and what can be looked for without vectors: persons, things, expressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from aima.domain.finding import text_id
from aima.domain.observation import EXPRESSIONS
from aima.domain.person import Person
from aima.domain.text import display
from aima.fusion.thresholds import EXPRESSION_CERTAIN
from aima.services.glosses import labels_named
from aima.services.search.answers import Evidence, Reason, log_odds
from aima.services.search.clues import Clue, Trail
from aima.services.search.words import likeness, spellings, words_of
from aima.stores.moments import Face, MomentStore

ENOUGH = 5000
"""Things or expressions that one search looks at, the surest."""


def persons(moments: MomentStore, person: Person, contents: Collection[str] | None) -> Trail:
    """Where a person is seen or heard."""
    clues = []
    for seen in moments.presences([person.person_id], contents):
        evidence = (Evidence("person", seen.person_id), *(Evidence("track", t) for t in seen.track_ids))
        reason = Reason("person", seen.remark, log_odds(seen.confidence), evidence)
        clues.append(Clue(seen.content_id, seen.start_us, seen.end_us, reason))
    return Trail(clues)


def objects(moments: MomentStore, name: str, contents: Collection[str] | None) -> Trail:
    """Where a thing of this class is seen, or pictures that show one.

    A name that is no class itself stands for those that it is a part of: "retriever", but not "bear" for "teddy bear".
    """
    wanted = {spelling for word in words_of(name) for spelling in spellings(word)}
    there = moments.texts_with(wanted, ("object", "label"))
    parts = {one for one, text in there.items() if likeness(name, text) == 1.0}
    same = {one for one in parts if likeness(there[one], name) == 1.0} | set(map(text_id, labels_named(name)))
    seen = moments.findings(same or parts, ENOUGH, contents, ("object", "label"))
    if not seen:
        return Trail(remarks=[f"nothing there is called {display(name)!r}; --text compares meanings"])
    clues = []
    for found in seen:
        finding = found.finding
        number = f"{finding.most} x " if finding.most > 1 else ""
        evidence = (Evidence("finding", finding.finding_id),)
        reason = Reason("object", f"{number}{finding.text}", log_odds(finding.score), evidence)
        clues.append(Clue(found.content_id, finding.start_us, finding.end_us, reason))
    return Trail(clues)


def expressions(
    moments: MomentStore, expression: str, tracks: Collection[str] | None, contents: Collection[str] | None
) -> Trail:
    """Where somebody looks so; only on these tracks, if given."""
    position = EXPRESSIONS.index(expression)
    found: Iterable[Face]
    if tracks is None:
        found = moments.expressive(position, EXPRESSION_CERTAIN, ENOUGH, contents)
    else:
        found = (
            face
            for face in moments.faces(tracks).values()
            if _looks(face, position) and (contents is None or face.content_id in contents)
        )
    clues = []
    for face in found:
        assert face.expression is not None, "it was asked for"
        strength = log_odds(face.expression[position])
        reason = Reason("expression", expression, strength, (Evidence("track", face.track_id),))
        clues.append(Clue(face.content_id, face.start_us, face.end_us, reason))
    return Trail(clues)


def _looks(face: Face, position: int) -> bool:
    """Whether this is the strongest expression, and strong enough to be named."""
    if face.expression is None:
        return False
    return face.expression[position] == max(face.expression) >= EXPRESSION_CERTAIN
