from __future__ import annotations

import os
import uuid
from dataclasses import replace

import pytest

from aima.domain.job import Job
from aima.errors import MediaError, MediaMissing
from aima.services.media import MediaService
from tests.persons_made import SECOND, add_medium, made_medium, made_run, made_track, record


@pytest.fixture
def media(stores):
    return MediaService(stores)


def test_the_list_tells_how_the_newest_job_ended_and_who_is_there(stores, media):
    seen, empty = add_medium(stores, "a.mp4"), add_medium(stores, "b.mp4")
    for state in ("failed", "done"):
        job = Job(str(uuid.uuid4()), seen.media_id, {"face_detector": {}})
        stores.jobs.add(job)
        stores.jobs.set_state(job.job_id, state)
    record(stores, made_run([made_track("a.mp4", 0, 5), made_track("a.mp4", 7, 9)], [0, 1]))
    first, second = media.list()
    assert (first.medium, first.persons, first.job.state) == (seen, 1, "done")
    assert (second.medium, second.persons, second.job) == (empty, 0, None)


def test_showing_a_medium_brings_segments_jobs_and_persons_in_order(stores, media):
    medium = add_medium(stores, "a.mp4")
    job = Job(str(uuid.uuid4()), medium.media_id, {"face_detector": {}})
    stores.jobs.add(job)
    record(stores, made_run([made_track("a.mp4", 7, 9), made_track("a.mp4", 0, 5)], [0, 1]))
    detail = media.show("a.mp4")
    assert [s.end_us for s in detail.segments] == [60 * SECOND]
    assert detail.jobs == (job,)
    (presence,) = detail.persons
    assert presence.person.label == "Unknown 1"
    assert [a.start_us for a in presence.appearances] == [0, 7 * SECOND]


@pytest.mark.parametrize("form", ["media_id", "filename", "path", "prefix", "escaped"])
def test_a_medium_is_found_by_id_name_path_and_escaped_name(stores, media, form):
    name = os.fsdecode(b"caf\xe9.mp4")
    medium = replace(made_medium("odd", stores.ensure_user("local")), filename=name, path=f"/media/{name}")
    stores.media.add(medium, [])
    forms = {"prefix": medium.media_id[:6].upper(), "escaped": "caf\\xe9.mp4"}
    assert media.resolve(forms.get(form) or getattr(medium, form)) == medium


def test_two_of_the_same_name_are_asked_for_by_id(stores, media):
    first = add_medium(stores, "a.mp4")
    second = stores.media.add(replace(made_medium("other", first.owner_id), filename="a.mp4"), [])
    with pytest.raises(MediaError, match="2 media") as caught:
        media.show("a.mp4")
    assert first.media_id[:8] in caught.value.message
    assert media.show(second.media_id).medium == second


@pytest.mark.parametrize("which", ["", "nothing.mp4", "abc", "\ud800"])
def test_an_unknown_medium_is_named(media, which):
    with pytest.raises(MediaMissing, match="there is no medium"):
        media.show(which)
