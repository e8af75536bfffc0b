"""The documents of one analysed medium: what its content shows now, under the job that ended last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from aima.domain.clock import seconds
from aima.domain.finding import Finding, Shot, Sighting
from aima.domain.job import EndedJob
from aima.domain.observation import EXPRESSIONS
from aima.domain.person import TrackRecord
from aima.domain.speech import Hearing, Sounding, Turn, Utterance, Word
from aima.fusion.emotions import name_expression
from aima.services.digests import made
from aima.stores.documents import MAX_BYTES, Document
from aima.stores.ports import Stores

Item = dict[str, Any]
Size = Callable[[Mapping[str, Any]], int]

MODULES: Final = ("tracks", "shots", "objects", "labels", "texts", "turns", "utterances", "sounds")
NO_SUMMARY: Final = "no model of this profile writes summaries"
DIGITS: Final = 6
"""Decimals of a score."""

INDEX: Final = "00000000"
"""At least as long as the key of an item in its list."""


def medium_documents(stores: Stores, media_ids: Collection[str], size: Size) -> dict[str, list[Document]]:
    """Documents of each of these media; none where no job has ended. `size` measures them."""
    ended = stores.jobs.newest_ended(media_ids)
    tracks: dict[str, list[TrackRecord]] = defaultdict(list)
    for track in stores.persons.tracks_in({job.content_id for job in ended.values()}):
        tracks[track.locator.content_id].append(track)
    found: dict[str, list[Document]] = {media_id: [] for media_id in media_ids}
    for media_id, job in ended.items():
        seen = [track for track in tracks[job.content_id] if track.speaker is None]
        items = _items(seen, stores.sightings.get(job.content_id))
        spoken = {track.track_id: track for track in tracks[job.content_id] if track.speaker is not None}
        items |= _heard_items(stores.hearings.get(job.content_id), spoken)
        found[media_id] = list(documents(job, items, size))
    return found


def documents(ended: EndedJob, items: Mapping[str, Sequence[Item]], size: Size) -> Iterator[Document]:
    """One document per module that has items, more where they would grow too large; tracks always have one."""
    for module in MODULES:
        if not items[module] and module != "tracks":
            continue
        parts = list(split(items[module], size, MAX_BYTES - size(_body(ended, module, [], 0, 0))))
        for no, part in enumerate(parts):
            yield made(f"{ended.job.job_id}:{module}:{no:04d}", _body(ended, module, part, no, len(parts)))


def split(items: Sequence[Item], size: Size, room: int) -> Iterator[list[Item]]:
    """The items in order, in lists that take at most `room` bytes each unless a single one takes more."""
    part: list[Item] = []
    taken = 0
    for item in items:
        own = size({INDEX: item}) - size({})
        if part and taken + own > room:
            yield part
            part, taken = [], 0
        part.append(item)
        taken += own
    yield part


def track_item(track: TrackRecord) -> Item:
    """A track, or a turn, with its evidence. Times in seconds, box in displayed source pixels, log-odds natural."""
    return {
        "track_id": track.track_id,
        **_link(track),
        "start": seconds(track.locator.start_us),
        "end": seconds(track.locator.end_us),
        "best": seconds(track.best_pts_us),
        "box": None if track.locator.box is None else _box(track.locator.box),
        "quality": round(track.quality, DIGITS),
        "score": round(track.score, DIGITS),
        "samples": track.samples,
        "picture": track.picture_path,
        "expression": expression_item(track.expression),
    }


def _link(track: TrackRecord) -> Item:
    """Whose it is, and the evidence for that."""
    return {
        "person_id": track.person_id,
        "log_odds": None if track.log_odds is None else round(track.log_odds, DIGITS),
        "shares": {name: round(share, DIGITS) for name, share in sorted(track.shares.items())},
    }


def expression_item(expression: Sequence[float] | None) -> Item | None:
    """The name of an expression and its probabilities, or None where none was observed."""
    if expression is None:
        return None
    probabilities = {name: round(float(p), DIGITS) for name, p in zip(EXPRESSIONS, expression, strict=True)}
    return {"name": name_expression(expression), "probabilities": probabilities}


def whole_milliseconds(moment: datetime) -> datetime:
    """A time as the documents can hold it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _items(tracks: Sequence[TrackRecord], sighting: Sighting | None) -> dict[str, list[Item]]:
    shots, findings = (sighting.shots, sighting.findings) if sighting else ((), ())
    by_kind = {f"{kind}s": [_finding(f) for f in findings if f.kind == kind] for kind in ("object", "label", "text")}
    return {"tracks": [track_item(track) for track in tracks], "shots": [_shot(shot) for shot in shots], **by_kind}


def _heard_items(hearing: Hearing | None, spoken: Mapping[str, TrackRecord]) -> dict[str, list[Item]]:
    """spoken: turns as the run that stands has them, by id."""
    if hearing is None:
        return {"turns": [], "utterances": [], "sounds": []}
    return {
        "turns": [_turn(turn, spoken.get(turn.turn_id)) for turn in hearing.turns],
        "utterances": [_utterance(utterance) for utterance in hearing.utterances],
        "sounds": [_sounding(sounding) for sounding in hearing.soundings],
    }


def _body(ended: EndedJob, module: str, items: list[Item], no: int, parts: int) -> Item:
    job = ended.job
    return {
        "job_id": job.job_id,
        "media_id": job.media_id,
        "content_id": ended.content_id,
        "timestamp": whole_milliseconds(ended.completed_at),
        "state": job.state,
        "code": job.code,
        "part": no,
        "parts": parts,
        "results": {module: items},
        "summary": None,
        "summary_state": "not_available",
        "summary_reason": NO_SUMMARY,
        "metadata": {"analyzers": job.analyzers},
    }


def _shot(shot: Shot) -> Item:
    return {"no": shot.no, "start": seconds(shot.start_us), "end": seconds(shot.end_us)}


def _turn(turn: Turn, spoken: TrackRecord | None) -> Item:
    own = _link(spoken) if spoken else {"person_id": None, "log_odds": None, "shares": {}}
    return {"turn_id": turn.turn_id, "speaker": turn.speaker, **_span(turn), **own}


def _utterance(utterance: Utterance) -> Item:
    return {
        "utterance_id": utterance.utterance_id,
        **_span(utterance),
        "speaker": utterance.speaker,
        "language": utterance.language,
        "text": utterance.text,
        "words": [{"text": word.text, **_span(word), "score": round(word.score, DIGITS)} for word in utterance.words],
    }


def _sounding(sounding: Sounding) -> Item:
    return {"label": sounding.label, **_span(sounding), "score": round(sounding.score, DIGITS)}


def _span(one: Turn | Utterance | Word | Sounding) -> Item:
    return {"start": seconds(one.start_us), "end": seconds(one.end_us)}


def _finding(finding: Finding) -> Item:
    return {
        "finding_id": finding.finding_id,
        "text": finding.text,
        "start": seconds(finding.start_us),
        "end": seconds(finding.end_us),
        "best": seconds(finding.best_pts_us),
        "score": round(finding.score, DIGITS),
        "box": None if finding.box is None else _box(finding.box),
        "most": finding.most,
    }


def _box(box: Sequence[float]) -> list[float]:
    return [round(value, 2) for value in box]
