from __future__ import annotations

import pytest

from aima.errors import StoreUnreachable
from aima.services.search.query import Query
from aima.stores.milvus import MilvusVectors
from tests.persons_made import add_medium, made_run, made_track, record
from tests.services.search.archive_made import embed_texts, finding, searching, sight


@pytest.fixture
def archive(stores):
    """Five films with things, labels and writing; Unknown 1 in two of them."""
    seen = {
        "park.mp4": [
            finding("park.mp4", "object", "dog", 3, 0.8, 5),
            finding("park.mp4", "label", "golden retriever", 0, 0.6),
        ],
        "shop.mp4": [finding("shop.mp4", "text", "Bäckerei Müller", 2), finding("shop.mp4", "text", "seit 1890", 2)],
        "shop2.mp4": [finding("shop2.mp4", "text", "BACKEREl", 4, 0.7)],
        "road.mp4": [finding("road.mp4", "object", "bicycle", 1), finding("road.mp4", "object", "traffic light", 5)],
        "home.mp4": [finding("home.mp4", "object", "cat", 1), finding("home.mp4", "object", "refrigerator", 8)],
    }
    for name, findings in seen.items():
        add_medium(stores, name)
        sight(stores, name, findings)
    record(stores, made_run([made_track("park.mp4", 0, 5), made_track("road.mp4", 4, 9)], [0, 1]))
    return stores


def files(answers):
    return [answer.place.filename for answer in answers.found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dog", ["park.mp4"]),
        ("bäckerei", ["shop.mp4", "shop2.mp4"]),
        ("baeckerei", ["shop.mp4", "shop2.mp4"]),
        ("Bäcker", ["shop.mp4"]),
        ("Müller 1890", ["shop.mp4"]),
        ("retriever", ["park.mp4"]),
        ("traffic light", ["road.mp4"]),
        ("zzzzzz", []),
        ("'; DROP TABLE findings; --", []),
    ],
)
def test_words_find_what_is_written_and_seen_by_letters_alone(settings, archive, vectors, words, expected):
    answers = searching(settings, archive, vectors).search(Query.of(text=words))
    assert files(answers)[: len(expected)] == expected
    assert len(answers.found) <= len(expected) + 1
    assert answers.unasked[0].why == "meanings were not compared: the archive has no vectors of texts yet"
    assert (answers.as_of_seq, answers.behind) == (archive.outbox.head(), 0)


def test_meaning_finds_what_no_letter_does_in_two_languages(settings, archive, vectors):
    space = embed_texts(settings, archive, vectors)
    search = searching(settings, archive, vectors).search
    for words, film in {
        "Hund": "park.mp4",
        "Katze": "home.mp4",
        "Kühlschrank": "home.mp4",
        "a bike": "road.mp4",
        "Fahrrad": "road.mp4",
        "bakery": "shop.mp4",
    }.items():
        answers = search(Query.of(text=words))
        assert film in files(answers)[:2], (words, files(answers))
        assert (answers.models, answers.unasked) == ({"text": space.model_version}, ())
        assert (answers.as_of_seq, answers.behind) == (7, 2)


def test_a_reason_names_what_matched_how_and_the_finding(settings, archive, vectors):
    embed_texts(settings, archive, vectors)
    best = searching(settings, archive, vectors).search(Query.of(text="golden retriever")).found[0]
    (reason, *_) = best.reasons
    assert reason.text == "label 'golden retriever' (words 98%)"
    assert reason.probability == pytest.approx(0.98 * 0.6, abs=1e-3)
    (evidence,) = reason.evidence
    stored = archive.sightings.get(best.place.content_id).findings
    assert (evidence.kind, evidence.id) in {("finding", one.finding_id) for one in stored if one.kind == "label"}
    assert (best.start_us, best.end_us, best.who) == (0, 1_000_000, ("Unknown 1",))


def test_names_of_persons_are_words_too(settings, archive, vectors):
    from aima.services.persons import PersonService

    PersonService(archive, "anna").name("#1", "Ada Lovelace")
    answers = searching(settings, archive, vectors).search(Query.of(text="lovelace"))
    assert sorted(files(answers)) == ["park.mp4", "road.mp4"]
    assert {answer.reasons[0].text for answer in answers.found} == {"the name Ada Lovelace"}
    assert files(searching(settings, archive, vectors).search(Query.of(text="ada lovelace", medium="road.mp4"))) == [
        "road.mp4"
    ]


def test_without_the_vector_server_words_still_answer_and_say_so(settings, archive, vectors):
    embed_texts(settings, archive, vectors)
    away = MilvusVectors.open("http://127.0.0.1:9", "search_away")
    answers = searching(settings, archive, away).search(Query.of(text="dog"))
    assert set(files(answers)) == {"park.mp4"}
    (unasked,) = answers.unasked
    assert unasked.why.startswith("meanings were not compared, only letters: ")
    assert "127.0.0.1:9" in unasked.why
    away.close()


def test_things_that_are_gone_from_the_truth_are_not_answered_though_vectors_still_have_them(
    settings, archive, vectors
):
    embed_texts(settings, archive, vectors)
    sight(archive, "home.mp4")
    assert "home.mp4" not in files(searching(settings, archive, vectors).search(Query.of(text="Katze")))


def test_answers_are_the_same_after_both_stores_are_opened_anew(settings, archive, vectors, database, milvus_url):
    embed_texts(settings, archive, vectors)
    query = Query.of(text="Hund auf der Straße")
    before = searching(settings, archive, vectors).search(query)
    from aima.stores.postgres import PostgresStores

    again = MilvusVectors.open(milvus_url, vectors._namespace)
    with PostgresStores.open(database) as stores:
        assert searching(settings, stores, again).search(query) == before
    again.close()


def test_a_truth_that_is_away_is_named(settings, archive, vectors):
    from aima.stores.postgres import PostgresStores
    from aima.stores.postgres.engine import open_engine

    nobody = PostgresStores(open_engine("postgresql://nobody@127.0.0.1:9/none"))
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9"):
        searching(settings, nobody, vectors).search(Query.of(text="dog"))
