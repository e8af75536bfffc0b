"""The relay hands every change on, whoever is away, whatever cannot be applied, and from where it stopped."""

from __future__ import annotations

import uuid

import pytest

from aima.events import Relay
from aima.events.relay import BATCH
from aima.stores.postgres import PostgresStores
from tests.following import Files
from tests.persons_made import add_medium, made_medium


@pytest.fixture
def files(stores, tmp_path):
    (tmp_path / "one").mkdir()
    return Files(stores, tmp_path / "one", "one")


@pytest.fixture
def others(stores, tmp_path):
    (tmp_path / "two").mkdir()
    return Files(stores, tmp_path / "two", "two")


def media_id(number: int) -> str:
    """An id that no medium has; they are sorted like their numbers."""
    return str(uuid.UUID(int=number))


@pytest.fixture
def relay(stores, files, others):
    relay = Relay(stores.outbox, [files, others])
    relay.drain()
    return relay


def test_everybody_hears_what_he_wants_once(stores, relay, files, others):
    medium = add_medium(stores, "a.mp4")
    stores.outbox.enqueue([("person", "x"), ("medium", medium.media_id), ("medium", medium.media_id)])
    drained = relay.drain()
    assert drained.alone
    assert (drained.applied, drained.dead, drained.away) == (2, 0, {})
    assert files.heard == others.heard == [[medium.media_id]]
    assert files.names() == ["a.mp4"]
    assert stores.outbox.cursors() == dict.fromkeys(("one", "two"), stores.outbox.head())
    assert relay.drain().applied == 0


def test_many_changes_come_in_batches_that_are_told(stores, relay, files):
    keys = [("medium", media_id(number)) for number in range(2 * BATCH + 50)]
    head = stores.outbox.enqueue(keys)
    told = []
    relay.drain(lambda *step: told.append(step))
    assert [len(batch) for batch in files.heard] == [BATCH, BATCH, 50]
    assert [key for batch in files.heard for key in batch] == [key for _, key in keys]
    mine = [(reached, of) for name, reached, of in told if name == "one"]
    assert mine[-1] == (head, head)
    assert sorted(mine) == mine


def test_the_newest_of_a_key_counts(stores, relay, files, tmp_path):
    medium = add_medium(stores, "a.mp4")
    head = stores.outbox.enqueue([("medium", medium.media_id)])
    relay.drain()
    assert f'"version": {head}' in files.path(medium).read_text()


def test_who_is_away_does_not_hold_the_others_and_misses_nothing(stores, relay, files, others):
    files.stop()
    add_medium(stores, "a.mp4")
    drained = relay.drain()
    assert {name: error.message for name, error in drained.away.items()} == {"one": "files in one do not answer"}
    assert others.names() == ["a.mp4"]
    add_medium(stores, "b.mp4")
    drained = relay.drain()
    assert "one" in drained.away  # it rests: nobody has asked it again
    assert others.names() == ["a.mp4", "b.mp4"]
    assert stores.outbox.cursors()["one"] < stores.outbox.cursors()["two"]
    files.start()
    assert Relay(stores.outbox, [files, others]).drain().away == {}
    assert files.names() == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(
    ("name", "code", "detail"),
    [
        ("poison.mp4", "unexpected", "ValueError: cannot take poison.mp4"),
        ("refused.mp4", "store_error", "files in one refuse refused.mp4"),
    ],
)
def test_a_change_that_stops_a_whole_batch_is_found_and_laid_aside(stores, relay, files, name, code, detail):
    for number in range(9):
        add_medium(stores, f"{number}.mp4")
    bad = add_medium(stores, name)
    drained = relay.drain()
    assert (drained.dead, drained.away) == (2, {})
    assert files.names() == [f"{number}.mp4" for number in range(9)]
    letter, _ = stores.outbox.dead_letters()
    assert (letter.consumer, letter.change.key, letter.code) == ("one", bad.media_id, code)
    assert letter.detail == detail
    assert stores.outbox.cursors()["one"] == stores.outbox.head()


def test_a_later_change_that_can_be_applied_takes_the_letter_away(stores, relay, files):
    add_medium(stores, "spoilt.mp4")
    relay.drain()
    assert [letter.code for letter in stores.outbox.dead_letters()] == ["media_corrupt"] * 2
    mended = made_medium("spoilt.mp4", stores.ensure_user("local"))
    renamed = type(mended)(*(getattr(mended, n) if n != "filename" else "good.mp4" for n in mended.__slots__))
    stores.media.add(renamed, [])
    relay.drain()
    assert stores.outbox.dead_letters() == []
    assert files.names() == ["good.mp4"]


def test_who_has_no_cursor_is_told_everything_that_was_dropped_before(stores, tmp_path, relay):
    for name in ("a.mp4", "b.mp4"):
        add_medium(stores, name)
    relay.drain()
    assert stores.outbox.prune(1) > 0
    (tmp_path / "late").mkdir()
    late = Files(stores, tmp_path / "late", "late")
    Relay(stores.outbox, [late], lambda _: [(entry.topic, entry.key) for entry in late.expected()]).drain()
    assert late.names() == ["a.mp4", "b.mp4"]


def test_a_second_process_leaves_it_to_the_first(stores, relay, files, database):
    add_medium(stores, "a.mp4")
    with PostgresStores.open(database) as other, other.outbox.alone():
        assert not relay.drain().alone
        assert files.names() == []
    assert relay.drain().alone
    assert files.names() == ["a.mp4"]


def test_a_stop_ends_between_two_batches(stores, relay, files):
    stores.outbox.enqueue([("medium", media_id(number)) for number in range(2 * BATCH)])
    relay.drain(stop=lambda: bool(files.heard))
    assert len(files.heard) == 1
    relay.drain()
    assert sum(map(len, files.heard)) == 2 * BATCH


def test_after_a_restart_it_goes_on_where_it_was(stores, relay, files, database):
    add_medium(stores, "a.mp4")
    relay.drain()
    with PostgresStores.open(database) as reopened:
        again = Files(reopened, files.path(made_medium("x", "y")).parent, "one")
        second = add_medium(reopened, "b.mp4")
        Relay(reopened.outbox, [again]).drain()
        assert again.heard == [[second.media_id]]
