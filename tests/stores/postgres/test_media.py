from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from aima.domain.media import Segment
from aima.stores.postgres import PostgresStores
from tests.persons_made import SECOND, add_medium, made_medium


def test_a_medium_comes_back_as_it_was(stores):
    medium = add_medium(stores, "a.mp4")
    assert stores.media.get(medium.media_id) == medium
    assert stores.media.all() == [medium]


def test_unknown_medium_is_none(stores):
    assert stores.media.get("00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize(
    "raw", [b"na\xefve.mp4", b"line\nbreak.mp4", "\u202egnp.mp4".encode(), b" ", "🎬.mkv".encode()]
)
def test_names_of_any_bytes_survive_and_are_shown_escaped(stores, raw):
    name = os.fsdecode(raw)
    medium = replace(made_medium("odd", stores.ensure_user("local")), filename=name, path=f"/media/{name}")
    assert stores.media.add(medium, []) == medium
    with stores.engine.connect() as connection:
        shown = connection.exec_driver_sql("SELECT filename FROM media_files").scalar_one()
    assert shown.isprintable()


def test_adding_again_renames_and_keeps_segments(stores):
    medium = add_medium(stores, "a.mp4")
    before = stores.media.segments(medium.content_id)
    renamed = replace(medium, filename="b.mp4", path="/elsewhere/b.mp4")
    other = [Segment(medium.content_id, n, "sight", n * SECOND, (n + 1) * SECOND) for n in range(3)]
    assert stores.media.add(renamed, other) == renamed
    assert stores.media.segments(medium.content_id) == before
    assert len(stores.media.all()) == 1


def test_a_content_from_before_sound_was_analysed_gets_its_segments_of_sound_once(stores):
    made = made_medium("a.mp4", stores.ensure_user("local"))
    old = replace(made, info=replace(made.info, has_sound=True))
    seen = [Segment(old.content_id, 0, "sight", 0, 8 * SECOND)]
    stores.media.add(old, seen)
    heard = [Segment(old.content_id, 0, "sound", 0, 8 * SECOND)]
    told = replace(old, info=replace(old.info, details={"sound_end_us": 8 * SECOND}))
    other = [Segment(old.content_id, 0, "sight", 0, SECOND), *heard]
    assert stores.media.add(told, other) == told
    assert stores.media.get(old.media_id) == told
    assert stores.media.segments(old.content_id) == [*seen, *heard]
    later = replace(told, info=replace(told.info, details={"sound_end_us": SECOND}))
    assert stores.media.add(later, []) == told, "what is told stays"


def test_sound_that_turns_out_to_be_undecodable_is_told_and_adds_nothing(stores):
    made = made_medium("a.mp4", stores.ensure_user("local"))
    stores.media.add(replace(made, info=replace(made.info, has_sound=True)), [])
    deaf = replace(made, info=replace(made.info, has_sound=False, details={"sound_problem": "no"}))
    assert stores.media.add(deaf, []) == deaf
    assert stores.media.segments(made.content_id) == []


def test_equal_bytes_of_two_owners_share_content_and_segments(stores):
    mine, theirs = add_medium(stores, "a.mp4"), add_medium(stores, "a.mp4", owner="anna")
    assert mine.media_id != theirs.media_id
    assert len(stores.media.segments(mine.content_id)) == 1


def test_segments_are_sorted_by_stream_and_number(stores):
    medium = made_medium("a.mp4", stores.ensure_user("local"))
    planned = [Segment(medium.content_id, n, "sight", n * SECOND, (n + 1) * SECOND) for n in (2, 0, 1)]
    stores.media.add(medium, planned)
    assert [s.no for s in stores.media.segments(medium.content_id)] == [0, 1, 2]


def test_an_empty_segment_is_refused_and_nothing_is_written(stores):
    medium = made_medium("a.mp4", stores.ensure_user("local"))
    with pytest.raises(IntegrityError):
        stores.media.add(medium, [Segment(medium.content_id, 0, "sight", 5, 5)])
    assert stores.media.all() == []


def test_many_at_once_make_one_row(stores):
    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(lambda _: add_medium(stores, "a.mp4"), range(12)))
    assert stores.media.all() == added[:1]


def test_media_are_there_after_a_restart(stores, database):
    medium = add_medium(stores, "a.mp4")
    stores.close()
    with PostgresStores.open(database) as again:
        assert again.media.all() == [medium]
        assert again.ensure_user("local") == medium.owner_id


def test_media_are_found_by_their_ids_in_the_order_of_names(stores):
    second, first, _ = (add_medium(stores, name) for name in ("b.mp4", "a.mp4", "c.mp4"))
    assert stores.media.of([second.media_id, first.media_id, second.owner_id]) == [first, second]
    assert stores.media.of([]) == []
