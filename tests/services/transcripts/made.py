"""Hearings that tests make: one that is easy to read, and any that could come."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from aima.domain.speech import Hearing, Sounding, Speaker, Turn, Utterance, Word, turn_id, utterance_id

CONTENT = "c" * 64
SECOND = 1_000_000
any_hearing = settings(deadline=None, derandomize=True, max_examples=60)

# What could break a format: its own marks, control characters, characters beyond the basic plane, right to left.
ODD = (
    "-->",
    "<b>",
    "</v>",
    "<v Ann>",
    "&amp;",
    "&",
    '"quoted"',
    "it's",
    "a,b;c",
    "{\\an8}",
    r"C:\Nine",
    "]]>",
    "<!--",
    "42",
    "00:00:01,000 --> 00:00:02,000",
    "a\nb",
    "a\r\n\r\nb",
    "\u2028",
    "nul\0",
    "\x1b[0m",
    "\ud800",
    "\ufffe",
    "\U0001f469\u200d\U0001f680",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u200f\u0645\u0631\u062d\u0628\u0627",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002",
    "\ufeff",
    "NOTE",
    "WEBVTT",
    "=1+1",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
)
tokens = st.one_of(st.sampled_from(ODD), st.text(max_size=12))
times = st.integers(0, 4 * 3600 * SECOND)
lengths = st.integers(0, 20 * SECOND)
speakers = st.one_of(st.none(), st.integers(0, 3))


def voice(no: int, seconds: float = 5.0) -> Speaker:
    return Speaker(CONTENT, no, None, np.zeros((0, 192), np.float32), seconds)


def said(text: str, start_s: float, end_s: float, speaker: int | None = 0, *, worded: bool = True) -> Utterance:
    """An utterance with its words at equal distances."""
    start_us, end_us = round(start_s * SECOND), round(end_s * SECOND)
    parts = text.split() if worded else []
    step = (end_us - start_us) // max(len(parts), 1)
    words = tuple(
        Word(part, start_us + n * step, start_us + (n + 1) * step - step // 5, 0.9) for n, part in enumerate(parts)
    )
    return Utterance(utterance_id(CONTENT, start_us, text), CONTENT, start_us, end_us, speaker, "en", text, words)


def turn(speaker: int, start_s: float, end_s: float) -> Turn:
    start_us, end_us = round(start_s * SECOND), round(end_s * SECOND)
    return Turn(turn_id(CONTENT, speaker, start_us, end_us), CONTENT, speaker, start_us, end_us)


def hearing(
    utterances: list[Utterance], turns: list[Turn] | None = None, soundings: list[Sounding] | None = None
) -> Hearing:
    """Sorted as fusion gives it."""
    talking = turns or []
    known = sorted({one.speaker for one in talking} | {one.speaker for one in utterances if one.speaker is not None})
    return Hearing(
        CONTENT,
        "f" * 64,
        tuple(voice(no) for no in known),
        tuple(sorted(talking, key=lambda one: (one.start_us, one.end_us))),
        tuple(sorted(utterances, key=lambda one: (one.start_us, one.end_us))),
        tuple(sorted(soundings or [], key=lambda one: (one.start_us, one.end_us))),
    )


@st.composite
def _utterances(draw: st.DrawFn) -> Utterance:
    parts = draw(st.lists(tokens, max_size=30))
    start_us, lasts_us = draw(times), draw(lengths)
    step = lasts_us // max(len(parts), 1)
    words = tuple(
        Word(part, start_us + n * step, start_us + (n + 1) * step, 0.5)
        for n, part in enumerate(parts)
        if draw(st.integers(0, 9))  # now and then a word is not where the text says
    )
    text = draw(st.sampled_from(["", " "])).join(parts)
    end_us, identity = start_us + lasts_us, utterance_id(CONTENT, start_us, "any")
    return Utterance(identity, CONTENT, start_us, end_us, draw(speakers), "de", text, words)


@st.composite
def _turns(draw: st.DrawFn) -> Turn:
    start_us = draw(times)
    return Turn("t", CONTENT, draw(st.integers(0, 3)), start_us, start_us + draw(lengths))


@st.composite
def _soundings(draw: st.DrawFn) -> Sounding:
    start_us = draw(times)
    return Sounding(CONTENT, draw(tokens), start_us, start_us + draw(lengths), 0.5)


hearings = st.builds(
    hearing,
    st.lists(_utterances(), max_size=6),
    st.lists(_turns(), max_size=6),
    st.lists(_soundings(), max_size=3),
)
