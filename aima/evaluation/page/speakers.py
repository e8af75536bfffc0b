"""Speakers of a recording as lanes of its time line: what is true, what was found for it, and who stands for nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.answers import Sounds
from aima.evaluation.hearing import turns
from aima.evaluation.page.charts import legend
from aima.evaluation.page.elements import Cell, Element, element, percent, section, table
from aima.evaluation.page.timeline import Bar, BarKind, Lane, timeline
from aima.evaluation.scores.der import TurnFigures, TurnScores
from aima.evaluation.truth import Talk, TrueTurn, Truth

MEANING: Final = (
    "Who speaks when. Time counts once for each who speaks; it is missed, false, or given to somebody else. A quarter "
    "of a second around the true borders does not count."
)
HEADINGS: Final = ("recording", "seconds", "missed", "false", "confused", "error rate", "speakers", "found")
KINDS: Final = (("true", "required"), ("found", "found"), ("found, but nobody", "stray"))


def speakers_section(score: TurnScores, truth: Truth, sounds: Sounds) -> Element:
    """A row for each recording, then its lanes."""
    rows = [_row(name, figures) for name, figures in score.figures.items()]
    return section(
        "speakers",
        "Speakers",
        MEANING,
        table(HEADINGS, rows, "figures"),
        legend(KINDS),
        *(part for name, figures in score.figures.items() for part in _talk(truth.talks[name], figures, sounds)),
    )


def _row(name: str, figures: TurnFigures) -> tuple[Cell, ...]:
    times = (f"{part:.1f}" for part in (figures.scored, figures.missed, figures.false, figures.confused))
    return name, *times, percent(figures.der), figures.speakers, figures.found


def _talk(talk: Talk, figures: TurnFigures, sounds: Sounds) -> Iterator[Element]:
    found = turns(sounds.talks[talk.name]) if talk.name in sounds.talks else ()
    end = max((turn.end for turn in (*talk.turns, *found)), default=0.0)
    told = f"{count(figures.found, 'speaker')} found for {figures.speakers}, {percent(figures.der)} wrong"
    yield element("h3", talk.name, " ", element("small", told))
    yield timeline(list(_lanes(_by_speaker(talk.turns), _by_speaker(found), figures.matched)), end, ())


def _lanes(
    true: Mapping[str, Sequence[TrueTurn]], found: Mapping[str, Sequence[TrueTurn]], matched: Mapping[str, str]
) -> Iterator[Lane]:
    """Each true speaker with the one found for them beneath, then those found for nobody."""
    stands = {speaker: name for name, speaker in matched.items()}
    for speaker, own in true.items():
        yield Lane(speaker, _bars("required", own))
        yield Lane(f"found: {stands.get(speaker, 'nobody')}", _bars("found", found.get(stands.get(speaker, ""), ())))
    for name, own in found.items():
        if name not in matched:
            yield Lane(f"{name} stands for nobody", _bars("stray", own))


def _bars(kind: BarKind, stretches: Sequence[TrueTurn]) -> tuple[Bar, ...]:
    return tuple(Bar(kind, turn.start, turn.end) for turn in stretches)


def _by_speaker(stretches: Sequence[TrueTurn]) -> dict[str, list[TrueTurn]]:
    speakers: dict[str, list[TrueTurn]] = {}
    for turn in stretches:
        speakers.setdefault(turn.speaker, []).append(turn)
    return speakers
