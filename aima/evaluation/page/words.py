"""Words: error rates by language and material, and every wrong utterance, said and heard one above the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aima.domain.text import count
from aima.evaluation.page.elements import Cell, Element, element, percent, remark, section, table
from aima.evaluation.scores.wer import Piece, WordFigures, WordScores, WrongUtterance

MEANING: Final = (
    "How many words are heard wrongly for each that is said: others, too few or too many. Case, punctuation, hyphens "
    "and apostrophes do not count, and small numbers may stand as digits. Marked is what differs."
)
HEADINGS: Final = (
    "", "utterances", "exact", "without text", "words", "others", "too few", "too many", "WER", "letters wrong",
)  # fmt: skip


def words_section(score: WordScores) -> Element:
    """The figures, then the utterances, most errors per word first."""
    rows = [_row(name, figures) for name, figures in score.figures.items()]
    return section(
        "words",
        "Words",
        MEANING,
        table(HEADINGS, rows, "figures"),
        *map(_wrong, score.wrong),
        remark(f"{count(score.hidden, 'further utterance')} with errors not shown" if score.hidden else None),
    )


def _row(name: str, figures: WordFigures) -> tuple[Cell, ...]:
    return (
        name,
        figures.utterances,
        figures.exact,
        figures.missing,
        figures.words,
        figures.substituted,
        figures.deleted,
        figures.inserted,
        percent(figures.wer),
        percent(figures.cer),
    )


def _wrong(wrong: WrongUtterance) -> Element:
    words = f"{count(wrong.errors, 'error')} in {count(wrong.words, 'word')}"
    heading = element("h4", wrong.file, " ", element("small", f"{words}; nothing heard" if wrong.missing else words))
    said = element("p", element("small", "said "), *_marked([(piece, piece.said) for piece in wrong.pieces]))
    heard = element("p", element("small", "heard "), *_marked([(piece, piece.heard) for piece in wrong.pieces]))
    return element("div", heading, said, heard, class_="said")


def _marked(parts: Sequence[tuple[Piece, str]]) -> Iterator[Element | str]:
    for piece, words in parts:
        if words:
            yield words if piece.kind == "equal" else element("mark", words)
            yield " "
