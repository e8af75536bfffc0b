"""Subtitles as players show them: SubRip and WebVTT."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Final

import srt
from webvtt import Caption, WebVTT
from webvtt.models import Timestamp

from aima.domain.speech import Hearing
from aima.services.transcripts.cues import Cue, cues
from aima.services.transcripts.plain import plain

ARROW: Final = ("-->", "\u2192")
"""SubRip and heads of WebVTT have no escapes: what separates times may stand in no text of theirs."""


def write_srt(hearing: Hearing, title: str) -> bytes:  # the format has no place for a title
    """SubRip. Where several speak, utterances begin with the name of their speaker."""
    shown = [
        srt.Subtitle(number, _moment(cue.start_ms), _moment(cue.end_ms), "\n".join(cue.lines).replace(*ARROW))
        for number, cue in enumerate(cues(hearing, named=True), start=1)
    ]
    return str(srt.compose(shown, reindex=False)).encode()


def write_vtt(hearing: Hearing, title: str) -> bytes:
    """WebVTT, the speaker of each cue as its voice."""
    captions = [_caption(cue) for cue in cues(hearing)]
    return WebVTT(captions=captions, header_text=plain(title).replace(*ARROW)).content.encode()


def _moment(ms: int) -> timedelta:
    return timedelta(milliseconds=ms)


def _caption(cue: Cue) -> Caption:
    text = html.escape("\n".join(cue.lines), quote=False)
    spoken = f"<v {html.escape(cue.speaker, quote=False)}>{text}</v>" if cue.speaker else text
    start, end = (str(Timestamp.from_seconds(ms / 1000)) for ms in (cue.start_ms, cue.end_ms))
    return Caption(start, end, spoken)
