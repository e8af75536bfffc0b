"""What is heard of each content in PostgreSQL: speakers, turns, utterances, sounds."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Row, Table, delete, insert, select

from aima.domain.finding import text_id
from aima.domain.speech import Hearing, Sounding, Speaker, Turn, Utterance, Word
from aima.domain.text import storable
from aima.stores.postgres.announce import announce
from aima.stores.postgres.locks import alone
from aima.stores.postgres.schema import (
    contents,
    hearings,
    media_files,
    person_appearances,
    soundings,
    speakers,
    turns,
    utterances,
)
from aima.telemetry.failpoints import failpoint

LISTENING = 0x68656172  # "hear"


class PostgresHearings:
    """`HearingStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else makes hearings meanwhile; waits for whoever does. A process that dies lets go of it."""
        return alone(self._engine, LISTENING)

    def input_hashes(self) -> dict[str, str]:
        """What the hearing of each content was made of."""
        with self._engine.connect() as connection:
            return {row.content_id: row.input_hash for row in connection.execute(select(hearings))}

    def record(self, hearing: Hearing) -> None:
        """Replace what is heard of a content, and announce it, in one transaction."""
        content_id = hearing.content_id
        with self._engine.begin() as connection:
            own = select(contents.c.content_id).where(contents.c.content_id == content_id)
            connection.execute(own.with_for_update(key_share=True))  # one after the other, also the first two
            before = _text_ids(connection, content_id)
            connection.execute(delete(hearings).where(hearings.c.content_id == content_id))
            connection.execute(insert(hearings).values(content_id=content_id, input_hash=hearing.input_hash))
            for table, rows in _rows(hearing).items():
                if rows:
                    connection.execute(insert(table), rows)
            failpoint("hearings.written")
            changed = before ^ _text_ids(connection, content_id)
            announce(connection, "text", changed)
            media = _media_of(connection, content_id)
            announce(connection, "medium", media)
            announce(connection, "person", _persons_in(connection, media))
        failpoint("hearings.recorded")

    def get(self, content_id: str) -> Hearing | None:
        """What is heard of a content, speakers by number, all else by (start_us, end_us); or None."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            head = connection.execute(select(hearings).where(hearings.c.content_id == content_id)).one_or_none()
            if head is None:
                return None
            return Hearing(
                content_id,
                head.input_hash,
                tuple(map(_speaker_of, _of(connection, speakers, content_id, "no"))),
                tuple(map(_turn_of, _of(connection, turns, content_id, "start_us", "end_us", "speaker"))),
                tuple(map(utterance_of, _of(connection, utterances, content_id, "start_us", "end_us", "utterance_id"))),
                tuple(map(_sounding_of, _of(connection, soundings, content_id, "start_us", "end_us", "label"))),
            )


def _of(connection: Connection, table: Table, content_id: str, *order: str) -> list[Row[Any]]:
    query = select(table).where(table.c.content_id == content_id).order_by(*(table.c[name] for name in order))
    return list(connection.execute(query).all())


def _text_ids(connection: Connection, content_id: str) -> set[str]:
    return set(connection.scalars(select(utterances.c.text_id).where(utterances.c.content_id == content_id)))


def _media_of(connection: Connection, content_id: str) -> list[str]:
    return list(connection.scalars(select(media_files.c.media_id).where(media_files.c.content_id == content_id)))


def _persons_in(connection: Connection, media_ids: list[str]) -> list[str]:
    """Everybody in these media: dossiers tell what is said."""
    there = person_appearances.c.media_id.in_(media_ids)
    return list(connection.scalars(select(person_appearances.c.person_id).where(there).distinct()))


def _rows(hearing: Hearing) -> dict[Table, list[dict[str, Any]]]:
    """Rows by table; speakers first, whom the others name."""
    return {
        speakers: [_speaker_row(speaker) for speaker in hearing.speakers],
        turns: [_turn_row(turn) for turn in hearing.turns],
        utterances: [_utterance_row(utterance) for utterance in hearing.utterances],
        soundings: [_sounding_row(sounding) for sounding in hearing.soundings],
    }


def _speaker_row(speaker: Speaker) -> dict[str, Any]:
    return {
        "content_id": speaker.content_id,
        "no": speaker.no,
        "seconds": speaker.seconds,
        "dimension": speaker.vectors.shape[1],
        "vector": None if speaker.vector is None else np.asarray(speaker.vector, "<f4").tobytes(),
        "vectors": np.asarray(speaker.vectors, "<f4").tobytes(),
    }


def _speaker_of(row: Row[Any]) -> Speaker:
    numbers = np.frombuffer(row.vectors, "<f4")
    vectors = numbers.reshape(len(numbers) // max(row.dimension, 1), row.dimension)
    vector = None if row.vector is None else np.frombuffer(row.vector, "<f4")
    return Speaker(row.content_id, row.no, vector, vectors, row.seconds)


def _turn_row(turn: Turn) -> dict[str, Any]:
    return {
        "turn_id": turn.turn_id,
        "content_id": turn.content_id,
        "speaker": turn.speaker,
        "start_us": turn.start_us,
        "end_us": turn.end_us,
    }


def _turn_of(row: Row[Any]) -> Turn:
    return Turn(row.turn_id, row.content_id, row.speaker, row.start_us, row.end_us)


def _utterance_row(utterance: Utterance) -> dict[str, Any]:
    text = str(storable(utterance.text))
    words = [[word.text, word.start_us, word.end_us, word.score] for word in utterance.words]
    return {
        "utterance_id": utterance.utterance_id,
        "content_id": utterance.content_id,
        "start_us": utterance.start_us,
        "end_us": utterance.end_us,
        "speaker": utterance.speaker,
        "language": utterance.language,
        "text": text,
        "text_id": text_id(text),
        "words": storable(words),
    }


def utterance_of(row: Row[Any]) -> Utterance:
    """The utterance of a row of `utterances`."""
    return Utterance(
        utterance_id=row.utterance_id,
        content_id=row.content_id,
        start_us=row.start_us,
        end_us=row.end_us,
        speaker=row.speaker,
        language=row.language,
        text=row.text,
        words=tuple(Word(*word) for word in row.words),
    )


def _sounding_row(sounding: Sounding) -> dict[str, Any]:
    return {
        "content_id": sounding.content_id,
        "label": sounding.label,
        "start_us": sounding.start_us,
        "end_us": sounding.end_us,
        "score": sounding.score,
    }


def _sounding_of(row: Row[Any]) -> Sounding:
    return Sounding(row.content_id, row.label, row.start_us, row.end_us, row.score)
