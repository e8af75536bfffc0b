"""Projections catch up, are compared with the truth and mended, and are made anew, whoever is away meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from aima.domain.observation import Crop, ObservationKey, Receipt
from aima.errors import SettingInvalid, StackDown, StoreUnreachable
from aima.events.publishing import publish
from aima.services.projections.service import ProjectionService
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from aima.stores.postgres.engine import open_engine
from tests.following import Files, within
from tests.persons_made import add_medium, content, made_run, made_track, record


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def files(stores, tmp_path) -> Files:
    (tmp_path / "one").mkdir()
    return Files(stores, tmp_path / "one", "files")


@pytest.fixture
def others(stores, tmp_path) -> Files:
    (tmp_path / "two").mkdir()
    return Files(stores, tmp_path / "two", "others")


@pytest.fixture
def service(stores, archive, files, others) -> ProjectionService:
    return ProjectionService(stores, archive, {"files": lambda: files, "others": lambda: others})


def kinds(verified) -> list[tuple[str, str]]:
    return sorted((difference.store, difference.kind) for difference in verified.found)


def test_catching_up_brings_every_projection_to_the_head(stores, service, files, others):
    add_medium(stores, "a.mp4")
    assert service.as_of("files").seq == 0
    assert service.as_of("files").behind == stores.outbox.head()
    assert service.catch_up().complete
    assert files.names() == others.names() == ["a.mp4"]
    assert (service.as_of("files").seq, service.as_of("files").behind) == (stores.outbox.head(), 0)


def test_a_server_that_is_away_is_named_and_holds_nobody(stores, service, files, others):
    service.catch_up()
    files.stop()
    medium = add_medium(stores, "a.mp4")
    reached = service.catch_up()
    assert not reached.complete
    assert {name: error.message for name, error in reached.away.items()} == {"files": "files in one do not answer"}
    assert list(reached.behind) == ["files"]
    assert others.path(medium).exists()
    assert service.as_of("files").behind == reached.behind["files"] > 0
    files.start()
    assert service.catch_up().complete
    assert files.names() == ["a.mp4"]


def test_a_server_that_was_never_there_costs_nothing_to_ask_about(stores, archive):
    def closed():
        raise StackDown("the local stack is not running", "run: aima up")

    service = ProjectionService(stores, archive, {"documents": closed})
    medium = add_medium(stores, "a.mp4")
    assert service.as_of("documents").behind == stores.outbox.head()
    assert service.catch_up().away["documents"].message == "the local stack is not running"
    (found,) = service.verify().found
    assert (found.store, found.kind, found.detail) == ("documents", "away", "the local stack is not running")
    assert stores.media.get(medium.media_id) == medium


def test_a_truth_that_is_away_is_told_and_not_raised(archive, files):
    away = PostgresStores(open_engine("postgresql://nobody@127.0.0.1:1/nothing"))
    reached = ProjectionService(away, archive, {"files": lambda: files}).catch_up()
    assert not reached.complete
    assert isinstance(reached.away["outbox"], StoreUnreachable)


def test_who_catches_up_waits_for_another_process_that_publishes(stores, service, files, database):
    service.catch_up()
    add_medium(stores, "a.mp4")
    with PostgresStores.open(database) as other, other.outbox.alone():
        reached = service.catch_up(timeout_s=0.3)
        assert set(reached.behind) == {"files", "others"}
        waiting = threading.Thread(target=service.catch_up)
        waiting.start()
    waiting.join(timeout=20)
    assert files.names() == ["a.mp4"]


def test_what_a_standing_process_publishes_is_left_to_it(stores, service, files, others, database, tmp_path):
    """It has the clients of all stores open already; who only makes a decision need not open them."""
    service.catch_up()

    def unneeded():
        raise AssertionError("opened though another process publishes")

    spared = ProjectionService(stores, Archive(tmp_path), {"files": unneeded, "others": unneeded})
    stop = threading.Event()
    with PostgresStores.open(database) as other:
        apart = ProjectionService(other, Archive(tmp_path), {"files": lambda: files, "others": lambda: others})
        process = threading.Thread(target=publish, args=(apart.relay(), other.outbox, stop, tmp_path / "heartbeat"))
        process.start()
        try:
            assert within(5, stores.outbox.attended)
            add_medium(stores, "a.mp4")
            assert spared.catch_up().complete
            assert files.names() == others.names() == ["a.mp4"]
            files.stop()
            add_medium(stores, "b.mp4")
            assert service.catch_up().away["files"].message == "files in one do not answer"
        finally:
            stop.set()
            process.join(timeout=10)
    assert not stores.outbox.attended()


def test_an_untouched_archive_is_clean(stores, service):
    add_medium(stores, "a.mp4")
    verified = service.verify(deep=True)
    assert verified.ok
    assert verified.found == ()


def test_what_is_missing_wrong_or_too_much_is_found_and_mended(stores, service, files):
    media = [add_medium(stores, f"{number}.mp4") for number in range(4)]
    service.catch_up()
    files.path(media[0]).unlink()
    files.path(media[1]).write_text('{"name": "other", "version": 1}')
    files.path(media[2]).rename(files.path(media[2]).with_stem("00000000-0000-0000-0000-000000000000"))
    files.path(media[3]).with_suffix(".copy").write_text(files.path(media[3]).read_text())
    assert kinds(service.verify()) == [
        ("files", "different"),
        ("files", "duplicate"),
        ("files", "missing"),
        ("files", "missing"),
        ("files", "phantom"),
    ]
    files.path(media[3]).with_suffix(".copy").unlink()  # no projection of ours removes what it does not know
    verified = service.verify(repair=True)
    assert (len(verified.found), verified.left, verified.ok) == (4, (), True)
    assert files.names() == [f"{number}.mp4" for number in range(4)]


def test_what_could_not_be_applied_is_a_finding_until_it_can(stores, service, files, tmp_path):
    add_medium(stores, "poison.mp4")
    verified = service.verify(repair=True)
    assert ("files", "dead_letter") in kinds(verified)
    assert not verified.ok
    (letter, *_) = [found for found in verified.left if found.kind == "dead_letter"]
    assert letter.detail == "unexpected: ValueError: cannot take poison.mp4"
    rename(stores, "poison.mp4", "good.mp4")
    assert service.verify(repair=True).ok
    assert files.names() == ["good.mp4"]


def rename(stores, old, new):
    with stores.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE media_files SET filename = %s, raw_filename = %s WHERE filename = %s", (new, new.encode(), old)
        )


def test_persons_that_do_not_follow_from_the_ledger_are_found_and_mended(stores, service):
    add_medium(stores, "a.mp4")
    record(stores, made_run([made_track("a.mp4", 0, 5)], [0]))
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE persons SET name = 'Somebody'")
    verified = service.verify()
    assert kinds(verified) == [("ledger", "unlike_ledger")]
    assert service.verify(repair=True).ok
    assert [person.name for person in stores.persons.all()] == [None]


def test_a_ledger_that_was_changed_is_a_finding_that_nothing_mends(stores, service):
    add_medium(stores, "a.mp4")
    record(stores, made_run([made_track("a.mp4", 0, 5)], [0]))
    with stores.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger_events DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE ledger_events SET actor = 'mallory'")
        connection.exec_driver_sql("ALTER TABLE ledger_events ENABLE TRIGGER USER")
    (found,) = service.verify(repair=True).left
    assert (found.store, found.kind, found.detail) == ("ledger", "damaged", "event 1 of the ledger was changed")


@pytest.fixture
def observed(stores, archive) -> list[Receipt]:
    """Two segments that were judged, each with a crop."""
    add_medium(stores, "a.mp4")
    receipts = []
    for number in range(2):
        key = ObservationKey(content("a.mp4"), "face_quality", "fq@1", "0" * 64)
        path, picture = f"observations/{number}.parquet", f"crops/{key.short}/{number}.jpg"
        digests = [archive.put(name, name.encode()) for name in (path, picture)]
        crop = Crop(key.content_id, number, 0, number, (0.0, 0.0, 9.0, 9.0), 0.5, picture, digests[1])
        receipts.append(Receipt(key, number, path, digests[0], 5, 0.1, 0.1, "node", crops=(crop,)))
    stores.observations.commit(receipts)
    return receipts


@pytest.mark.parametrize("which", ["observations", "crops"])
def test_a_lost_file_is_found_and_its_segment_runs_again(stores, service, archive, observed, which):
    path = observed[0].path if which == "observations" else observed[0].crops[0].path
    archive.path(path).unlink()
    (found,) = service.verify().found
    assert (found.store, found.kind, found.part, found.id) == ("archive", "lost", which, path)
    service.verify(repair=True)
    assert [receipt.segment_no for receipt in stores.observations.receipts()] == [1]


def test_an_archive_that_is_not_mounted_takes_no_segment_back(stores, service, archive, observed):
    away = archive.root.with_name("elsewhere")
    archive.root.rename(away)
    archive.root.mkdir()
    (left,) = service.verify(repair=True).left
    assert (left.store, left.kind) == ("archive", "away")
    assert str(archive.root) in left.detail
    archive.root.rmdir()
    away.rename(archive.root)
    assert service.verify().ok
    assert len(stores.observations.receipts()) == 2


def test_a_damaged_file_is_found_when_it_is_looked_into(service, archive, observed):
    archive.path(observed[1].path).write_bytes(b"other")
    assert service.verify().ok
    assert kinds(service.verify(deep=True)) == [("archive", "damaged")]


def test_a_projection_is_made_anew_from_nothing(stores, service, files, others):
    media = [add_medium(stores, f"{number}.mp4") for number in range(3)]
    service.catch_up()
    files.lose()
    files.path(media[0]).write_text('{"name": "wrong", "version": 99}')
    heard = len(others.heard)
    assert service.rebuild("files").complete
    assert files.names() == ["0.mp4", "1.mp4", "2.mp4"]
    assert service.verify().found == ()
    assert len(others.heard) >= heard


def test_what_repairing_cannot_remove_is_removed_by_making_anew(stores, service, files):
    """A store may hold what the truth cannot even ask for."""
    medium = add_medium(stores, "a.mp4")
    service.catch_up()
    files.path(medium).with_name("no id.json").write_text('{"name": "foreign", "version": 1}')
    left = service.verify(repair=True).left
    assert sorted((d.kind, d.id, d.remedy) for d in left if d.store == "files") == [
        ("dead_letter", "no id", "aima verify --repair"),
        ("phantom", "no id", "aima rebuild files"),
    ]
    assert service.rebuild("files").complete
    assert [d.store for d in service.verify().found] == ["others"]  # it was told of that key as well
    assert service.rebuild("others").complete
    assert service.verify().found == ()


def test_a_rebuild_that_is_broken_off_after_clearing_goes_on_by_itself(stores, archive, files):
    class Dies(Files):
        def clear(self):
            super().clear()
            raise KeyboardInterrupt

    add_medium(stores, "a.mp4")
    dies = Dies(stores, files.path(add_medium(stores, "b.mp4")).parent, "files")
    service = ProjectionService(stores, archive, {"files": lambda: dies})
    service.catch_up()
    with pytest.raises(KeyboardInterrupt):
        service.rebuild("files")
    assert files.names() == []
    assert ProjectionService(stores, archive, {"files": lambda: files}).catch_up().complete
    assert files.names() == ["a.mp4", "b.mp4"]


def test_a_rebuild_of_what_is_away_or_unknown_changes_nothing(stores, service, files):
    add_medium(stores, "a.mp4")
    service.catch_up()
    files.stop()
    with pytest.raises(StoreUnreachable, match="files in one do not answer"):
        service.rebuild("files")
    with pytest.raises(SettingInvalid) as unknown:
        service.rebuild("nothing")
    assert unknown.value.remedy == "choose one of: files, others"
    files.start()
    assert files.names() == ["a.mp4"]


def test_after_a_restart_what_was_announced_is_applied(stores, archive, files, database):
    add_medium(stores, "a.mp4")
    with PostgresStores.open(database) as reopened:
        again = Files(reopened, Path(files.path(add_medium(stores, "b.mp4")).parent), "files")
        assert ProjectionService(reopened, archive, {"files": lambda: again}).catch_up().complete
    assert files.names() == ["a.mp4", "b.mp4"]
