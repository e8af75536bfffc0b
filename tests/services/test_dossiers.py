"""Dossiers: the same from documents and truth, bounded, and honest about where they come from."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.domain import decisions
from aima.domain.person import Person, TrackRecord
from aima.domain.track import Appearance, Locator
from aima.errors import PersonUnknown, StackDown
from aima.services.digests import made
from aima.services.dossier_building import MAX_MOMENTS, MAX_RELATIONS, MAX_TRACKS, Known, dossier_body
from aima.services.dossier_page import expression_of, page_html, standing
from aima.services.dossier_relations import overlap, relations
from aima.services.dossiers import DossierService
from aima.services.projections.documents import DocumentProjection
from aima.storage.archive import Archive
from aima.stores.documents import MAX_BYTES
from aima.stores.mongo import MongoDocuments
from tests.persons_made import SECOND, add_medium, made_run, made_track, record

TRACKS = [made_track("a.mp4", 0, 5), made_track("a.mp4", 3, 9, left=400), made_track("b.mp4", 0, 2)]
HAPPY = [0.1, 0.7, 0.05, 0.05, 0.05, 0.03, 0.02]

spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=8)


@pytest.fixture
def service(stores, documents) -> DossierService:
    """Two persons, and documents that know everything."""
    add_medium(stores, "a.mp4")
    add_medium(stores, "b.mp4")
    record(stores, made_run([replace(TRACKS[0], expression=HAPPY), *TRACKS[1:]], [0, 2], [1]))
    catch_up(stores, documents)
    return DossierService(stores, lambda: documents)


def catch_up(stores, documents) -> None:
    assert DocumentProjection(stores, documents).apply(stores.outbox.after(0, 1000)) == {}
    stores.outbox.advance("documents", stores.outbox.head(), [], [])


def test_documents_and_truth_give_the_same_dossier(service, stores, documents):
    stored = service.dossier("#1")
    assert (stored.source, stored.behind, stored.as_of_seq) == ("documents", 0, stores.outbox.head())
    direct = DossierService(stores, _no_stack).dossier("#1")
    assert (direct.source, direct.remark) == ("truth", "documents is not running")
    assert direct.digest == stored.digest
    assert direct.body == stored.body
    (stamp,) = [one for one in documents.stamps("person_dossiers") if one.id == stored.person.person_id]
    assert stamp.digest == stored.digest


def _no_stack():
    raise StackDown("documents is not running", "start it with: aima up")


def test_a_server_that_does_not_answer_is_named_and_the_truth_is_told(service, stores):
    nowhere = MongoDocuments.open("mongodb://127.0.0.1:1/", "aima")
    found = DossierService(stores, lambda: nowhere).dossier("#2")
    nowhere.close()
    assert found.source == "truth"
    assert "documents at 127.0.0.1:1 does not answer" in found.remark
    assert "because documents at 127.0.0.1:1" in standing(found)


def test_a_dossier_that_is_behind_says_how_far(service, stores):
    before = service.dossier("#1")
    add_medium(stores, "c.mp4")
    found = service.dossier("#1")
    assert (found.source, found.as_of_seq) == ("documents", before.as_of_seq)
    assert found.behind == stores.outbox.head() - before.as_of_seq > 0
    assert f"{found.behind} later change" in standing(found)


def test_who_is_not_in_the_documents_yet_is_told_from_the_truth(service, stores):
    record(stores, made_run([*TRACKS, made_track("b.mp4", 5, 7)], [0, 2], [1], [3], inputs="more"))
    found = service.dossier("#3")
    assert (found.source, found.behind) == ("truth", 0)
    assert "no dossier of Unknown 3 yet" in found.remark
    assert found.body["totals"]["seconds"] == 2.0


def test_a_document_of_a_state_that_was_restored_away_is_not_believed(service, stores, documents):
    person = stores.persons.all()[0]
    stands = dict(service.dossier(person.person_id).body)
    later = made(person.person_id, stands | {"totals": {"media": 9, "appearances": 9, "seconds": 9.0}})
    documents.replace("person_dossiers", person.person_id, [later], stores.outbox.head() + 1)
    found = service.dossier(person.person_id)
    assert (found.source, found.behind) == ("truth", 0)
    assert found.body["totals"]["media"] == 2
    assert "because the documents are of a later state of the database" in standing(found)


def test_names_are_those_of_now_and_are_in_no_document(service, stores, documents):
    one, other = stores.persons.all()
    stores.ledger.decide(lambda s: decisions.name(s, other.person_id, "Zoe Example"), "local")
    found = service.dossier("#1")
    assert found.label_of(other.person_id) == "Zoe Example"
    assert set(found.filenames.values()) == {"a.mp4", "b.mp4"}
    catch_up(stores, documents)
    everything = [documents.get("person_dossiers", person.person_id) for person in (one, other)]
    assert "Zoe" not in str(everything)
    assert service.dossier("Zoe Example").digest == made(other.person_id, found_body(everything[1])).digest


def found_body(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "version"}


def test_a_merged_person_is_not_found(service, stores):
    one, other = (person.person_id for person in stores.persons.all())
    new = TRACKS[2].track_id
    stores.ledger.decide(lambda s: decisions.split(s, one, [new], new), "local")
    stores.ledger.decide(lambda s: decisions.merge(s, other, new), "local")
    with pytest.raises(PersonUnknown, match="merged"):
        service.dossier("#3")


def test_the_page_shows_the_person_and_runs_nothing(service, stores, tmp_path):
    person = stores.persons.all()[0]
    stores.ledger.decide(lambda s: decisions.name(s, person.person_id, "<script>alert(1)</script>"), "local")
    found = service.dossier(person.person_id)
    page = page_html(found, Archive(tmp_path))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "a.mp4" in page
    assert "0:00.0 happiness 70%" in page
    assert "Unknown 2: 0:02.0 at once, 1 medium" in page
    assert "no model of this profile recognises clothing" in page


def test_expressions_in_words():
    assert expression_of(None) == ""
    assert expression_of({"name": "uncertain", "probabilities": {"fear": 0.3}}) == "uncertain"
    assert expression_of({"name": "fear", "probabilities": {"fear": 0.714}}) == "fear 71%"


def test_a_dossier_of_any_length_fits_into_a_document_and_says_what_it_leaves_out(documents):
    known = enormous(6_000, 800)
    body = dossier_body(known)
    assert documents.size(body) <= MAX_BYTES
    assert body["left_out"] == {
        "appearances": 6_000 - MAX_MOMENTS,
        "tracks": 6_000 - MAX_TRACKS,
        "relationships": 800 - MAX_RELATIONS,
        "emotions": 0,
        "utterances": 0,
    }
    assert body["totals"]["appearances"] == 6_000
    kept = [moment["end"] - moment["start"] for part in body["appearances"] for moment in part["timestamps"]]
    lengths = sorted((a.end_us - a.start_us for a in known.appearances), reverse=True)
    assert min(kept) >= lengths[MAX_MOMENTS - 1] / SECOND
    documents.replace("person_dossiers", "somebody", [made("somebody", body)], 1)


def test_a_dossier_of_someone_in_many_copies_of_a_file_fits_as_well(documents):
    one = enormous(MAX_TRACKS, 0)
    seen = tuple(track.track_id for track in one.tracks)
    copies = [replace(moment, track_ids=seen) for moment in one.appearances[:100]]
    body = dossier_body(replace(one, appearances=copies, everybody=copies))
    assert documents.size(body) <= MAX_BYTES
    assert sum(len(part["emotions"]) for part in body["appearances"]) == MAX_TRACKS
    assert body["left_out"]["emotions"] == 99 * MAX_TRACKS


def enormous(moments: int, others: int) -> Known:
    """A person who is seen in as many media, with evidence as long as it gets, and a crowd in each of the first 60."""
    rng = random.Random(1)
    media = [f"{number:032x}-medium" for number in range(moments)]
    tracks = [
        TrackRecord(
            track_id=f"{number:032x}-trk",
            locator=Locator(f"{number:064x}", "sight", 0, SECOND, (1.0, 2.0, 3.0, 4.0)),
            best_pts_us=0, best_ordinal=0, quality=rng.random(), score=0.9, samples=5, person_id="somebody",
            log_odds=rng.random(), shares={"face": rng.random(), "voice": rng.random(), "mouth": rng.random()},
            expression=(0.14, 0.14, 0.14, 0.14, 0.14, 0.14, 0.16),
            picture_path=f"crops/{number:064x}/{number:032x}.jpg",
        )
        for number in range(moments)
    ]  # fmt: skip
    own = [
        Appearance("somebody", medium, 0, rng.randrange(1, 100 * SECOND), 0.5, "face", (track.track_id,))
        for medium, track in zip(media, tracks, strict=True)
    ]
    crowd = [
        Appearance(f"{number:032x}-else", medium, 0, SECOND, 0.5, "face", ())
        for number in range(others)
        for medium in media[:60]
    ]
    return Known(Person("somebody", 1), own, tracks, [*own, *crowd], None)


@given(spans, spans)
@settings(deadline=None, derandomize=True)
def test_overlap_equals_counting_moment_by_moment(one, other):
    a, b = laid_out(one), laid_out(other)
    counted = sum(
        any(start <= t < end for start, end in a) and any(start <= t < end for start, end in b) for t in range(700)
    )
    assert overlap(a, b) == overlap(b, a) == counted


def laid_out(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Intervals one behind the other: (pause before, length)."""
    intervals, at = [], 0
    for pause, length in gaps:
        intervals.append((at + pause, at + pause + length))
        at += pause + length
    return intervals


def test_relations_name_everybody_in_the_same_media_the_longest_together_first():
    def seen(person: str, medium: str, start: int, end: int) -> Appearance:
        return Appearance(person, medium, start, end, 1.0, "face", ())

    own = [seen("me", "a", 0, 10), seen("me", "b", 5, 6)]
    there = [
        *own,
        seen("one", "a", 8, 12),
        seen("two", "a", 2, 4),
        seen("two", "a", 5, 7),
        seen("two", "b", 0, 5),
        seen("far", "c", 0, 9),
    ]
    assert [(r.person_id, r.media, r.together_us) for r in relations(own, there)] == [
        ("two", ("a", "b"), 4),
        ("one", ("a",), 2),
    ]
