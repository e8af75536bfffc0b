"""Hearings made up for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aima.domain.speech import Hearing, Sounding, Speaker, Turn, Utterance, Word, turn_id, utterance_id
from tests.persons_made import SECOND, content

Line = tuple[float, float, int | None, str]
"""From, to (seconds), speaker, and what is said."""


def made_utterance(name: str, start_s: float, end_s: float, speaker: int | None, text: str, language="en") -> Utterance:
    """Words of equal length."""
    content_id, start, end = content(name), round(start_s * SECOND), round(end_s * SECOND)
    spoken = text.split()
    times = np.linspace(start, end, len(spoken) + 1).astype(int).tolist()
    words = tuple(Word(word, times[n], times[n + 1], 0.5) for n, word in enumerate(spoken))
    return Utterance(utterance_id(content_id, start, text), content_id, start, end, speaker, language, text, words)


def made_hearing(
    name: str, lines: Sequence[Line], sounds: Sequence[tuple[float, float, str]] = (), language="en", inputs="inputs"
) -> Hearing:
    """What is heard in a medium of this name: every line is an utterance, and a turn where its speaker is known."""
    content_id = content(name)
    numbers = sorted({speaker for *_, speaker, _ in lines if speaker is not None})
    spans = [(round(a * SECOND), round(b * SECOND), speaker) for a, b, speaker, _ in lines if speaker is not None]
    return Hearing(
        content_id,
        inputs,
        tuple(made_speaker(name, number) for number in numbers),
        tuple(Turn(turn_id(content_id, no, a, b), content_id, no, a, b) for a, b, no in sorted(spans)),
        tuple(made_utterance(name, *line, language) for line in sorted(lines, key=lambda line: line[:2])),
        tuple(Sounding(content_id, label, round(a * SECOND), round(b * SECOND), 0.75) for a, b, label in sounds),
    )


def made_speaker(name: str, number: int) -> Speaker:
    """A voice of four numbers; of the third and the fourth there is none, of the fourth not even by a model."""
    known = np.eye(4, dtype=np.float32)[number : number + 1] if number < 2 else np.zeros((0, 4), np.float32)
    vectors = known if number < 3 else np.zeros((0, 0), np.float32)
    return Speaker(content(name), number, vectors[0] if len(vectors) else None, vectors, 10.0 - number)
