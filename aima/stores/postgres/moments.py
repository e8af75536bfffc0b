"""Narrow reads for search in PostgreSQL: by key, a few queries for any number of hits."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, time
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Double,
    Engine,
    Integer,
    Numeric,
    Row,
    Select,
    Text,
    Uuid,
    all_,
    any_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from aima.domain.finding import FINDING_KINDS, FindingKind, Found, Shot
from aima.domain.person import label
from aima.domain.speech import Utterance
from aima.stores.moments import Face, Place, Presence, Within
from aima.stores.postgres.hearings import utterance_of
from aima.stores.postgres.schema import (
    assignments,
    contents,
    findings,
    fusion_runs,
    media_files,
    person_appearances,
    persons,
    shots,
    tracks,
    utterances,
)
from aima.stores.postgres.sightings import finding_of

LANGUAGES: Final = ("german", "english")
"""Whose inflections are known where words are looked for in what is said."""
PREFIX: Final = 3
"""Letters from which a word may be the beginning of another."""

_KNOWN = contents.c.info["details"]["recorded_s"]
# What a file says of itself may be anything: only a number within the years of Python's calendar is a time.
_SECONDS = case((func.jsonb_typeof(_KNOWN) == "number", cast(_KNOWN.astext, Numeric)))
_RECORDED = case((_SECONDS.between(-62_135_596_800, 253_402_300_799), func.to_timestamp(cast(_SECONDS, Double))))
_DATE = func.coalesce(_RECORDED, media_files.c.created_at)
_STANDING = (
    select(tracks)
    .select_from(tracks.join(assignments).join(fusion_runs))
    .outerjoin(persons, persons.c.person_id == tracks.c.person_id)
    .where(fusion_runs.c.is_current, tracks.c.stream == "sight", func.coalesce(persons.c.hidden, False).is_(False))
)


class PostgresMoments:
    """`MomentStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def places(self, within: Within, contents: Collection[str] | None = None) -> list[Place]:
        """The media, sorted by (filename, media_id)."""
        query = _places().where(_one_of(media_files.c.content_id, contents), *_narrowing(within))
        return [_place_of(row) for row in self._rows(query)]

    def faces(self, track_ids: Collection[str]) -> dict[str, Face]:
        """Those of the tracks of faces that stand, by id."""
        rows = self._rows(_STANDING.where(_one_of(tracks.c.track_id, track_ids, Uuid(as_uuid=False))))
        return {row.track_id: _face_of(row) for row in rows}

    def presences(self, person_ids: Collection[str] | None, contents: Collection[str] | None = None) -> list[Presence]:
        """Appearances of these persons (None: of everybody), sorted by (content_id, start_us, person_id, source)."""
        seen = person_appearances
        time = (seen.c.first_appearance_time_us, seen.c.person_id, seen.c.source)
        order = (media_files.c.content_id.collate("C"), *time)
        query = (
            select(seen, media_files.c.content_id, persons.c.number, persons.c.name)
            .join(media_files)
            .join(persons)
            .where(
                persons.c.hidden.is_(False),
                _one_of(seen.c.person_id, person_ids, Uuid(as_uuid=False)),
                _one_of(media_files.c.content_id, contents),
            )
            .ext(distinct_on(*order))
            .order_by(*order, seen.c.last_appearance_time_us)
        )
        return [_presence_of(row) for row in self._rows(query)]

    def names(self) -> dict[str, str]:
        """Names of the persons who are seen somewhere, by person_id."""
        there = (persons.c.name.is_not(None), persons.c.state == "active", persons.c.hidden.is_(False))
        return {
            row.person_id: row.name for row in self._rows(select(persons.c.person_id, persons.c.name).where(*there))
        }

    def shots(self, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], Shot]:
        """Shots by (content_id, no), those that exist."""
        rows = self._rows(select(shots).where(tuple_(shots.c.content_id, shots.c.no).in_(list(keys))))
        return {(r.content_id, r.no): Shot(r.no, r.start_us, r.end_us, tuple(r.vector_pts_us)) for r in rows}

    def texts_with(self, words: Collection[str], kinds: Collection[FindingKind] = FINDING_KINDS) -> dict[str, str]:
        """Texts that hold a word that begins like one of these, by text_id."""
        if not words:
            return {}
        wanted = func.to_tsquery("simple", " | ".join(f"{_lexeme(word)}:*" for word in sorted(words)))
        query = select(findings.c.text_id, findings.c.text).distinct()
        rows = self._rows(query.where(findings.c.words.op("@@")(wanted), findings.c.kind.in_(kinds)))
        return {row.text_id: row.text for row in rows}

    def texts_like(self, parts: Collection[str], limit: int) -> dict[str, str]:
        """Of what is written in pictures, the texts that hold most of these parts of words, by text_id.

        parts: folded as `_folded` folds: small letters without accents.
        """
        if not parts:
            return {}
        # Each text is folded once, however often it was seen: that is what takes the time.
        written = (
            select(findings.c.text_id, func.min(findings.c.text).label("text"))
            .where(findings.c.kind == "text")
            .group_by(findings.c.text_id)
            .cte("written")
        )
        folded = _once(select(written, _folded(written.c.text).label("folded")), "folded")
        held = [case((func.strpos(folded.c.folded, part) > 0, 1), else_=0) for part in sorted(parts)]
        counted = _once(select(folded, sum(held, start=cast(0, Integer)).label("held")), "counted")
        query = (
            select(counted.c.text_id, counted.c.text)
            .where(counted.c.held > 0)
            .order_by(counted.c.held.desc(), counted.c.text_id)
            .limit(limit)
        )
        return {row.text_id: row.text for row in self._rows(query)}

    def findings(
        self,
        text_ids: Collection[str],
        limit: int,
        contents: Collection[str] | None = None,
        kinds: Collection[FindingKind] = FINDING_KINDS,
    ) -> list[Found]:
        """Findings of these texts, at most `limit` of each, in order of content and time."""
        order = (findings.c.score.desc(), findings.c.content_id, findings.c.start_us, findings.c.finding_id)
        place = func.row_number().over(partition_by=findings.c.text_id, order_by=order).label("place")
        ranked = (
            select(findings, place)
            .where(
                _one_of(findings.c.text_id, text_ids, Uuid(as_uuid=False)),
                _one_of(findings.c.content_id, contents),
                findings.c.kind.in_(kinds),
            )
            .subquery()
        )
        query = (
            select(ranked)
            .where(ranked.c.place <= limit)
            .order_by(ranked.c.content_id, ranked.c.start_us, ranked.c.finding_id)
        )
        return [Found(row.content_id, finding_of(row)) for row in self._rows(query)]

    def said_with(self, words: Collection[Collection[str]], limit: int) -> dict[str, str]:
        """Texts of utterances that hold most of these words, by text_id.

        words: of each its spellings; German and English inflections count.
        """
        asked = [(_stems(spellings), max(map(len, spellings))) for spellings in words if spellings]
        if not asked:
            return {}
        held = [case((utterances.c.stems.op("@@")(stems), letters), else_=0) for stems, letters in asked]
        most = func.max(sum(held, start=cast(0, Integer)))
        query = (
            select(utterances.c.text_id, utterances.c.text)
            .where(or_(*(utterances.c.stems.op("@@")(stems) for stems, _ in asked)))
            .group_by(utterances.c.text_id, utterances.c.text)
            .order_by(most.desc(), utterances.c.text_id)
            .limit(limit)
        )
        return {row.text_id: row.text for row in self._rows(query)}

    def telling(self, words: Collection[str]) -> set[str]:
        """Those of the words that say something alone: stop words of German and English do not."""
        given = func.unnest(bindparam("words", sorted(words), ARRAY(Text))).column_valued("word")
        left = [func.numnode(func.plainto_tsquery(language, given)) > 0 for language in LANGUAGES]
        return {row.word for row in self._rows(select(given).where(*left))}

    def utterances(
        self, text_ids: Collection[str], limit: int, contents: Collection[str] | None = None
    ) -> list[Utterance]:
        """Utterances of these texts, at most `limit` of each, in order of content and time."""
        order = (utterances.c.content_id, utterances.c.start_us, utterances.c.utterance_id)
        place = func.row_number().over(partition_by=utterances.c.text_id, order_by=order).label("place")
        ranked = (
            select(utterances, place)
            .where(
                _one_of(utterances.c.text_id, text_ids, Uuid(as_uuid=False)), _one_of(utterances.c.content_id, contents)
            )
            .subquery()
        )
        query = (
            select(ranked)
            .where(ranked.c.place <= limit)
            .order_by(ranked.c.content_id, ranked.c.start_us, ranked.c.utterance_id)
        )
        return [utterance_of(row) for row in self._rows(query)]

    def expressive(
        self, position: int, least: float, limit: int, contents: Collection[str] | None = None
    ) -> list[Face]:
        """Tracks whose expression at this position is the strongest and at least so probable, the surest first."""
        chance = tracks.c.expression[position + 1]
        query = (
            _STANDING.where(
                chance >= least, chance >= all_(tracks.c.expression), _one_of(tracks.c.content_id, contents)
            )
            .order_by(chance.desc(), tracks.c.content_id, tracks.c.start_us, tracks.c.track_id)
            .limit(limit)
        )
        return [_face_of(row) for row in self._rows(query)]

    def _rows(self, query: Select[Any]) -> list[Row[Any]]:
        with self._engine.connect() as connection:
            return list(connection.execute(query).all())


def _stems(spellings: Collection[str]) -> ColumnElement[Any]:
    """What finds a word in whatever spelling and form, or longer ones that begin like it."""
    begins = " | ".join(f"{_lexeme(word)}:*" for word in sorted(spellings) if len(word) >= PREFIX)
    exact = [func.plainto_tsquery(language, word) for word in sorted(spellings) for language in ("simple", *LANGUAGES)]
    parts = [func.to_tsquery("simple", begins), *exact] if begins else exact
    whole: ColumnElement[Any] = parts[0]
    for part in parts[1:]:
        whole = whole.op("||")(part)
    return whole


def _folded(words: ColumnElement[str]) -> ColumnElement[str]:
    """Small letters without the accents of western Europe, whatever the locale of the database."""
    accents, plain = "áàâäãåéèêëíìîïóòôöõúùûüçñ", "aaaaaaeeeeiiiiooooouuuucn"
    bare = func.translate(func.replace(words, "ß", "ss"), accents + accents.upper(), 2 * plain)
    return func.lower(bare)


def _once(query: Select[Any], name: str) -> CTE:
    """Rows that are made once, however often what is in them is used."""
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _one_of(column: ColumnElement[Any], values: Iterable[str] | None, kind: Any = None) -> ColumnElement[bool]:
    """The column has one of the values, however many; None allows all."""
    if values is None:
        return true()
    return column == any_(bindparam(None, sorted(values), ARRAY(kind or Text), unique=True))


def _places() -> Select[Any]:
    named = ("media_id", "content_id", "raw_filename", "raw_path", "media_type", "duration_us")
    columns = [media_files.c[name] for name in named]
    query = select(*columns, _DATE.label("date"), _RECORDED.is_not(None).label("recorded"))
    return query.join_from(media_files, contents).order_by(media_files.c.raw_filename, media_files.c.media_id)


def _narrowing(within: Within) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if within.media_id is not None:
        wanted.append(media_files.c.media_id == within.media_id)
    if within.kind is not None:
        wanted.append(media_files.c.media_type == within.kind)
    if within.since is not None:
        wanted.append(datetime.combine(within.since, time(), UTC) <= _DATE)
    if within.until is not None:
        wanted.append(datetime.combine(within.until, time.max, UTC) >= _DATE)
    return wanted


def _lexeme(word: str) -> str:
    """A word as a quoted lexeme of a query."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _place_of(row: Row[Any]) -> Place:
    return Place(
        media_id=row.media_id,
        content_id=row.content_id,
        filename=os.fsdecode(row.raw_filename),
        path=os.fsdecode(row.raw_path),
        kind=row.media_type,
        duration_us=row.duration_us,
        date=row.date,
        dated_by="recorded" if row.recorded else "taken in",
    )


def _face_of(row: Row[Any]) -> Face:
    return Face(
        track_id=row.track_id,
        content_id=row.content_id,
        start_us=row.start_us,
        end_us=row.end_us,
        person_id=row.person_id,
        expression=tuple(row.expression) if row.expression else None,
        picture_path=row.picture_path,
    )


def _presence_of(row: Row[Any]) -> Presence:
    return Presence(
        content_id=row.content_id,
        person_id=row.person_id,
        label=label(row.number, row.name),
        start_us=row.first_appearance_time_us,
        end_us=row.last_appearance_time_us,
        confidence=row.confidence,
        track_ids=tuple(row.track_ids),
        source=row.source,
    )
