"""Texts that mean the same lie close, whatever their language; vectors are the same tomorrow."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from aima.errors import ModelCorrupt, ModelMissing
from aima.models.catalogue import find
from aima.models.text_encoder import TextEncoder
from aima.settings import Models, Settings

MEANINGS = (
    ("ein Hund spielt mit einem Ball im Garten", "a dog plays with a ball in the garden"),
    ("die Kinder fahren mit dem Bus zur Schule", "the children take the bus to school"),
    ("Wie wird das Wetter morgen?", "tomorrow it will rain in the north"),
    ("ein Konzert mit Klavier und Geige", "music for piano and violin was played"),
    ("Rezept für Apfelkuchen", "how to bake a cake with apples"),
    ("das Flugzeug landet in Berlin", "the plane arrives at the airport of Berlin"),
)


@pytest.fixture(scope="module")
def encoder(settings):
    return TextEncoder.open(settings)


def test_a_german_question_finds_the_english_answer(encoder):
    similar = (
        encoder.queries([german for german, _ in MEANINGS]) @ encoder.passages([english for _, english in MEANINGS]).T
    )
    assert similar.argmax(axis=1).tolist() == list(range(len(MEANINGS)))


def test_vectors_have_length_one_and_the_catalogue_s_dimension(encoder, settings):
    vectors = encoder.passages(["Straße", "", "  ", "日本語", "a" * 5000, "word " * 2000])
    assert (vectors.shape, vectors.dtype) == ((6, encoder.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    entry = find(settings, "text_embedding")
    assert (encoder.model_version, encoder.dimension) == (f"{entry.name}@{entry.version}", 384)
    assert encoder.queries([]).shape == (0, 384)


def test_bytes_that_are_no_text_take_nothing_down(encoder):
    odd, plain, nul = encoder.queries([b"Stra\xdfe".decode(errors="surrogateescape"), "Stra?e", "Stra\0e"])
    assert odd.tolist() == plain.tolist()
    assert np.linalg.norm(nul) == pytest.approx(1, abs=1e-5)


def test_neither_company_nor_order_changes_a_vector(encoder):
    texts = [f"{'long ' * (i % 7)}text number {i}" for i in range(70)]
    together = encoder.passages(texts)
    np.testing.assert_allclose(encoder.passages(texts[::-1])[::-1], together, atol=1e-5)
    np.testing.assert_allclose(encoder.passages(texts[6:7])[0], together[6], atol=1e-5)


def test_spellings_of_unicode_and_blanks_are_one(encoder):
    plain, *others = encoder.passages(["Größe fine 2", "Gro\u0308ße ﬁne ²", "Größe   fine\t2"])
    assert all(plain @ other > 0.999 for other in others)


def test_questions_and_answers_are_told_apart(encoder):
    assert encoder.queries(["dog"])[0] @ encoder.passages(["dog"])[0] < 0.99


def test_another_process_gets_the_same_vectors(encoder, settings):
    np.testing.assert_array_equal(TextEncoder.open(settings).queries(["Fahrrad"]), encoder.queries(["Fahrrad"]))


def test_weights_that_are_missing_or_changed_are_named(settings, tmp_path):
    own = Settings(home=tmp_path, models=Models(dir=tmp_path))
    with pytest.raises(ModelMissing, match="multilingual_e5_small"):
        TextEncoder.open(own)
    entry = find(settings, "text_embedding")
    shutil.copytree(entry.directory(settings.models_dir), entry.directory(tmp_path))
    with (entry.directory(tmp_path) / "model.onnx").open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")
    with pytest.raises(ModelCorrupt, match="multilingual_e5_small"):
        TextEncoder.open(own)
