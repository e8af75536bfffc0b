"""Whose voice it is: own, dubbed, side by side, told by somebody out of sight; and known again elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from aima.domain.track import Cluster, Link
from aima.fusion.association import Rule, associate
from aima.fusion.persons import link
from aima.fusion.voices import Likeness
from tests.fusion.making import CALIBRATION
from tests.fusion.talking import face, heard, mouths, rhythm, tallies, voice

RULE = Rule(0.0, 2.0)
SECONDS = 8.0
SPAN = (0.5, 7.5)


class Archive:
    """Contents with their faces and voices, joined together."""

    def __init__(self) -> None:
        self.tracks, self.voices, self.tallies = [], [], {}

    def add(self, content_id: str, faces: dict[int, np.ndarray | None], sound: np.ndarray | None, *voices) -> None:
        """faces: lips by person; sound: the rhythm in which it is spoken, of which these voices are heard."""
        tracks = [face(content_id, person, SECONDS, place) for place, person in enumerate(faces)]
        if faces and sound is not None:
            self.tallies |= tallies(tracks, voices, mouths(*faces.values()), heard(sound))
        self.tracks += tracks
        self.voices += voices

    def persons(self, order: int = 1) -> list[tuple[set[str], set[tuple[str, int]]]]:
        """Contents in which each person is seen, and (content, speaker) of the voices that are theirs."""
        seen = {track.track_id: track.content_id for track in self.tracks}
        spoken = {turn.turn_id: one.key for one in self.voices for turn in one.turns}
        return [
            (
                {seen[track_id] for track_id in cluster.track_ids if track_id in seen},
                {spoken[track_id] for track_id in cluster.track_ids if track_id in spoken},
            )
            for cluster in self.clusters(order)
        ]

    def clusters(self, order: int = 1) -> tuple[Cluster, ...]:
        tracks = sorted(self.tracks, key=lambda t: (t.content_id, t.start_us, t.track_id))
        voices = sorted(self.voices, key=lambda one: one.key)
        likeness = Likeness(voices, {"model": CALIBRATION})
        faces = link(tracks, CALIBRATION, 0.0, -2.0)
        return associate(faces, tracks[::order], voices, self.tallies, likeness, RULE)


def own(archive: Archive, name: str, person: int, seed: int = 0) -> None:
    """A person who is seen speaking."""
    lips = rhythm(seed, SECONDS)
    archive.add(name, {person: lips}, lips, voice(name, person, SPAN))


def shares(archive: Archive, content_id: str) -> dict[str, float]:
    """The evidence for the first turn of a content."""
    (turn, *_) = (t for one in archive.voices if one.key[0] == content_id for t in one.turns)
    return next(dict(i.shares) for c in archive.clusters() for i in c.links if i.track_id == turn.turn_id)


def test_who_is_seen_speaking_has_the_voice_with_the_shares_for_it():
    archive = Archive()
    own(archive, "own", 1)
    assert archive.persons() == [({"own"}, {("own", 0)})]
    found = shares(archive, "own")
    assert set(found) == {"lips", "together"}
    assert found["lips"] > 2
    assert found["together"] < 0  # being there is not enough


@pytest.mark.parametrize("seed", range(4))
def test_a_face_under_the_voice_of_somebody_else_stays_apart(seed):
    archive = Archive()
    archive.add("dubbed", {1: rhythm(seed, SECONDS)}, rhythm(seed + 50, SECONDS), voice("dubbed", 2, SPAN))
    assert archive.persons() == [({"dubbed"}, set()), (set(), {("dubbed", 0)})]


def test_a_face_at_rest_does_not_tell_the_story():
    archive = Archive()
    archive.add("told", {1: np.full(200, 0.002)}, rhythm(0, SECONDS), voice("told", 2, SPAN))
    assert archive.persons() == [({"told"}, set()), (set(), {("told", 0)})]


@pytest.mark.parametrize("speaks", [0, 1])
def test_of_two_side_by_side_the_one_whose_lips_move_with_it_speaks(speaks):
    archive = Archive()
    lips = {person: rhythm(person, SECONDS) for person in (1, 2)}
    archive.add("side", lips, list(lips.values())[speaks], voice("side", speaks + 1, SPAN))
    owners = [index for index, (_, spoken) in enumerate(archive.persons()) if spoken]
    assert owners == [speaks]


def test_two_whose_lips_move_alike_are_not_told_apart():
    archive = Archive()
    both = rhythm(0, SECONDS)
    archive.add("chorus", {1: both, 2: both.copy()}, both, voice("chorus", 1, SPAN))
    assert archive.persons()[:2] == [({"chorus"}, set())] * 2


def test_a_voice_without_a_picture_gets_the_person_it_was_seen_with_and_a_stranger_does_not():
    archive = Archive()
    own(archive, "seen", 1)
    archive.add("radio", {}, None, voice("radio", 1, SPAN), voice("radio", 5, SPAN, no=1))
    assert archive.persons() == [({"seen"}, {("seen", 0), ("radio", 0)}), (set(), {("radio", 1)})]
    assert set(shares(archive, "radio")) == {"lips", "together", "voice"}


def test_voices_that_are_only_heard_are_persons_across_media_if_enough_is_heard():
    archive = Archive()
    archive.add("one", {}, None, voice("one", 1, SPAN), voice("one", 2, (0.0, 1.0), no=1))
    archive.add("two", {}, None, voice("two", 1, (1.0, 6.0)))
    assert archive.persons() == [(set(), {("one", 0), ("two", 0)})]
    assert set(shares(archive, "one")) == {"voice"}


def test_speakers_of_one_medium_are_never_one_person():
    archive = Archive()
    archive.add("talk", {}, None, voice("talk", 1, (0, 4)), voice("talk", 1, (4, 8), no=1))
    assert archive.persons() == [(set(), {("talk", 0)}), (set(), {("talk", 1)})]


def test_two_who_are_seen_are_not_one_by_their_voice():
    archive = Archive()
    own(archive, "first", 1)
    lips = rhythm(7, SECONDS)
    archive.add("second", {2: lips}, lips, voice("second", 1, SPAN))
    assert [seen for seen, _ in archive.persons()[:2]] == [{"first"}, {"second"}]


def test_who_has_a_voice_takes_no_other_one_that_is_unlike_it():
    archive = Archive()
    own(archive, "own", 1)
    lips = rhythm(3, SECONDS)
    archive.add("playback", {1: lips}, lips, voice("playback", 9, SPAN))
    ((seen, spoken), *_) = archive.persons()
    assert seen == {"own", "playback"}
    assert len(spoken) == 1


def test_voices_of_other_models_are_not_compared_but_lips_still_tell():
    archive = Archive()
    lips = rhythm(0, SECONDS)
    archive.add("own", {1: lips}, lips, voice("own", 1, SPAN, known=False))
    archive.add("radio", {}, None, voice("radio", 1, SPAN, known=False))
    assert archive.persons()[0] == ({"own"}, {("own", 0)})


def test_faces_stay_as_they_are_and_order_does_not_matter():
    archive = Archive()
    own(archive, "a", 1, 0)
    own(archive, "b", 2, 1)
    archive.add("c", {1: rhythm(2, SECONDS)}, rhythm(2, SECONDS), voice("c", 1, SPAN))
    archive.add("d", {}, None, voice("d", 2, SPAN), voice("d", 6, SPAN, no=1))
    tracks = sorted(archive.tracks, key=lambda t: (t.content_id, t.start_us, t.track_id))
    faces = link(tracks, CALIBRATION, 0.0, -2.0)
    found = archive.clusters()
    assert [[i for i in c.links if "face" in i.shares or not i.shares] for c in found[: len(faces)]] == [
        list(c.links) for c in faces
    ]
    assert archive.clusters(-1) == found


def test_the_surer_claim_comes_first():
    """Two voices at once under one face that goes with both alike: the margin keeps the second one out."""
    archive = Archive()
    lips = rhythm(0, SECONDS)
    archive.add("two", {1: lips}, lips, voice("two", 1, SPAN), voice("two", 2, SPAN, no=1))
    (_, spoken), *rest = archive.persons()
    assert len(spoken) == 1
    assert [voices for _, voices in rest] == [{("two", 1 - next(iter(spoken))[1])}]


def test_nothing_heard_is_nothing_changed():
    faces = (Cluster((Link("x", None, {}),)),)
    assert associate(faces, (), (), {}, Likeness((), {}), RULE) == faces
