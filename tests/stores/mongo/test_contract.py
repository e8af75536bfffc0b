"""What any document server must do: runs on the URL that AIMA_TEST_MONGO names, or on the local server."""

from __future__ import annotations

import multiprocessing
import time
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import MongoClient

from aima.errors import DocumentRefused, StoreOutdated
from aima.stores.documents import MAX_BYTES, Document, DocumentStamp
from aima.stores.mongo import MongoDocuments
from aima.stores.mongo.collections import specifications

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def result(part: int, job: str = "job", media: str = "medium", **further: object) -> Document:
    body = {
        "job_id": job,
        "media_id": media,
        "timestamp": WHEN,
        "results": {"tracks": [{"start": 0.5, "box": [1.0, 2.0, 3.0, 4.0]}]},
        "summary": None,
        "metadata": {"analyzers": {"face_detector": {"step_us": 200_000, "options": {"least.score": 0.5}}}},
    }
    return Document(f"{job}:tracks:{part:04d}", body | further, f"{part:064x}")


def ids(documents: MongoDocuments, group: str = "medium") -> list[tuple[str, int]]:
    return [
        (stamp.id, stamp.version) for stamp in sorted(documents.stamps("analysis_results"), key=lambda s: s.id)
        if stamp.group == group
    ]  # fmt: skip


def test_a_group_comes_back_as_it_was_written(documents):
    written = [result(0), result(1, note="ä\u20ac")]
    documents.replace("analysis_results", "medium", written, 7)
    assert documents.get("analysis_results", "job:tracks:0001") == {**written[1].body, "version": 7}
    assert documents.of("analysis_results", "medium") == [{**one.body, "version": 7} for one in written]
    assert documents.get("analysis_results", "job:tracks:0009") is None
    assert documents.get("person_dossiers", "job:tracks:0001") is None
    stamps = sorted(documents.stamps("analysis_results"), key=lambda s: s.id)
    assert stamps == [DocumentStamp(one.id, "medium", 7, one.digest) for one in written]


def test_a_group_is_replaced_as_one_and_others_stay(documents):
    documents.replace("analysis_results", "other", [result(0, "else", "other")], 1)
    documents.replace("analysis_results", "medium", [result(0), result(1), result(2)], 2)
    documents.replace("analysis_results", "medium", [result(0, "later"), result(1, "later")], 3)
    assert ids(documents) == [("later:tracks:0000", 3), ("later:tracks:0001", 3)]
    assert ids(documents, "other") == [("else:tracks:0000", 1)]
    documents.replace("analysis_results", "medium", [], 4)
    assert ids(documents) == []


def test_writing_again_changes_nothing_and_what_is_older_does_not_stand_against_what_is_newer(documents):
    newer = [result(0, "newer")]
    documents.replace("analysis_results", "medium", newer, 9)
    documents.replace("analysis_results", "medium", newer, 9)
    documents.replace("analysis_results", "medium", [result(0, "newer", note="older"), result(0, "older")], 8)
    documents.replace("analysis_results", "medium", [], 8)
    assert documents.of("analysis_results", "medium") == [{**newer[0].body, "version": 9}]


def test_two_writers_at_once_leave_one_document_of_the_newest_version(mongo_url, namespace, documents):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_write_versions, [(mongo_url, namespace, 0), (mongo_url, namespace, 1)])
    (found,) = documents.stamps("analysis_results")
    assert found.version == 59


def _write_versions(url: str, namespace: str, remainder: int) -> None:
    documents = MongoDocuments.open(url, namespace)
    for version in range(remainder, 60, 2):
        documents.replace("analysis_results", "medium", [result(0)], version)
    documents.close()


def test_a_document_of_the_largest_size_is_taken_and_sizes_are_measured(documents):
    padding = "x" * (MAX_BYTES - documents.size(result(0, note="").body))
    largest = result(0, note=padding)
    assert documents.size(largest.body) == MAX_BYTES
    documents.replace("analysis_results", "medium", [largest, result(1, note=padding)], 1)
    assert len(documents.of("analysis_results", "medium")) == 2


@pytest.mark.parametrize(
    "bad",
    [
        Document("job:tracks:0000", {"job_id": "job"}, "0" * 64),
        result(0, results="none"),
        result(0, timestamp="yesterday"),
        Document("job:tracks:0000", result(0).body, "short"),
    ],
)
def test_a_document_of_another_form_is_refused_and_leaves_nothing(documents, bad):
    with pytest.raises(DocumentRefused, match=r"documents at .* refuses a document"):
        documents.replace("analysis_results", "medium", [bad], 1)
    assert ids(documents) == []


def test_what_cannot_be_stored_is_said(documents):
    with pytest.raises(DocumentRefused, match="cannot be stored"):
        documents.replace("analysis_results", "medium", [result(0, note=1 << 70)], 1)


def test_what_was_written_is_there_for_who_connects_later(mongo_url, namespace, documents):
    documents.replace("analysis_results", "medium", [result(0)], 1)
    documents.close()
    again = MongoDocuments.open(mongo_url, namespace)
    again.prepare()
    assert ids(again) == [("job:tracks:0000", 1)]
    again.close()


def test_validators_and_indexes_that_differ_are_brought_up_to_date(mongo_url, namespace, documents):
    documents.replace("analysis_results", "medium", [result(0)], 1)
    with MongoClient(mongo_url) as client:
        database = client[namespace]
        database.command("collMod", "analysis_results", validator={})
        database["analysis_results"].drop_index("group")
        database["analysis_results"].create_index([("digest", 1)], name="group")
        documents.prepare()
        found = next(iter(database.list_collections(filter={"name": "analysis_results"})))
        wanted = specifications()["analysis_results"]
        assert found["options"]["validator"] == wanted["validator"]
        indexes = {n: dict(i["key"]) for n, i in database["analysis_results"].index_information().items()}
        assert wanted["indexes"].items() <= indexes.items()
    assert ids(documents) == [("job:tracks:0000", 1)]


def test_a_collection_can_be_dropped_and_made_anew(documents):
    documents.replace("analysis_results", "medium", [result(0)], 5)
    documents.drop("analysis_results")
    assert ids(documents) == []
    documents.prepare()
    documents.replace("analysis_results", "medium", [result(0)], 1)
    assert ids(documents) == [("job:tracks:0000", 1)]
    with pytest.raises(DocumentRefused):
        documents.replace("analysis_results", "medium", [Document("x", {}, "0" * 64)], 1)


def test_nothing_of_an_archive_is_left_when_all_is_dropped(mongo_url, namespace, documents):
    documents.replace("analysis_results", "medium", [result(0)], 1)
    documents.drop_all()
    with MongoClient(mongo_url) as client:
        assert client[namespace].list_collection_names() == []


def test_two_archives_on_one_server_do_not_see_each_other(mongo_url, namespace, documents):
    documents.replace("analysis_results", "medium", [result(0)], 1)
    other = MongoDocuments.open(mongo_url, f"{namespace}_b")
    other.prepare()
    assert list(other.stamps("analysis_results")) == []
    other.drop_all()
    other.close()
    assert ids(documents) == [("job:tracks:0000", 1)]


def test_documents_belong_to_the_archive_that_claimed_them_first(mongo_url, namespace, documents):
    documents.claim("one")
    documents.claim("one")
    again = MongoDocuments.open(mongo_url, namespace)
    with pytest.raises(StoreOutdated, match=f"{namespace} belongs to another archive"):
        again.claim("other")
    again.claim("one")
    again.drop_all()
    again.claim("other")
    again.close()


def line(no: int, **related: str) -> dict[str, object]:
    level = "error" if no % 2 else "info"
    return {
        "timestamp": WHEN + timedelta(milliseconds=no),
        "level": level,
        "component": "aima.test",
        "message": f"line {no}",
        "details": {"no": no},
        "related_ids": related,
    }


def wait_for(documents: MongoDocuments, message: str) -> list[dict[str, object]]:
    """Log lines once this one is the newest: they are not acknowledged."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = documents.logs(100_000)
        if found and found[0]["message"] == message:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{message!r} has not come")


def test_log_lines_come_back_newest_first_by_what_they_are_about(documents):
    documents.log([line(no, job_id=f"job {no % 3}", node="a") for no in range(9)])
    documents.log([])
    found = wait_for(documents, "line 8")
    assert [one["details"]["no"] for one in found] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert found[0] == line(8, job_id="job 2", node="a")
    assert [one["details"]["no"] for one in documents.logs(2, job_id="job 1")] == [7, 4]
    assert [one["details"]["no"] for one in documents.logs(9, level="error", job_id="job 1", node="a")] == [7, 1]
    assert [one["details"]["no"] for one in documents.logs(3, job_id="jo")] == [8, 7, 6]
    assert documents.logs(9, job_id="job 9") == []
    assert documents.logs(9, job_id="ob") == []


def test_logs_are_bounded(mongo_url, namespace, monkeypatch):
    monkeypatch.setitem(specifications()["system_logs"], "lines", 300)
    documents = MongoDocuments.open(mongo_url, namespace)
    documents.prepare()
    for start in range(0, 800, 100):
        documents.log([line(no) for no in range(start, start + 100)])
    found = wait_for(documents, "line 799")
    assert [one["details"]["no"] for one in found] == list(range(799, 499, -1))
    documents.close()
