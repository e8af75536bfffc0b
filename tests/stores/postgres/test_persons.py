from __future__ import annotations

import numpy as np
import pytest

from aima.domain.job import Job
from tests.persons_made import SECOND, add_medium, made_run, made_track, record


def test_tracks_bring_the_evidence(stores):
    add_medium(stores, "a.mp4")
    track = made_track("a.mp4", 1, 3, quality=0.7)
    record(stores, made_run([track], [0]))
    (read,) = stores.persons.tracks()
    assert read.track_id == track.track_id
    assert (read.locator, read.samples) == (track.locator, len(track.pts_us))
    assert (read.log_odds, read.shares) == (2.0, {"face": 2.0})
    assert read.quality == pytest.approx(0.7)
    assert read.best_pts_us == 1 * SECOND


def test_expressions_come_back_in_their_order(stores):
    add_medium(stores, "a.mp4")
    track = made_track("a.mp4", 1, 3)
    object.__setattr__(track, "expression", np.linspace(0, 0.3, 7, dtype=np.float32))
    record(stores, made_run([track], [0]))
    assert stores.persons.tracks()[0].expression == pytest.approx(np.linspace(0, 0.3, 7), abs=1e-6)


def test_the_first_job_that_saw_a_person_is_kept(stores):
    medium = add_medium(stores, "a.mp4")
    jobs = [Job(f"00000000-0000-4000-8000-00000000000{n}", medium.media_id, {}) for n in range(2)]
    for job in jobs:
        stores.jobs.add(job)
        stores.jobs.set_state(job.job_id, "done")
    record(stores, made_run([made_track("a.mp4", 1, 3)], [0]))
    with stores.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT first_detection_job_id::text FROM persons").scalar_one()
    assert found == jobs[0].job_id


def test_a_content_of_two_owners_appears_in_both_media(stores):
    mine, theirs = add_medium(stores, "a.mp4"), add_medium(stores, "a.mp4", owner="anna")
    record(stores, made_run([made_track("a.mp4", 1, 3)], [0]))
    assert {a.media_id for a in stores.persons.appearances()} == {mine.media_id, theirs.media_id}


def test_nothing_is_there_before_the_first_run(stores):
    assert (stores.persons.all(), stores.persons.tracks(), stores.persons.appearances()) == ([], [], [])
    assert stores.persons.run() is None


def test_narrow_reads_give_just_what_was_asked_for_in_the_order_of_the_wide_ones(stores):
    media = {name: add_medium(stores, name) for name in ("a.mp4", "b.mp4")}
    found = [made_track("a.mp4", 0, 5), made_track("a.mp4", 3, 9, left=400), made_track("b.mp4", 1, 2)]
    record(stores, made_run([*found, made_track("b.mp4", 20, 22)], [0, 2], [1], inputs="older"))
    record(stores, made_run(found, [0, 2], [1]))
    one, other = stores.persons.all()
    persons = stores.persons
    assert persons.of([other.person_id, "00000000-0000-0000-0000-000000000000"]) == [other]
    own = [a for a in persons.appearances() if a.person_id == one.person_id]
    assert persons.appearances_of([one.person_id]) == own
    assert len(own) == 2
    there = [a for a in persons.appearances() if a.media_id == media["a.mp4"].media_id]
    assert persons.appearances_in([media["a.mp4"].media_id]) == there
    assert {a.person_id for a in there} == {one.person_id, other.person_id}
    assert persons.tracks_of([one.person_id]) == [t for t in persons.tracks() if t.person_id == one.person_id]
    assert [t.track_id for t in persons.tracks_in([found[2].content_id])] == [found[2].track_id]
    assert persons.of([]) == persons.appearances_of([]) == persons.tracks_of([]) == persons.tracks_in([]) == []
