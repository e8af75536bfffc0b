"""What is told of persons who are seen and heard: lists, time lines, transcripts, dossiers, exports."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from aima.domain import decisions
from aima.domain.job import Job
from aima.services.dossier_building import dossier_body, gather
from aima.services.dossier_page import missing_of
from aima.services.exports import ExportService
from aima.services.naming import names_of_speakers, persons_of_speakers
from aima.services.persons import PersonService
from aima.services.results import medium_documents
from aima.services.sheet import gather as sheet_of
from aima.services.sheet import sheet_html
from aima.services.timeline_page import timeline_html
from aima.services.timelines import TimelineService
from aima.services.transcripts import write
from aima.storage.archive import Archive
from tests.hearings_made import made_hearing
from tests.persons_made import SECOND, add_medium, content, made_run, made_track, record

LINES = [(1.0, 4.0, 0, "Good morning."), (4.5, 6.0, 1, "Hello, Ada."), (7.0, 9.0, 0, "How are you?")]
HEARING = made_hearing("talk.mp4", LINES)
RADIO = made_hearing("radio.wav", [(0.0, 5.0, 0, "This is the news.")])
FACE = made_track("talk.mp4", 0, 8)


@pytest.fixture
def archive(stores):
    """Ada (1) is seen and heard in talk.mp4, and heard in radio.wav; person 2 is only heard in talk.mp4."""
    for name in ("talk.mp4", "radio.wav", "mute.mp4"):
        add_medium(stores, name)
    for hearing in (HEARING, RADIO):
        stores.hearings.record(hearing)
    turns = [*HEARING.turns, *RADIO.turns]
    mute = made_track("mute.mp4", 0, 3)
    record(stores, made_run([FACE, mute], [0, 1, 2, 4, 5], [3], turns=turns))
    ada = stores.persons.all()[0].person_id
    stores.ledger.decide(lambda state: decisions.name(state, ada, "Ada"), "local")
    return stores


def test_lists_tell_how_long_somebody_is_seen_and_heard(archive):
    ada, other = PersonService(archive, "local").list()
    assert [(p.label, p.seen_us / SECOND, p.heard_us / SECOND) for p in (ada, other)] == [
        ("Ada", 11.0, 10.0),
        ("Unknown 2", 0.0, 1.5),
    ]
    detail = PersonService(archive, "local").show("Ada")
    assert {track.shares["lips"] for track in detail.tracks if track.speaker is not None} == {2.5}


def test_a_voice_appearance_is_split_off_by_its_id(archive):
    service = PersonService(archive, "local")
    detail = service.show("Ada")
    heard = next(a for a in detail.person.appearances if a.filename == "radio.wav")
    service.split("Ada", [heard.appearance_id])
    assert {a.filename for a in service.show("Ada").person.appearances} == {"talk.mp4", "mute.mp4"}
    assert names_of_speakers(archive.persons, content("radio.wav")) == {0: "Unknown 3"}


def test_speakers_are_whom_most_of_their_turns_belong_to(archive):
    tracks = archive.persons.tracks_in([content("talk.mp4")])
    ada, other = archive.persons.all()
    assert persons_of_speakers(tracks) == {0: ada.person_id, 1: other.person_id}
    assert names_of_speakers(archive.persons, content("talk.mp4")) == {0: "Ada", 1: "Unknown 2"}


def test_time_lines_say_who_is_seen_and_who_heard(archive, tmp_path):
    found = TimelineService(archive).timeline("talk.mp4")
    lanes = {
        lane.label: [[(p.start_us / SECOND, p.end_us / SECOND) for p in ps] for ps in (lane.presences, lane.heard)]
        for lane in found.persons
    }
    assert lanes == {"Ada": [[(0.0, 8.0)], [(1.0, 4.0), (7.0, 9.0)]], "Unknown 2": [[], [(4.5, 6.0)]]}
    assert [lane.label for lane in found.speakers] == ["Ada", "Unknown 2"]
    page = timeline_html(found, Archive(tmp_path))
    assert "heard for 0:05.0" in page
    assert "<b>Ada</b><div lang=" in page


def test_transcripts_call_speakers_by_the_names_of_persons(archive):
    named = replace(HEARING, names=names_of_speakers(archive.persons, HEARING.content_id))
    assert "<v Ada>" in write(named, "talk", "vtt").decode()
    assert "Unknown_2" in write(named, "talk", "rttm").decode()
    for kind in ("srt", "ttml", "eaf", "csv", "json"):
        assert "Unknown 2" in write(named, "talk", kind).decode()
        assert "Unknown 2" not in write(HEARING, "talk", kind).decode()


def test_a_name_cannot_break_out_of_a_file():
    named = replace(HEARING, names={0: "<b>--> \u202e&", 1: "x"})
    assert "<v &lt;b&gt;--&gt;" in write(named, "talk", "vtt").decode()


def test_a_dossier_tells_what_is_said_and_who_answers_whom(archive):
    ada, other = archive.persons.all()
    body, theirs = (dossier_body(one) for one in gather(archive, [ada.person_id, other.person_id]))
    said = {part["media_id"]: part["speech"] for part in body["appearances"]}
    names = {medium.media_id: medium.filename for medium in archive.media.all()}
    texts = {names[k]: [one["text"] for one in v] if isinstance(v, list) else v["state"] for k, v in said.items()}
    assert texts == {
        "talk.mp4": ["Good morning.", "How are you?"],
        "radio.wav": ["This is the news."],
        "mute.mp4": "not_available",
    }
    assert (body["totals"]["seconds"], body["totals"]["heard_seconds"]) == (11.0, 10.0)
    (relation,) = body["relationships"]
    assert (relation["person_id"], relation["answers"], relation["seconds_together"]) == (other.person_id, 2, 1.5)
    assert theirs["appearances"][0]["speech"] == [
        {"start": 4.5, "end": 6.0, "language": "en", "text": "Hello, Ada."},
    ]
    assert "speech" not in missing_of(theirs)


def test_dossiers_follow_what_is_heard(archive):
    ada = archive.persons.all()[0].person_id
    since = archive.outbox.head()
    archive.hearings.record(made_hearing("radio.wav", [(0.0, 5.0, 0, "This is the weather.")], inputs="again"))
    assert ("person", ada) in {(change.topic, change.key) for change in archive.outbox.after(since, 100)}


def test_exports_hold_what_is_heard(archive):
    document = ExportService(archive).document("talk.mp4")
    (medium,) = document.media
    assert {p.label: (p.intervals, p.heard) for p in medium.persons} == {
        "Ada": ([(0.0, 8.0)], [(1.0, 4.0), (7.0, 9.0)]),
        "Unknown 2": ([], [(4.5, 6.0)]),
    }
    assert {(track.box is None, track.speaker) for track in document.tracks} == {(False, None), (True, 0), (True, 1)}


def test_the_sheet_says_where_somebody_is_only_heard(archive, tmp_path):
    persons = PersonService(archive, "local").list()
    page = sheet_html(sheet_of(persons, archive.media.all(), Archive(tmp_path)))
    assert "radio.wav (heard)" in page
    assert "talk.mp4</dt>" in page


def test_documents_of_a_medium_say_whose_turns_are(archive):
    medium = next(medium for medium in archive.media.all() if medium.filename == "talk.mp4")
    job = Job(str(uuid.uuid4()), medium.media_id, {})
    archive.jobs.add(job)
    archive.jobs.set_state(job.job_id, "done")
    (documents,) = medium_documents(archive, [medium.media_id], lambda body: len(str(body))).values()
    parts = {name: items for one in documents for name, items in one.body["results"].items()}
    ada, other = archive.persons.all()
    assert [track["track_id"] for track in parts["tracks"]] == [FACE.track_id]
    assert [turn["person_id"] for turn in parts["turns"]] == [ada.person_id, other.person_id, ada.person_id]
    assert parts["turns"][0]["shares"] == {"lips": 2.5, "together": 0.5}
