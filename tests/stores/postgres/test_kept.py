"""What search keeps of a content, as one moment saw it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aima.domain.finding import Shot, Sighting
from aima.domain.kept import KeptTrack
from tests.persons_made import STEP, add_medium, content, made_run, made_track, record


def test_tracks_of_the_run_that_stands_and_shots_are_kept(stores):
    medium = add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    first = replace(made_track("a.mp4", 0, 5), chosen=np.array([0, 3]))
    second = replace(made_track("a.mp4", 6, 7), ordinals=np.full(5, 2, np.int32), chosen=np.array([1]))
    record(stores, made_run([first, second], [0], inputs="both"))
    shots = (Shot(0, 0, 60_000_000, (0, 7)),)
    stores.sightings.record(Sighting(content("a.mp4"), "x", shots, ()))
    assert stores.kept.content_ids() == sorted([content("a.mp4"), content("b.mp4")])
    found = stores.kept.of([content("a.mp4"), content("b.mp4"), "nothing"])
    kept = found[content("a.mp4")]
    (person,) = stores.persons.all()
    assert kept.tracks == (
        KeptTrack(first.track_id, person.person_id, ((0, 0), (3 * STEP, 0))),
        KeptTrack(second.track_id, None, ((6_000_000 + STEP, 2),)),
    )
    assert (kept.shots, kept.media_id, kept.owner_id) == (shots, medium.media_id, medium.owner_id)
    assert (set(found), found[content("b.mp4")].tracks) == ({content("a.mp4"), content("b.mp4")}, ())
    record(stores, made_run([second], [0], inputs="one"))
    assert [track.track_id for track in stores.kept.of([content("a.mp4")])[content("a.mp4")].tracks] == [
        second.track_id
    ]


def test_a_content_of_two_owners_has_one_first_medium(stores):
    media = [add_medium(stores, "a.mp4", owner) for owner in ("one", "two")]
    first = min(media, key=lambda medium: medium.media_id)
    kept = stores.kept.of([content("a.mp4")])[content("a.mp4")]
    assert (kept.media_id, kept.owner_id) == (first.media_id, first.owner_id)
