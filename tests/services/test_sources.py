"""Which observations of a content count: for fusion the newest that fit together, for others the newest of each."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from aima.domain.job import Job
from aima.domain.observation import PROBLEMS, ObservationKey
from aima.errors import ArchiveDamaged
from aima.pipeline.write import Cost, write_observations
from aima.services.sources import SourceService, Tables, chosen_steps
from aima.storage.archive import Archive
from aima.stores.postgres import PostgresStores
from tests.persons_made import add_medium, content


def step(digest: str, model_version: str = "m@1+1") -> dict[str, object]:
    return {"model_version": model_version, "digest": digest, "step_us": 200_000}


def job(state: str = "done", **analyzers: dict[str, object]) -> Job:
    return Job(f"job-{state}-{len(analyzers)}", "medium", analyzers, state)


FACES = {"face_detector": step("a"), "face_embedder": step("b")}
OTHER = {"face_detector": step("x"), "face_embedder": step("y")}
FIRST = {**FACES, "shot_cuts": step("c")}


def test_an_analyzer_added_later_on_the_same_faces_joins():
    jobs = [job(**FIRST), job(face_detector=step("a"), emotion=step("d")), job(shot_cuts=step("e"))]
    assert chosen_steps(jobs, "m@1") == {**FACES, "emotion": step("d"), "shot_cuts": step("e")}


def test_other_faces_with_vectors_replace_all_that_hangs_on_faces():
    jobs = [job(**FIRST, emotion=step("d")), job(**OTHER)]
    assert chosen_steps(jobs, "m@1") == {**OTHER, "shot_cuts": step("c")}


def test_what_was_known_of_faces_comes_back_with_them():
    jobs = [job(**FIRST, emotion=step("d")), job(**OTHER), job(**FIRST)]
    assert chosen_steps(jobs, "m@1") == {**FIRST, "emotion": step("d")}


def test_other_faces_without_vectors_change_nothing():
    assert chosen_steps([job(**FIRST), job(face_detector=step("x"))], "m@1") == FIRST


def test_a_failed_job_counts_only_where_nothing_was_finished():
    assert chosen_steps([job(**FIRST), job("failed", **OTHER)], "m@1") == FIRST
    assert chosen_steps([job("failed", **OTHER)], "m@1") == OTHER


def test_vectors_of_another_model_are_left_out():
    foreign = {"face_detector": step("a"), "face_embedder": step("z", "n@1+1")}
    assert chosen_steps([job(**FIRST), job(**foreign)], "m@1") == FIRST
    assert chosen_steps([job(**foreign)], "m@1") == {}


def ended(stores: PostgresStores, name: str, state: str = "done", **analyzers: dict[str, object]) -> None:
    """A job of a medium of this name that has ended."""
    medium = add_medium(stores, name)
    made = Job(f"00000000-0000-0000-0000-{len(stores.jobs.ended()):012d}", medium.media_id, analyzers)
    stores.jobs.add(made)
    stores.jobs.set_state(made.job_id, state)  # type: ignore[arg-type]


def digests(stores: PostgresStores, name: str) -> dict[str, list[str]]:
    origins = SourceService(stores).of(content(name))
    return {analyzer: [origin.key.options_hash for origin in found] for analyzer, found in origins.items()}


def test_each_analyzer_has_its_observations_newest_first_and_those_of_failed_jobs_last(stores):
    ended(stores, "a.mp4", objects=step("1"), shot_cuts=step("c"))
    ended(stores, "a.mp4", objects=step("2"))
    ended(stores, "a.mp4", "failed", objects=step("3"))
    ended(stores, "a.mp4", objects=step("1"))
    ended(stores, "b.mp4", objects=step("9"))
    assert digests(stores, "a.mp4") == {"objects": ["1", "2", "3"], "shot_cuts": ["c"]}
    assert digests(stores, "nobody.mp4") == {}
    assert set(SourceService(stores).each()) == {content("a.mp4"), content("b.mp4")}
    (origin,) = SourceService(stores).of(content("b.mp4"))["objects"]
    assert (origin.key, origin.step_us) == (ObservationKey(content("b.mp4"), "objects", "m@1+1", "9"), 200_000)


def test_faces_are_those_of_one_model_in_every_content_that_it_has_seen(stores):
    ended(stores, "a.mp4", **FIRST)
    ended(stores, "b.mp4", face_detector=step("a"), face_embedder=step("z", "n@1+1"))
    found = SourceService(stores).faces("m@1")
    assert set(found) == {content("a.mp4")}
    assert found[content("a.mp4")].keys["face_embedder"].options_hash == "b"
    assert SourceService(stores).faces("m@1", [content("b.mp4")]) == {}


def test_a_version_is_not_taken_for_one_that_begins_like_it():
    later = {"face_detector": step("a"), "face_embedder": step("b", "m@10+1")}
    assert chosen_steps([job(**later)], "m@1") == {}
    assert chosen_steps([job(**later)], "m@10+1") == later


def test_other_models_count_where_they_have_seen_the_same_faces(stores):
    ended(stores, "a.mp4", face_detector=step("a"), face_embedder=step("old", "n@1+1"))
    ended(stores, "a.mp4", face_detector=step("a"), face_embedder=step("new", "n@1+1"))
    ended(stores, "a.mp4", **FIRST)
    ended(stores, "a.mp4", face_detector=step("x"), face_embedder=step("y", "o@1+1"))
    (found,) = SourceService(stores).face_versions("m@1").values()
    assert {version: key.options_hash for version, key in found.items()} == {"m@1+1": "b", "n@1+1": "new"}
    assert SourceService(stores).face_versions("p@1") == {content("a.mp4"): {}}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.fixture
def receipts(stores, archive):
    """Markers of two segments of one key."""
    add_medium(stores, "a.mp4")
    key = ObservationKey(content("a.mp4"), "objects", "m@1+1", "d")
    schema = pa.schema([("pts_us", pa.int64()), ("problems", PROBLEMS)])
    for number in (1, 0):
        table = pa.Table.from_pylist([{"pts_us": number * 10, "problems": []}], schema=schema)
        stores.observations.commit([write_observations(archive, key, number, table, Cost(0, 0))])
    return {key: stores.observations.receipts()}


def test_tables_are_read_in_the_order_of_segments(stores, archive, receipts):
    tables = Tables(stores.observations, archive)
    (key,) = receipts
    assert tables.receipts([key], key.content_id) == tables.receipts([key]) == receipts
    assert tables.receipts([ObservationKey("x", "objects", "m@1+1", "d")]) == {}
    assert tables.read(reversed(receipts[key]))["pts_us"].to_pylist() == [0, 10]


def test_a_damaged_file_is_told_and_its_segment_runs_again(stores, archive, receipts):
    ((first, second),) = receipts.values()
    archive.path(second.path).write_bytes(b"other")
    with pytest.raises(ArchiveDamaged, match="is not what was written"):
        Tables(stores.observations, archive).read([first, second])
    assert stores.observations.receipts() == [first]
    archive.path(first.path).unlink()
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        Tables(stores.observations, archive).read([first])
    assert stores.observations.receipts() == []


def test_a_file_that_may_come_back_keeps_its_marker(stores, archive, receipts, tmp_path):
    (both,) = receipts.values()
    tables = Tables(stores.observations, archive)
    path = archive.path(both[0].path)
    path.rename(path.with_suffix(".kept"))
    path.mkdir()  # an error of reading, not a missing file
    with pytest.raises(ArchiveDamaged, match="Is a directory"):
        tables.read(both)
    path.rmdir()
    path.with_suffix(".kept").rename(path)
    away = tmp_path.with_name(f"{tmp_path.name} unmounted")
    tmp_path.rename(away)
    for _ in ("no directory", "an empty one"):
        with pytest.raises(ArchiveDamaged, match="No such file"):
            tables.read(both)
        tmp_path.mkdir(exist_ok=True)
    tmp_path.rmdir()
    away.rename(tmp_path)
    assert stores.observations.receipts() == both
    assert tables.read(both).num_rows == 2
