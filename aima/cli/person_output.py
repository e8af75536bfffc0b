"""How persons, decisions and history are shown: tables for people, JSON for programs (times in seconds)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from aima.cli.output import clock, count, cut, out, printable, seconds, table
from aima.domain.text import display
from aima.storage.archive import Archive

if TYPE_CHECKING:
    from aima.domain.track import Source
    from aima.services.history import Entry
    from aima.services.person_views import Change, Expression, PersonDetail, PersonView, Seen


WORDS: Final[dict[Source, str]] = {"face": "seen", "voice": "heard"}

FIXED = 40
"""Characters of a line that a list of persons needs beside the label and two appearances, which share the rest."""


def persons_table(persons: Sequence[PersonView]) -> None:
    """Everybody, one line each."""
    rest = out.width - FIXED
    label = min(max((len(person.label) for person in persons), default=0), rest // 3)
    half = max((rest - label) // 2, 12)
    columns = ("person", "id", "seen", "heard", "media", cut("first there", half), cut("last there", half))
    table(count(len(persons), "person"), columns, map(_person_row, persons))
    if persons:
        out.print("\nEverybody's pictures on one page: aima persons sheet", highlight=False)


def _person_row(person: PersonView) -> tuple[object, ...]:
    ends = (person.appearances[0], person.appearances[-1]) if person.appearances else ()
    appearances = (f"{clock(seen.start_us)} {display(seen.filename)}" for seen in ends)
    times = (clock(time_us) if time_us else "-" for time_us in (person.seen_us, person.heard_us))
    return (person.label, person.person_id[:8], *times, person.media, *appearances)


def detail_tables(detail: PersonDetail, archive: Archive) -> None:
    """One person: appearances, then tracks and turns with their evidence."""
    person = detail.person
    out.print(printable(f"{person.label}  {person.person_id}"), highlight=False, soft_wrap=True)
    picture = _path(person.picture_path, archive) or "none was kept"
    out.print(printable(f"picture: {picture}"), highlight=False, soft_wrap=True)
    if detail.expression:
        out.print(f"expression: {_expression(detail.expression)}", highlight=False)
    out.print()
    table(
        count(len(person.appearances), "appearance"),
        ("id", "medium", "is", "from", "to", "confidence"),
        (
            (s.appearance_id[:8], display(s.filename), WORDS[s.source], *_span(s), f"{s.confidence:.2f}")
            for s in person.appearances
        ),
    )
    out.print()
    _tracks_table(detail)
    if detail.run:
        models = (f"{analyzer} {version}" for analyzer, version in sorted(detail.run.models.items()))
        out.print()
        out.print(printable(f"Models: {', '.join(models)}"), highlight=False)


def _span(seen: Seen) -> tuple[str, str]:
    return clock(seen.start_us), clock(seen.end_us)


def _expression(expression: Expression) -> str:
    """Happiness (61 %), or: uncertain (happiness 31 %, neutral 29 %)."""
    first, second = sorted(expression.probabilities.items(), key=lambda one: -one[1])[:2]
    if expression.name == first[0]:
        return f"{first[0]} ({first[1]:.0%})"
    return f"{expression.name} ({first[0]} {first[1]:.0%}, {second[0]} {second[1]:.0%})"


def _tracks_table(detail: PersonDetail) -> None:
    media = {track_id: seen.filename for seen in detail.person.appearances for track_id in seen.track_ids}
    rows = [
        (
            track.track_id[:8],
            "face" if track.speaker is None else "voice",
            display(media.get(track.track_id, track.locator.content_id[:8])),
            clock(track.locator.start_us),
            clock(track.locator.end_us),
            f"{track.quality:.2f}",
            "-" if track.log_odds is None else f"{track.log_odds:+.1f}",
            ", ".join(f"{name} {share:+.1f}" for name, share in sorted(track.shares.items())) or "-",
        )
        for track in sorted(detail.tracks, key=lambda t: (media.get(t.track_id, ""), t.locator.start_us))
    ]
    turns = sum(track.speaker is not None for track in detail.tracks)
    what = [count(len(rows) - turns, "track"), count(turns, "turn")] if turns else [count(len(rows), "track")]
    title = f"{' and '.join(what)}, the evidence in log-odds"
    table(title, ("id", "of", "medium", "from", "to", "quality", "log-odds", "of that"), rows)


def history_table(entries: Sequence[Entry]) -> None:
    """The ledger, one line per event."""
    columns = ("event", "when (UTC)", "by", "what", "stands")
    rows = ((e.event.seq, _when(e.event.at_us), e.event.actor, e.text, _standing(e)) for e in entries)
    table(count(len(entries), "event"), columns, rows)


def change_lines(change: Change) -> None:
    """What a decision changed, and what it left without effect."""
    for person in change.persons:
        renamed = "" if person.label_before == person.label_after else f" is now {person.label_after}"
        tracks = f"{person.tracks_before} -> {person.tracks_after} tracks"
        out.print(printable(f"{person.label_before} ({person.person_id[:8]}){renamed}: {tracks}"))
    for conflict in change.conflicts:
        out.print(printable(f"no longer applies: event {conflict.event_id[:8]}: {conflict.reason}"), style="yellow")
    out.print(f"event {change.event.seq}; take it back with: aima persons undo {change.event.seq}", highlight=False)


def person_json(person: PersonView, archive: Archive) -> dict[str, Any]:
    """A person with its appearances."""
    return {
        "id": person.person_id,
        "number": person.number,
        "name": person.name,
        "label": person.label,
        "seen": seconds(person.seen_us),
        "heard": seconds(person.heard_us),
        "picture": _path(person.picture_path, archive),
        "appearances": [_seen_json(seen) for seen in person.appearances],
    }


def detail_json(detail: PersonDetail, archive: Archive) -> dict[str, Any]:
    """A person with its appearances, expression, tracks and the run that linked them."""
    from aima.services.exports import exported_run, exported_track

    return person_json(detail.person, archive) | {
        "tracks": [exported_track(track).model_dump() for track in detail.tracks],
        "expression": asdict(detail.expression) if detail.expression else None,
        "run": exported_run(detail.run).model_dump() if detail.run else None,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """An event with its words and whether it stands."""
    return {
        "event": asdict(entry.event),
        "text": entry.text,
        "stands": entry.stands,
        "conflict": entry.conflict,
    }


def change_json(change: Change) -> dict[str, Any]:
    """What a decision changed."""
    return {
        "event": asdict(change.event),
        "persons": [asdict(person) for person in change.persons],
        "conflicts": [asdict(conflict) for conflict in change.conflicts],
    }


def _seen_json(seen: Seen) -> dict[str, Any]:
    return {
        "id": seen.appearance_id,
        "medium_id": seen.media_id,
        "filename": display(seen.filename),
        "start": seconds(seen.start_us),
        "end": seconds(seen.end_us),
        "confidence": seen.confidence,
        "source": seen.source,
        "tracks": list(seen.track_ids),
    }


def _path(name: str | None, archive: Archive) -> str | None:
    return str(archive.path(name)) if name is not None else None


def _when(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")


def _standing(entry: Entry) -> str:
    if not entry.stands:
        return "undone"
    return f"conflict: {entry.conflict}" if entry.conflict else "yes"
