"""What any vector server must do: runs on the URL that AIMA_TEST_MILVUS names, or on the local server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pymilvus import MilvusClient

from aima.errors import StoreOutdated
from aima.stores.milvus import MilvusVectors, names, schema, store
from aima.stores.vectors import Space
from tests.stores.milvus.made import DIMENSION, FACES, OTHERS, TEXTS, row, unit


def ids(vectors: MilvusVectors, space: Space = FACES) -> dict[str, int]:
    return {stamp.id: stamp.version for stamp in vectors.stamps(space)}


def nearest(vectors: MilvusVectors, seed: int, space: Space = FACES, **further) -> list[str]:
    return [hit.id for hit in vectors.search(space, unit(seed)[None], 10, **further)[0]]


def test_what_is_not_there_is_empty_and_no_error(vectors):
    assert vectors.search(FACES, np.stack([unit(1), unit(2)]), 5) == [[], []]
    assert (vectors.count(FACES), list(vectors.stamps(FACES)), vectors.vectors(FACES, ["a"])) == (0, [], {})
    assert (vectors.spaces(), vectors.pointed("face")) == ([], None)
    vectors.flush(FACES)
    vectors.drop(FACES)
    vectors.drop_all()


def test_a_group_becomes_exactly_what_is_given_and_searches_see_it_at_once(vectors):
    vectors.replace(FACES, "g", [row("a", seed=1), row("b", seed=2), row("c", seed=3)], 5)
    vectors.replace(FACES, "other", [row("z", "other", seed=9)], 5)
    assert nearest(vectors, 2)[0] == "b"
    vectors.replace(FACES, "g", [row("b", seed=7), row("d", seed=2)], 6)
    assert nearest(vectors, 2)[0] == "d"
    assert nearest(vectors, 7)[0] == "b"
    assert ids(vectors) == {"b": 6, "d": 6, "z": 5}
    assert vectors.count(FACES) == 3
    vectors.replace(FACES, "g", [], 6)
    assert ids(vectors) == {"z": 5}


def test_older_changes_neither_overwrite_nor_remove_what_is_newer(vectors):
    vectors.replace(FACES, "g", [row("a", seed=1), row("b", seed=2)], 7)
    vectors.replace(FACES, "g", [row("a", seed=8), row("c", seed=3)], 4)
    assert ids(vectors) == {"a": 7, "b": 7, "c": 4}
    assert np.array_equal(vectors.vectors(FACES, ["a"])["a"], unit(1))
    vectors.replace(FACES, "g", [row("a", seed=1), row("b", seed=2)], 7)
    assert ids(vectors) == {"a": 7, "b": 7}


def test_many_groups_at_once_have_their_own_versions(vectors):
    vectors.replace(FACES, "new", [row("n", "new", seed=1)], 9)
    groups = {"new": [row("n", "new", seed=2), row("m", "new")], "old": [row("o", "old")], "none": []}
    vectors.replace_many(FACES, groups, {"new": 3, "old": 4, "none": 5})
    assert ids(vectors) == {"n": 9, "m": 3, "o": 4}
    assert np.array_equal(vectors.vectors(FACES, ["n", "gone"])["n"], unit(1))


def test_answers_are_those_of_brute_force_with_cosines(vectors):
    known = [row(f"v{number:03d}", seed=number) for number in range(300)]
    vectors.replace(FACES, "g", known, 1)
    queries = np.stack([unit(1000 + number) for number in range(8)])
    scores = queries @ np.stack([one.vector for one in known]).T
    for hits, truth in zip(vectors.search(FACES, queries, 10), scores, strict=True):
        best = np.argsort(-truth)[:10]
        assert [hit.id for hit in hits] == [known[index].id for index in best]
        assert np.allclose([hit.score for hit in hits], truth[best], atol=1e-4)


def test_hits_tell_what_was_written_with_the_vector(vectors):
    vectors.replace(FACES, "content", [row("a", "content", seed=1, subject="track", at_us=1_234_567_890_123)], 1)
    (hit,) = vectors.search(FACES, unit(1)[None], 3)[0]
    assert (hit.id, hit.group, hit.subject, hit.at_us) == ("a", "content", "track", 1_234_567_890_123)
    assert hit.score == pytest.approx(1, abs=1e-5)


def test_a_search_stays_within_its_groups(vectors):
    groups = {f"g{number}": [row(f"r{number}", f"g{number}", seed=number)] for number in range(30)}
    vectors.replace_many(FACES, groups, dict.fromkeys(groups, 1))
    assert nearest(vectors, 3, groups=["g4", "g5", "nobody"])[0] in {"r4", "r5"}
    assert set(nearest(vectors, 3, groups=["g4", "g5", "nobody"])) == {"r4", "r5"}
    assert nearest(vectors, 3, groups=[]) == []


def test_groups_that_need_several_questions_are_answered_as_one(vectors, monkeypatch):
    monkeypatch.setattr(store, "NAMED", 4)
    groups = {f"g{number}": [row(f"r{number}", f"g{number}", seed=number)] for number in range(10)}
    vectors.replace_many(FACES, groups, dict.fromkeys(groups, 1))
    assert nearest(vectors, 7, groups=groups) == nearest(vectors, 7)
    vectors.replace_many(FACES, {key: [] for key in groups}, dict.fromkeys(groups, 2))
    assert vectors.count(FACES) == 0


@pytest.mark.parametrize("name", ['it\'s "so"', "back\\slash\\", "naïve ☃ 東京", "in [1] or id > ''", "%_*"])
def test_any_letter_may_stand_in_ids_groups_and_subjects(vectors, name):
    vectors.replace(TEXTS, name, [row(name, name, seed=1, subject=name)], 1)
    vectors.replace(TEXTS, "g", [row("plain", seed=2)], 1)
    (hit,) = vectors.search(TEXTS, unit(1)[None], 5, groups=[name])[0]
    assert (hit.id, hit.group, hit.subject) == (name, name, name)
    assert list(vectors.vectors(TEXTS, [name])) == [name]
    vectors.replace(TEXTS, name, [], 2)
    assert ids(vectors, TEXTS) == {"plain": 1}


def test_a_long_text_is_cut_at_a_letter_and_its_digest_is_that_of_the_whole(vectors):
    whole = row("a", seed=1, subject="ä" * 5000)
    vectors.replace(TEXTS, "g", [whole], 1)
    (hit,) = vectors.search(TEXTS, unit(1)[None], 1)[0]
    assert hit.subject == "ä" * 2048
    assert [stamp.digest for stamp in vectors.stamps(TEXTS)] == [whole.digest]


def test_the_digest_hangs_on_vector_and_scalars():
    first = row("a", seed=1)
    others = [row("a", seed=2), row("b", seed=1), row("a", "h", seed=1), row("a", seed=1, at_us=1)]
    others += [row("a", seed=1, **{name: "x"}) for name in ("subject", "media_id", "owner_id", "person_id")]
    others += [row("a", seed=1, confidence=0.5)]
    assert len({one.digest for one in [first, *others]}) == 10
    assert row("a", seed=1).digest == first.digest


def test_more_than_one_answer_holds_is_read_whole(vectors, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 16)
    rows = [row(f"{'same' * 5}{number:04d}", seed=number) for number in range(200)]
    vectors.replace(FACES, "g", rows, 1)
    stamps = list(vectors.stamps(FACES))
    assert len(stamps) == 200
    assert {(stamp.id, stamp.digest) for stamp in stamps} == {(one.id, one.digest) for one in rows}
    vectors.replace(FACES, "g", rows[:3], 2)
    assert len(ids(vectors)) == 3


def test_a_group_larger_than_one_request_is_written_whole(vectors, monkeypatch):
    monkeypatch.setattr(store, "WRITE_BYTES", 10 * 4 * DIMENSION)
    rows = [row(f"v{number:03d}", seed=number) for number in range(47)]
    vectors.replace(FACES, "g", rows, 1)
    assert vectors.count(FACES) == 47
    assert set(vectors.vectors(FACES, [one.id for one in rows])) == {one.id for one in rows}


def test_model_versions_lie_apart(vectors):
    vectors.replace(FACES, "g", [row("a", seed=1)], 1)
    vectors.replace(OTHERS, "g", [row("b", seed=1)], 1)
    assert vectors.spaces() == [FACES, OTHERS]
    assert (nearest(vectors, 1, FACES), nearest(vectors, 1, OTHERS)) == (["a"], ["b"])
    vectors.drop(FACES)
    assert (nearest(vectors, 1, FACES), nearest(vectors, 1, OTHERS)) == ([], ["b"])


def test_versions_that_differ_in_signs_only_lie_apart(vectors):
    plus, minus = Space("face", "m@1+2", DIMENSION), Space("face", "m@1-2", DIMENSION)
    for space, one in ((plus, "p"), (minus, "m")):
        vectors.replace(space, "g", [row(one)], 1)
    assert vectors.spaces() == [plus, minus]
    assert (ids(vectors, plus), ids(vectors, minus)) == ({"p": 1}, {"m": 1})


def test_an_alias_names_one_space_and_moves_in_one_step(vectors, milvus_url, namespace):
    for space, one in ((FACES, "a"), (OTHERS, "b")):
        vectors.replace(space, "g", [row(one, seed=1)], 1)
    vectors.point("face", FACES)
    vectors.point("text", TEXTS)
    assert (vectors.pointed("face"), vectors.pointed("text")) == (FACES, TEXTS)
    vectors.point("face", OTHERS)
    assert vectors.pointed("face") == OTHERS
    plain = MilvusClient(milvus_url, timeout=10)
    (answer,) = plain.search(f"{namespace}_face_active", [unit(1).tolist()], limit=3)
    assert [hit["id"] for hit in answer] == ["b"]
    plain.close()
    vectors.drop(OTHERS)
    assert vectors.pointed("face") is None


def test_archives_on_one_server_do_not_see_each_other(vectors, milvus_url, namespace):
    longer = MilvusVectors.open(milvus_url, f"{namespace}_b")
    for opened in (vectors, longer):
        opened.replace(FACES, "g", [row("a")], 1)
        opened.point("face", FACES)
    vectors.drop_all()
    assert (vectors.spaces(), vectors.pointed("face")) == ([], None)
    assert (longer.spaces(), longer.pointed("face"), ids(longer)) == ([FACES], FACES, {"a": 1})
    longer.drop_all()
    longer.close()


def test_a_space_that_another_process_dropped_is_made_again(vectors, milvus_url, namespace):
    vectors.replace(FACES, "g", [row("a")], 1)
    other = MilvusVectors.open(milvus_url, namespace)
    other.drop(FACES)
    assert nearest(vectors, 1) == []
    vectors.replace(FACES, "g", [row("b", seed=1)], 2)
    assert (nearest(vectors, 1), nearest(other, 1)) == (["b"], ["b"])
    other.close()


def test_two_that_make_a_space_at_once_get_one(milvus_url, namespace, vectors):
    both = [MilvusVectors.open(milvus_url, namespace) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(lambda one: one[0].replace(FACES, one[1], [row(one[1], one[1])], 1), zip(both, "xy", strict=True))
        )
    assert ids(vectors) == {"x": 1, "y": 1}
    assert vectors.count(FACES) == 2 or set(ids(vectors)) <= {"r0", "r1"}
    for one in both:
        one.close()


def test_a_collection_whose_maker_died_before_its_index_gets_one(vectors, milvus_url, namespace, monkeypatch):
    monkeypatch.setattr(store, "MADE_S", 0.2)
    plain = MilvusClient(milvus_url, timeout=10)
    name, card = names.collection(namespace, FACES), names.card(namespace, FACES)
    plain.create_collection(name, schema=schema.schema(card, FACES), properties={names.PROPERTY: card})
    assert plain.list_indexes(name) == []
    vectors.replace(FACES, "g", [row("a", seed=1)], 1)
    assert schema.VECTOR in {plain.describe_index(name, index)["field_name"] for index in plain.list_indexes(name)}
    assert nearest(vectors, 1) == ["a"]
    plain.close()


def test_a_collection_of_another_form_is_refused(vectors, milvus_url, namespace):
    plain = MilvusClient(milvus_url, timeout=10)
    name = names.collection(namespace, FACES)
    plain.create_collection(name, dimension=DIMENSION, id_type="string", max_length=64)
    with pytest.raises(StoreOutdated, match="another form") as caught:
        vectors.prepare(FACES)
    assert caught.value.remedy == "run: aima rebuild vectors"
    plain.drop_collection(name)
    plain.close()
