"""Vectors say what the truth says of faces, pictures and texts, whatever order the changes come in."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from aima.domain.finding import Finding, Shot, Sighting, finding_id, text_id
from aima.domain.job import Job
from aima.domain.observation import FACE_VECTOR_COLUMNS, PICTURE_COLUMNS, PROBLEMS, ObservationKey
from aima.domain.outbox import Change
from aima.errors import ArchiveDamaged, StoreUnreachable
from aima.pipeline.write import Cost, write_observations
from aima.services.model_versions import ActiveModels
from aima.services.projections.base import Projection
from aima.services.projections.comparison import compare
from aima.services.projections.vectors import VectorProjection
from aima.settings import Settings
from aima.storage.archive import Archive
from aima.stores.milvus import MilvusVectors
from aima.stores.vectors import Space
from tests.persons_made import STEP, add_medium, content, made_run, made_track, record

SMALL, LARGE = "face_embedding_512@1+4", "face_embedding_1024@1+4"
FACES, MORE_FACES = Space("face", SMALL, 512), Space("face", LARGE, 1024)
PICTURES, TEXTS = Space("image", "picture@1+1", 32), Space("text", "multilingual_e5_small@1", 384)
DETECTED = {"model_version": "centerface@1+4", "digest": "seen", "step_us": STEP}


@pytest.fixture
def vectors(milvus_url) -> Iterator[MilvusVectors]:
    opened = MilvusVectors.open(milvus_url, f"projected_{uuid.uuid4().hex[:12]}")
    yield opened
    opened.drop_all()
    opened.close()


@pytest.fixture
def archive(tmp_path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def projection(stores, archive, vectors) -> VectorProjection:
    return VectorProjection(stores, archive, vectors, ActiveModels(Settings(), stores))


@pytest.fixture
def known(stores, archive):
    """Two contents with two tracks each; the faces of both were embedded by the small model."""
    for name in ("a.mp4", "b.mp4"):
        add_medium(stores, name)
        embed_faces(stores, archive, name, SMALL)
    tracks = [track for name in ("a.mp4", "b.mp4") for track in two_tracks(name)]
    record(stores, replace(made_run(tracks, [0, 2], [1, 3]), models={"face_embedder": SMALL}))
    return stores


def two_tracks(name: str):
    """The second face of each frame is another one; of the first three samples are kept, of the other one."""
    first, second = made_track(name, 0, 2), made_track(name, 0, 1, left=400)
    kept = replace(first, chosen=np.array([0, 2, 9]))
    return [kept, replace(second, ordinals=np.ones(5, np.int32), chosen=np.array([4]))]


def drawn(pts_us: int, ordinal: int, version: str, dimension: int) -> np.ndarray:
    """The vector of a sample."""
    rng = np.random.default_rng([pts_us, ordinal, *version.encode()])
    vector = rng.standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def embed_faces(stores, archive, name: str, version: str, detected=DETECTED, digest: str = "faces") -> ObservationKey:
    """Two faces in each frame of two seconds; the vector of the second one is missing in the first frame."""
    dimension = 512 if version == SMALL else 1024
    rows = []
    for pts in range(0, 2_000_000, STEP):
        second = drawn(pts, 1, version, dimension).tolist() if pts else None
        both = [drawn(pts, 0, version, dimension).tolist(), second]
        rows.append({"pts_us": pts, "face_vectors": both, "face_quality": [0.75, 0.25], "problems": []})
    schema = pa.schema([("pts_us", pa.int64()), *FACE_VECTOR_COLUMNS, ("problems", PROBLEMS)])
    key = ObservationKey(content(name), "face_embedder", version, digest)
    write(stores, archive, key, pa.Table.from_pylist(rows, schema=schema))
    end_job(stores, name, face_detector=detected, face_embedder=step(version, digest))
    return key


def see_pictures(stores, archive, name: str, digest: str = "pictures", scale: int = 0) -> ObservationKey:
    """Pictures of every fifth frame."""
    rows = [
        {
            "pts_us": pts,
            "image_vector": drawn(pts + scale, 0, "picture", 32).tolist() if pts % (5 * STEP) == 0 else None,
            "image_labels": [],
            "problems": [],
        }
        for pts in range(0, 2_000_000, STEP)
    ]
    schema = pa.schema([("pts_us", pa.int64()), *PICTURE_COLUMNS, ("problems", PROBLEMS)])
    key = ObservationKey(content(name), "image_vector", PICTURES.model_version, digest)
    write(stores, archive, key, pa.Table.from_pylist(rows, schema=schema))
    end_job(stores, name, image_vector=step(PICTURES.model_version, digest))
    return key


def write(stores, archive, key, table) -> None:
    stores.observations.commit([write_observations(archive, key, 0, table, Cost(0.1, 0.1))])


def step(version: str, digest: str) -> dict[str, object]:
    return {"model_version": version, "digest": digest, "step_us": STEP}


def end_job(stores, name: str, **analyzers: object) -> None:
    (medium,) = [m for m in stores.media.all() if m.filename == name]
    job = Job(str(uuid.uuid4()), medium.media_id, analyzers)
    stores.jobs.add(job)
    stores.jobs.set_state(job.job_id, "done")


def sight(stores, name: str, *words: str, pts_us: tuple[int, ...] = (0, 5 * STEP)) -> None:
    found = tuple(
        Finding(finding_id(content(name), "text", word, 0), "text", word, 0, 1_000_000, 0.9, 0) for word in words
    )
    stores.sightings.record(Sighting(content(name), repr(words), (Shot(0, 0, 2_000_000, pts_us),), found))


def publish(projection: Projection, stores, after: int = 0) -> dict[Change, str]:
    """Everything that was announced; gives the codes of what could not be applied."""
    return {change: error.code for change, error in projection.apply(stores.outbox.after(after, 10_000)).items()}


def differences(projection: Projection) -> list[tuple[str, str]]:
    found = compare("vectors", projection.expected(), projection.present())
    return [(difference.kind, difference.part) for difference in found]


def test_the_kept_samples_of_tracks_are_found_by_their_faces(known, vectors, projection):
    assert publish(projection, known) == {}
    assert vectors.spaces() == [FACES]
    assert vectors.count(FACES) == 8
    tracks = {track.track_id: track for track in two_tracks("a.mp4")}
    hits = vectors.search(FACES, drawn(2 * STEP, 0, SMALL, 512)[None], 8, groups=[content("a.mp4")])[0]
    assert (hits[0].group, hits[0].at_us) == (content("a.mp4"), 2 * STEP)
    assert hits[0].score == pytest.approx(1, abs=1e-4)
    key = ObservationKey(content("a.mp4"), "face_embedder", SMALL, "faces")
    assert hits[0].id == key.observation_id(2 * STEP, 0)
    assert {hit.subject for hit in hits} == set(tracks)
    (second,) = [hit for hit in hits if hit.subject == two_tracks("a.mp4")[1].track_id]
    assert (second.at_us, second.id) == (4 * STEP, key.observation_id(4 * STEP, 1))
    assert differences(projection) == []


def test_a_sample_without_a_vector_is_left_out(known, vectors, projection):
    tracks = two_tracks("a.mp4")
    again = made_run([tracks[0], replace(tracks[1], chosen=np.array([0, 1]))], [0], [1], inputs="again")
    record(known, replace(again, models={"face_embedder": SMALL}))
    publish(projection, known)
    assert vectors.count(FACES) == 4
    assert differences(projection) == []


def test_two_models_over_the_same_faces_lie_side_by_side(known, archive, vectors, projection):
    publish(projection, known)
    before = known.outbox.head()
    embed_faces(known, archive, "a.mp4", LARGE, digest="more")
    assert publish(projection, known, before) == {}
    assert vectors.spaces() == [MORE_FACES, FACES]
    assert (vectors.count(MORE_FACES), vectors.count(FACES)) == (4, 8)
    assert differences(projection) == []


def test_faces_of_another_detection_are_left_out_because_their_order_is_another(known, archive, vectors, projection):
    embed_faces(known, archive, "a.mp4", LARGE, detected={**DETECTED, "digest": "seen otherwise"}, digest="more")
    publish(projection, known)
    assert vectors.spaces() == [FACES]
    assert differences(projection) == []


def test_pictures_of_shots_are_kept_and_the_newest_observations_count(known, archive, vectors, projection):
    see_pictures(known, archive, "a.mp4", "first")
    newest = see_pictures(known, archive, "a.mp4", "second", scale=1)
    sight(known, "a.mp4", pts_us=(0, 5 * STEP, 7 * STEP))
    publish(projection, known)
    hits = vectors.search(PICTURES, drawn(5 * STEP + 1, 0, "picture", 32)[None], 5)[0]
    assert hits[0].id == newest.observation_id(5 * STEP, 0)
    assert {(hit.at_us, hit.subject) for hit in hits} == {(0, "0"), (5 * STEP, "0")}
    assert differences(projection) == []


def test_texts_come_with_their_findings_and_go_with_them(known, vectors, projection):
    words = {word: drawn(0, 0, word, 384) for word in ("EXIT", "Ausgang", "nobody says this")}
    known.texts.add_vectors(TEXTS.model_version, words)
    sight(known, "a.mp4", "EXIT", "Ausgang")
    publish(projection, known)
    (hit,) = vectors.search(TEXTS, words["EXIT"][None], 1)[0]
    assert (hit.id, hit.group, hit.subject) == (text_id("EXIT"), text_id("EXIT"), "EXIT")
    assert vectors.count(TEXTS) == 2
    sight(known, "a.mp4", "EXIT")
    publish(projection, known)
    assert [stamp.id for stamp in vectors.stamps(TEXTS)] == [text_id("EXIT")]
    assert differences(projection) == []


def test_order_and_repeats_of_changes_do_not_matter(known, archive, vectors, projection):
    embed_faces(known, archive, "b.mp4", LARGE, digest="more")
    changes = known.outbox.after(0, 10_000)
    publish(projection, known)
    before = {(stamp.id, stamp.version, stamp.digest) for stamp in vectors.stamps(FACES)}
    rng = random.Random(4)
    for _ in range(3):
        some = rng.sample(changes, len(changes))
        projection.apply(some[: len(some) // 2])
        projection.apply(some)
    assert {(stamp.id, stamp.version, stamp.digest) for stamp in vectors.stamps(FACES)} == before
    assert differences(projection) == []


def test_vectors_of_tracks_that_are_gone_go(known, vectors, projection):
    publish(projection, known)
    run = replace(made_run(two_tracks("a.mp4")[:1], [0], inputs="fewer"), models={"face_embedder": SMALL})
    record(known, run)
    assert {kind for kind, _ in differences(projection)} == {"phantom"}
    publish(projection, known)
    assert vectors.count(FACES) == 3
    assert differences(projection) == []


def test_a_damaged_content_is_given_back_and_the_others_go_on(known, archive, vectors, projection):
    (receipt,) = known.observations.receipts(content("a.mp4"))
    path = archive.path(receipt.path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    refused = publish(projection, known)
    assert {change.key for change in refused} == {content("a.mp4")}
    assert set(refused.values()) == {ArchiveDamaged.code}
    assert {stamp.group for stamp in vectors.stamps(FACES)} == {content("b.mp4")}
    path.write_bytes(whole)
    known.observations.commit([receipt])
    end_job(known, "a.mp4", face_detector=DETECTED, face_embedder=step(SMALL, "faces"))
    assert publish(projection, known) == {}
    assert vectors.count(FACES) == 8


def test_what_is_cleared_is_made_again_the_same(known, archive, vectors, projection):
    see_pictures(known, archive, "b.mp4")
    sight(known, "b.mp4")
    publish(projection, known)
    before = sorted((entry.part, entry.id, entry.digest) for entry in projection.present())
    projection.clear()
    assert list(projection.present()) == []
    assert {kind for kind, _ in differences(projection)} == {"missing"}
    keys = {(entry.topic, entry.key) for entry in projection.expected()}
    head = known.outbox.head()
    known.outbox.enqueue(sorted(keys))
    publish(projection, known, head)
    assert sorted((entry.part, entry.id, entry.digest) for entry in projection.present()) == before


def test_the_alias_names_the_model_that_answers(known, archive, vectors, projection):
    publish(projection, known)
    assert vectors.pointed("face") == FACES
    vectors.point("face", MORE_FACES)
    assert ("different", "aliases") in differences(projection)
    publish(projection, known)
    assert vectors.pointed("face") == FACES


def test_vectors_of_a_later_state_of_the_database_are_told(known, archive, vectors, projection):
    """After an older one was restored they look right, and no change to come would replace them."""
    publish(projection, known)
    changes = [replace(change, seq=change.seq + 1000) for change in known.outbox.after(0, 10_000)]
    assert projection.apply(changes) == {}
    assert set(differences(projection)) == {("different", f"face {SMALL} 512")}
    projection.clear()
    publish(projection, known)
    assert differences(projection) == []


def test_a_server_that_is_away_loses_nothing(known, archive, vectors):
    away = MilvusVectors.open("http://127.0.0.1:1", "aima")
    projection = VectorProjection(known, archive, away, ActiveModels(Settings(), known))
    with pytest.raises(StoreUnreachable, match="vectors at"):
        publish(projection, known)
    back = VectorProjection(known, archive, vectors, ActiveModels(Settings(), known))
    publish(back, known)
    assert vectors.count(FACES) == 8


def test_a_new_process_says_the_same(known, archive, vectors, projection):
    publish(projection, known)
    fresh = VectorProjection(known, archive, vectors, ActiveModels(Settings(), known))
    assert differences(fresh) == []
