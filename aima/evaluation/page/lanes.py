"""A clip with its answers, and the lanes of its time line: who is there, and below it who was found instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aima.evaluation.answers import Answers, Persons, SeenFace
from aima.evaluation.page.elements import number
from aima.evaluation.page.timeline import Bar, BarKind, Lane
from aima.evaluation.scores.persons import ClipScore, Mistake
from aima.evaluation.truth import Clip, Interval, TruePerson


@dataclass(frozen=True, slots=True)
class ClipView:
    """One clip: what is true, what was found, and how well both agree."""

    clip: Clip
    score: ClipScore
    found: Persons
    seen: tuple[SeenFace, ...]
    failed: str | None

    @classmethod
    def of(cls, clip: Clip, score: ClipScore, answers: Answers) -> ClipView:
        """The clip with its part of the answers."""
        seen = answers.seen.get(clip.file, ())
        return cls(clip, score, answers.persons.get(clip.name, {}), seen, answers.failed.get(clip.file))

    @property
    def matched(self) -> dict[str, str]:
        """True person by the found one that stands for it, in the order of the lanes."""
        matches = ((person.id, self.score.by_person.get(person.id)) for person in self.persons)
        return {match.predicted: true for true, match in matches if match and match.predicted is not None}

    @property
    def strays(self) -> list[str]:
        """Found persons that stand for nobody, by their first time."""
        return sorted(set(self.found) - set(self.matched), key=lambda name: (min(self.found[name], default=()), name))

    @property
    def persons(self) -> list[TruePerson]:
        """True persons by their first time, those who must be found before the others."""
        return sorted(self.clip.persons, key=lambda person: (not person.required, _first(person), person.id))


def lanes(view: ClipView) -> list[Lane]:
    """A lane per true person, each followed by the found one that stands for it; then everybody else."""
    return [*_true_lanes(view), *_further_lanes(view)]


def _true_lanes(view: ClipView) -> Iterator[Lane]:
    for person in view.persons:
        match = view.score.by_person.get(person.id)
        bars = (*_bars("required", person.required), *_bars("optional", person.optional))
        missed = [mistake for mistake in view.score.mistakes if mistake.person == person.id]
        if match is None:
            yield Lane(f"{person.id}: need not be found", bars, _stretches(missed))
        elif match.predicted is None:
            yield Lane(f"{person.id}: not found", bars, _stretches(missed))
        else:
            yield Lane(f"{person.id}: F1 {number(match.f1)}", bars, _stretches(missed))
            yield _found(view, "found", match.predicted, f"found as {match.predicted}")


def _further_lanes(view: ClipView) -> Iterator[Lane]:
    for predicted in view.strays:
        yield _found(view, "stray", predicted, f"{predicted} stands for nobody")
    if view.clip.background_faces:
        yield Lane("further faces are no mistake", _bars("optional", view.clip.background_faces))


def _found(view: ClipView, kind: BarKind, predicted: str, label: str) -> Lane:
    wrong = [mistake for mistake in view.score.mistakes if mistake.predicted == predicted]
    return Lane(label, _bars(kind, view.found.get(predicted, ())), _stretches(wrong))


def _bars(kind: BarKind, stretches: tuple[Interval, ...]) -> tuple[Bar, ...]:
    return tuple(Bar(kind, start, end) for start, end in stretches)


def _stretches(mistakes: list[Mistake]) -> tuple[Interval, ...]:
    return tuple((mistake.start, mistake.end) for mistake in mistakes)


def _first(person: TruePerson) -> Interval:
    return min((*person.required, *person.optional), default=(0.0, 0.0))
