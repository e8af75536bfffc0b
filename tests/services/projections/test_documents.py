"""Documents say what the truth says of media and persons, whatever order the changes come in."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from dataclasses import replace

import pytest

from aima.domain import decisions
from aima.domain.finding import Finding, Shot, Sighting, finding_id
from aima.domain.job import Job
from aima.domain.outbox import Change
from aima.errors import DocumentRefused, StoreOutdated, StoreUnreachable
from aima.services.projections.base import Entry, Projection
from aima.services.projections.comparison import compare
from aima.services.projections.documents import DocumentProjection
from aima.services.projections.service import ProjectionService
from aima.services.results import whole_milliseconds
from aima.storage.archive import Archive
from aima.stores.documents import MAX_BYTES, Document
from aima.stores.mongo import MongoDocuments
from tests.hearings_made import made_hearing
from tests.persons_made import SECOND, add_medium, made_run, made_track, record
from tests.stores.mongo.test_contract import result

HAPPY = [0.1, 0.7, 0.05, 0.05, 0.05, 0.03, 0.02]
TRACKS = [
    made_track("a.mp4", 0, 5),
    made_track("a.mp4", 3, 9, left=400),
    made_track("b.mp4", 0, 2),
    made_track("b.mp4", 10, 12, left=400),
]
GROUPS = ([0, 2], [1, 3])


@pytest.fixture
def projection(stores, documents) -> DocumentProjection:
    return DocumentProjection(stores, documents)


@pytest.fixture
def known(stores):
    """Two persons in two analysed media."""
    media = [add_medium(stores, "a.mp4"), add_medium(stores, "b.mp4")]
    for medium in media:
        end_job(stores, medium.media_id)
    tracks = [replace(TRACKS[0], expression=HAPPY), *TRACKS[1:]]
    record(stores, made_run(tracks, *GROUPS))
    stores.sightings.record(sighting(media[0].content_id, 3))
    return stores


def end_job(stores, media_id: str, **analyzers: object) -> str:
    steps = {"face_detector": {"model_version": "faces@1", "digest": "d", "options": {}, "step_us": 200_000}}
    job = Job(str(uuid.uuid4()), media_id, steps | analyzers)
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "done")
    return job.job_id


def sighting(content_id: str, texts: int) -> Sighting:
    found = [
        Finding(finding_id(content_id, "object", "dog", 0), "object", "dog", 0, SECOND, 0.9, 0, (1.0, 2.0, 3.0, 4.0)),
        Finding(finding_id(content_id, "label", "beach", 0), "label", "beach", 0, 5 * SECOND, 0.5, 0),
    ]
    for no in range(texts):
        words = f"line {no:06d} " + "wide " * 1000
        found.append(Finding(finding_id(content_id, "text", words, 0), "text", words, 0, SECOND, 0.8, 0))
    return Sighting(content_id, f"inputs {texts}", (Shot(0, 0, 60 * SECOND),), tuple(found))


def follow(stores, projection: Projection, after: int = 0) -> int:
    """Apply what has changed since; gives the head."""
    changes = stores.outbox.after(after, 100_000)
    assert projection.apply(changes) == {}
    return changes[-1].seq if changes else after


def sorted_entries(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.part, e.id))


def assert_clean(projection: Projection) -> None:
    present = sorted_entries(projection.present())
    assert present == sorted_entries(projection.expected())
    assert present


def test_a_medium_has_the_results_of_its_content_under_the_job_that_ended_last(known, projection, documents):
    medium = known.media.all()[0]
    job_id = end_job(known, medium.media_id, objects={"model_version": "things@2"})
    follow(known, projection)
    parts = {next(iter(one["results"])): one for one in documents.of("analysis_results", medium.media_id)}
    assert set(parts) == {"tracks", "shots", "objects", "labels", "texts"}
    assert {one["job_id"] for one in parts.values()} == {job_id}
    first, second = parts["tracks"]["results"]["tracks"]
    assert (first["start"], first["end"], first["track_id"]) == (0.0, 5.0, TRACKS[0].track_id)
    assert (first["log_odds"], first["shares"]) == (2.0, {"face": 2.0})
    assert first["expression"]["name"] == "happiness"
    assert second["expression"] is None
    assert {first["person_id"], second["person_id"]} == {person.person_id for person in known.persons.all()}
    assert [one["text"] for one in parts["objects"]["results"]["objects"]] == ["dog"]
    assert len(parts["texts"]["results"]["texts"]) == 3
    tracks = parts["tracks"]
    assert tracks["timestamp"].tzinfo is not None
    assert tracks["metadata"]["analyzers"]["objects"] == {"model_version": "things@2"}
    assert (tracks["summary"], tracks["summary_state"]) == (None, "not_available")
    assert documents.get("analysis_results", f"{job_id}:tracks:0000") == tracks


def test_what_is_heard_stands_in_documents_of_its_own(known, projection, documents):
    medium = known.media.all()[0]
    known.hearings.record(
        made_hearing("a.mp4", [(1.0, 2.0, 0, "Good morning."), (3.0, 4.0, None, "Hm.")], [(5, 6, "music")])
    )
    head = follow(known, projection)
    parts = {next(iter(one["results"])): one["results"] for one in documents.of("analysis_results", medium.media_id)}
    assert [(t["speaker"], t["start"], t["end"]) for t in parts["turns"]["turns"]] == [(0, 1.0, 2.0)]
    first, second = parts["utterances"]["utterances"]
    assert (first["speaker"], first["text"], first["language"]) == (0, "Good morning.", "en")
    assert [(word["text"], word["start"]) for word in first["words"]] == [("Good", 1.0), ("morning.", 1.5)]
    assert (second["speaker"], second["start"]) == (None, 3.0)
    assert parts["sounds"]["sounds"] == [{"label": "music", "start": 5.0, "end": 6.0, "score": 0.75}]
    assert_clean(projection)
    known.hearings.record(made_hearing("a.mp4", []))
    follow(known, projection, head)
    assert "utterances" not in {next(iter(one["results"])) for one in documents.of("analysis_results", medium.media_id)}
    assert_clean(projection)


def test_a_dossier_says_where_a_person_is_seen_and_with_whom(known, projection, documents):
    follow(known, projection)
    one, other = known.persons.all()
    dossier = documents.get("person_dossiers", one.person_id)
    by_medium = {part["media_id"]: part for part in dossier["appearances"]}
    a, b = (medium.media_id for medium in known.media.all())
    assert [(m["start"], m["end"]) for m in by_medium[a]["timestamps"]] == [(0.0, 5.0)]
    assert [(m["start"], m["end"]) for m in by_medium[b]["timestamps"]] == [(0.0, 2.0)]
    assert [(e["start"], e["end"], e["name"]) for e in by_medium[a]["emotions"]] == [(0.0, 5.0, "happiness")]
    assert by_medium[b]["emotions"] == []
    assert dossier["relationships"] == [
        {"person_id": other.person_id, "media": sorted([a, b]), "media_count": 2, "seconds_together": 2.0, "answers": 0}
    ]
    assert dossier["totals"] == {"media": 2, "appearances": 2, "seconds": 7.0, "heard_seconds": 0.0}
    assert {t["track_id"]: t["log_odds"] for t in dossier["evidence"]["tracks"]} == {
        TRACKS[0].track_id: 2.0,
        TRACKS[2].track_id: 2.0,
    }
    for field in (dossier["summary"], dossier["attributes"]["clothing"], by_medium[a]["speech"]):
        assert field["state"] == "not_available"
        assert field["reason"]
    ended = known.jobs.newest_ended([a, b])
    assert dossier["last_updated"] == whole_milliseconds(max(one.completed_at for one in ended.values()))


def test_following_every_change_leaves_no_difference(known, projection):
    """Whatever a document says, the change of it is announced for it."""
    seen = follow(known, projection)
    assert_clean(projection)
    one, other = (person.person_id for person in known.persons.all())
    medium = known.media.all()[0]
    weighed = made_run(TRACKS, *GROUPS, inputs="weighed otherwise")
    links = [
        replace(c, links=tuple(replace(k, shares={"face": 1.5, "mouth": 0.5}) for k in c.links))
        for c in weighed.clusters
    ]
    steps = [
        lambda: known.ledger.decide(
            lambda s: decisions.split(s, one, [TRACKS[2].track_id], TRACKS[2].track_id), "local"
        ),
        lambda: known.ledger.decide(lambda s: decisions.merge(s, other, TRACKS[2].track_id), "local"),
        lambda: known.ledger.decide(lambda s: decisions.name(s, other, "Anna"), "local"),
        lambda: known.ledger.decide(decisions.undo, "local"),
        lambda: known.ledger.decide(decisions.undo, "local"),
        lambda: record(known, replace(weighed, clusters=tuple(links))),
        lambda: record(known, made_run(TRACKS[:3], [0, 2], [1], inputs="fewer")),
        lambda: known.sightings.record(sighting(medium.content_id, 1)),
        lambda: end_job(known, medium.media_id),
        lambda: add_medium(known, "a.mp4", owner="somebody"),
        lambda: record(known, made_run(TRACKS[:3], [0, 2], [1], inputs="fewer")),
    ]
    for step in steps:
        step()
        seen = follow(known, projection, seen)
        assert_clean(projection)


def test_order_and_repeats_do_not_matter(known, projection, documents):
    follow(known, projection)
    wanted = sorted_entries(projection.present())
    one, other = (person.person_id for person in known.persons.all())
    known.ledger.decide(lambda s: decisions.split(s, one, [TRACKS[2].track_id], TRACKS[2].track_id), "local")
    known.ledger.decide(decisions.undo, "local")
    projection.clear()
    assert list(projection.present()) == []
    changes = known.outbox.after(0, 1000) * 2
    random.Random(4).shuffle(changes)
    for start in range(0, len(changes), 3):
        assert projection.apply(changes[start : start + 3]) == {}
    assert sorted_entries(projection.present()) == wanted
    newest = max(change.seq for change in changes if change.key == other)
    assert documents.get("person_dossiers", other)["version"] == newest


def test_documents_that_were_dropped_come_back_with_the_same_digests(
    known, projection, documents, mongo_url, namespace
):
    follow(known, projection)
    before = sorted_entries(projection.present())
    documents.drop_all()
    documents.close()
    again = MongoDocuments.open(mongo_url, namespace)
    later = DocumentProjection(known, again)
    head = known.outbox.enqueue([(e.topic, e.key) for e in before])
    follow(known, later, head - len({(e.topic, e.key) for e in before}))
    assert sorted_entries(later.present()) == before
    again.close()


def test_a_merged_person_has_no_dossier_and_gets_it_back(known, projection, documents):
    known.ledger.decide(lambda s: decisions.split(s, first(known), [TRACKS[2].track_id], TRACKS[2].track_id), "local")
    seen = follow(known, projection)
    split_off = documents.get("person_dossiers", TRACKS[2].track_id)
    known.ledger.decide(lambda s: decisions.merge(s, first(known), TRACKS[2].track_id), "local")
    seen = follow(known, projection, seen)
    assert documents.get("person_dossiers", TRACKS[2].track_id) is None
    known.ledger.decide(decisions.undo, "local")
    follow(known, projection, seen)
    assert documents.get("person_dossiers", TRACKS[2].track_id) | {"version": 0} == split_off | {"version": 0}


def first(stores) -> str:
    return stores.persons.all()[0].person_id


def test_media_without_an_ended_job_have_no_results(stores, projection, documents):
    medium = add_medium(stores, "a.mp4")
    record(stores, made_run(TRACKS[:1], [0]))
    stores.jobs.add(Job(str(uuid.uuid4()), medium.media_id, {}))
    follow(stores, projection)
    assert documents.of("analysis_results", medium.media_id) == []
    assert projection.apply([Change(1, "medium", str(uuid.uuid4())), Change(2, "person", str(uuid.uuid4()))]) == {}


def test_long_results_are_cut_into_parts_that_fit(known, projection, documents):
    medium = known.media.all()[0]
    known.sightings.record(sighting(medium.content_id, 1_000))
    follow(known, projection)
    parts = [one for one in documents.of("analysis_results", medium.media_id) if "texts" in one["results"]]
    assert [(one["part"], one["parts"]) for one in parts] == [(0, 2), (1, 2)]
    assert all(documents.size(one) <= MAX_BYTES for one in parts)
    assert documents.size(parts[0]) > 0.98 * MAX_BYTES
    words = [text["text"][:11] for one in parts for text in one["results"]["texts"]]
    assert words == [f"line {no:06d}" for no in range(1_000)]


def test_a_medium_whose_results_cannot_be_stored_does_not_hold_the_others(known, projection, documents):
    a, b = (medium.media_id for medium in known.media.all())
    end_job(known, a, objects={"options": {"seed": 1 << 70}})
    failed = projection.apply(known.outbox.after(0, 1000))
    assert {change.key for change in failed} == {a}
    assert all(isinstance(error, DocumentRefused) for error in failed.values())
    assert documents.of("analysis_results", a) == []
    assert documents.of("analysis_results", b)
    assert documents.get("person_dossiers", first(known))
    differences = list(compare("documents", projection.expected(), projection.present()))
    assert [(d.kind, d.id, d.topic, d.key) for d in differences] == [("missing", a, "medium", a)]
    end_job(known, a)
    follow(known, projection)
    assert_clean(projection)


def test_after_an_older_database_was_restored_verify_says_what_to_do(known, projection, documents, tmp_path):
    """Documents of later changes look right, and no change to come would replace them."""
    follow(known, projection)
    group = known.media.all()[0].media_id
    (stands,) = (stamp for stamp in documents.stamps("analysis_results") if stamp.group == group and "text" in stamp.id)
    body = {name: value for name, value in documents.get("analysis_results", stands.id).items() if name != "version"}
    later = Document(stands.id, body, stands.digest)
    documents.replace("analysis_results", group, [later], known.outbox.head() + 1000)
    service = ProjectionService(known, Archive(tmp_path), {"documents": lambda: projection})
    assert [(d.kind, d.id) for d in service.verify().found if d.kind == "different"] == [("different", stands.id)]
    left = service.verify(repair=True).left
    assert {d.remedy for d in left} == {"aima rebuild documents"}
    assert service.rebuild("documents").complete
    assert service.verify().ok
    assert_clean(projection)


def test_documents_of_another_archive_are_neither_changed_nor_removed(known, documents, projection):
    documents.claim("another archive")
    documents.replace("analysis_results", "theirs", [result(0)], 1)
    changes = known.outbox.after(0, 1000)
    for act in (lambda: projection.apply(changes), projection.clear, lambda: list(projection.present())):
        with pytest.raises(StoreOutdated, match="belongs to another archive"):
            act()
    assert [stamp.group for stamp in documents.stamps("analysis_results")] == ["theirs"]
    assert list(documents.stamps("person_dossiers")) == []


def test_a_server_that_is_away_is_named(known):
    nowhere = MongoDocuments.open("mongodb://127.0.0.1:1/", "aima")
    away = DocumentProjection(known, nowhere)
    assert away.where == "documents at 127.0.0.1:1"
    with pytest.raises(StoreUnreachable, match="documents at 127"):
        away.apply(known.outbox.after(0, 1000))
    nowhere.close()
