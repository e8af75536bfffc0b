"""Voices on the whole way: from what was observed through hearings to persons who are seen and heard."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from aima.domain.media import Medium, Segment
from aima.domain.person import TrackRecord
from aima.errors import ArchiveDamaged
from aima.services.fusion import FusionService
from aima.services.hearings import HearingService
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.fusion.making import CALIBRATION, STEP_US, Face, look, table
from tests.fusion.speaking import spoken
from tests.fusion.talking import heard, mouths, rhythm
from tests.persons_made import SECOND, made_medium
from tests.services.test_hearings import VOICES, calibrated
from tests.services.test_sightings import Vectors, observe

SECONDS = 8
SPAN = {1: [(0.5, 7.5)]}


class World:
    """An archive in which media are observed, heard and fused."""

    def __init__(self, stores: PostgresStores, archive: Archive, settings) -> None:
        self.stores, self.archive = stores, archive
        self.hearings = HearingService(settings, stores, archive, Vectors(stores))
        self.fusion = FusionService(settings, stores, archive, CALIBRATION, VOICES.partition("+")[0])

    def add(self, name: str, talk, lips: np.ndarray | None = None, sound: np.ndarray | None = None) -> Medium:
        """A medium in which persons talk as given; lips: of person 1, who is in view from the beginning."""
        medium = made_medium(name, self.stores.ensure_user("local"), SECONDS)
        streams = ("sound",) if lips is None else ("sight", "sound")
        length = medium.info.duration_us
        self.stores.media.add(medium, [Segment(medium.content_id, 0, stream, 0, length) for stream in streams])
        tables = dict(spoken(talk, SECONDS))
        if lips is not None:
            tables |= {name: _numbered(rows) for name, rows in (_seen(lips) | heard(sound)).items()}
        observe(self.stores, self.archive, medium, tables, VOICES)
        return medium

    def fuse(self):
        self.hearings.refresh()
        return self.fusion.fuse("local")

    def tracks(self, medium: Medium) -> list[TrackRecord]:
        return self.stores.persons.tracks_in([medium.content_id])

    def owners(self, medium: Medium, *, heard: bool) -> set[str | None]:
        return {track.person_id for track in self.tracks(medium) if (track.speaker is not None) == heard}


def _seen(lips: np.ndarray) -> dict[str, pa.Table]:
    faces = table({n * STEP_US: [Face(100.0, vector=look(1, n))] for n in range(SECONDS * SECOND // STEP_US)})
    return {
        "face_detector": faces.select(["pts_us", "faces"]),
        "face_embedder": faces.select(["pts_us", "face_vectors", "face_quality"]),
        "mouth_motion": mouths(lips),
    }


def _numbered(rows: pa.Table) -> pa.Table:
    return rows.append_column("segment_no", pa.array(np.zeros(rows.num_rows, np.int32)))


@pytest.fixture
def world(stores, tmp_path) -> World:
    return World(stores, Archive(tmp_path / "archive"), calibrated(tmp_path))


LIPS = rhythm(0, SECONDS)


def test_a_sound_file_of_who_is_seen_speaking_gets_that_person_with_shares_and_a_strangers_does_not(world, database):
    film = world.add("film.mp4", SPAN, LIPS, LIPS)
    radio, stranger = world.add("radio.wav", SPAN), world.add("stranger.wav", {5: [(0.0, 8.0)]})
    world.fuse()
    (person,) = world.owners(film, heard=False)
    assert world.owners(film, heard=True) == world.owners(radio, heard=True) == {person}
    assert person not in world.owners(stranger, heard=True)
    assert None not in world.owners(stranger, heard=True)
    (turn, *_) = world.tracks(radio)
    assert set(turn.shares) == {"lips", "together", "voice"}
    assert turn.log_odds == pytest.approx(sum(turn.shares.values()), abs=1e-3)
    with PostgresStores.open(database) as other:
        assert other.persons.tracks() == world.stores.persons.tracks()
        run = other.persons.run()
    assert run.models["speaker_embedder"] == VOICES
    assert {"join", "review", "lips", f"{VOICES} slope"} <= run.thresholds.keys()


def test_a_face_that_only_stands_there_keeps_silent(world):
    film = world.add("film.mp4", SPAN, np.full_like(LIPS, 0.001), LIPS)
    world.fuse()
    assert not world.owners(film, heard=False) & world.owners(film, heard=True)


def test_nothing_new_writes_nothing_and_what_is_heard_anew_does(world):
    world.add("film.mp4", SPAN, LIPS, LIPS)
    first = world.fuse()
    again = world.fuse()
    assert (first.changed, again.changed, again.digest) == (True, False, first.digest)
    assert again.tracks == 1
    assert world.fusion.fuse("local", anew=True).digest == first.digest
    world.add("radio.wav", SPAN)
    assert world.fuse().changed


def test_who_is_seen_is_the_same_with_sound_and_without(world, stores, tmp_path):
    film = world.add("film.mp4", {}, LIPS, LIPS)
    silent = world.fuse()
    (before,) = world.tracks(film)
    world.add("radio.wav", SPAN)
    both = world.fuse()
    (after,) = (track for track in world.tracks(film) if track.speaker is None)
    assert (after.track_id, after.person_id, after.log_odds) == (before.track_id, before.person_id, before.log_odds)
    assert silent.digest != both.digest


def test_observations_that_are_damaged_are_told_and_leave_the_run_that_stands(world, tmp_path):
    world.add("film.mp4", SPAN, LIPS, LIPS)
    first = world.fuse()
    for file in (tmp_path / "archive").rglob("mouth_motion/**/*.parquet"):
        file.write_bytes(b"nothing")
    with pytest.raises(ArchiveDamaged):
        world.fusion.fuse("local", anew=True)
    assert world.fusion.standing().digest == first.digest
