"""What is said is found by its words in whatever form, and by its meaning in another language."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aima.errors import StoreUnreachable
from aima.models.calibrate import fit_calibration
from aima.models.catalogue import find
from aima.models.text_encoder import TextEncoder
from aima.services.search.query import Query
from aima.services.search.words import SAME_STEM, likeness, places
from tests.hearings_made import made_hearing
from tests.persons_made import add_medium
from tests.services.search.archive_made import embed_texts, finding, searching, sight

SAID = {
    "lecture.mp4": ("en", [
        (0, 4, 0, "The Chinese printed with wooden blocks long before."),
        (5, 8, 1, "Movable metal type was invented much later."),
        (9, 12, 0, "Running water drove the mills."),
    ]),
    "reise.mp4": ("de", [
        (0, 3, 0, "Der Zug nach München fährt um sieben ab."),
        (4, 7, 1, "Haben Sie die Koffer schon gepackt?"),
        (8, 10, None, "Das Wetter bleibt leider schlecht."),
    ]),
}  # fmt: skip


@pytest.fixture
def archive(stores):
    """A lecture in English, a talk in German, and a film in which a suitcase is seen."""
    for name, (language, lines) in SAID.items():
        add_medium(stores, name)
        stores.hearings.record(made_hearing(name, lines, language=language))
    add_medium(stores, "shop.mp4")
    sight(stores, "shop.mp4", [finding("shop.mp4", "object", "suitcase", 3, 0.9)])
    return stores


def best(answers):
    return [(answer.place.filename, answer.start_us // 1_000_000) for answer in answers.found]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("wooden block", ("lecture.mp4", 0)),
        ("invention inventing", ("lecture.mp4", 5)),
        ("the mill runs", ("lecture.mp4", 9)),
        ("Muenchen", ("reise.mp4", 0)),
        ("fahren Züge", ("reise.mp4", 0)),
        ("das schlechte Wetter", ("reise.mp4", 8)),
    ],
)
def test_words_are_found_in_whatever_form_by_letters_alone(settings, archive, vectors, words, expected):
    for ask in ({"said": words}, {"text": words}):
        answers = searching(settings, archive, vectors).search(Query.of(**ask))
        assert best(answers)[0] == expected
        assert "meanings were not compared" in answers.unasked[0].why


def test_meaning_finds_what_is_said_in_another_language(settings, archive, vectors):
    space = embed_texts(settings, archive, vectors)
    search = searching(settings, archive, vectors).search
    for words, expected in {
        "die Chinesen druckten mit Holz": ("lecture.mp4", 0),
        "bewegliche Lettern aus Metall": ("lecture.mp4", 5),
        "the train leaves at seven": ("reise.mp4", 0),
        "have you packed your bags": ("reise.mp4", 4),
    }.items():
        answers = search(Query.of(said=words))
        assert best(answers)[0] == expected, (words, best(answers))
        assert (answers.models, answers.unasked) == ({"text": space.model_version}, ())


def test_words_that_say_nothing_alone_find_nothing_beside_others(settings, archive, vectors):
    search = searching(settings, archive, vectors).search
    assert best(search(Query.of(said="is the Wetter on the sea"))) == [("reise.mp4", 8)]
    assert best(search(Query.of(said="um"))) == [("reise.mp4", 0)], "unless nothing else is asked for"


def test_sentences_are_found_by_other_words_as_surely_as_the_catalogue_says(settings):
    pairs = json.loads(Path(__file__).with_name("sentences.json").read_text())
    encoder = TextEncoder.open(settings)
    said, asked = encoder.passages([one for one, _ in pairs]), encoder.queries([other for _, other in pairs])
    scores, same = asked @ said.T, np.eye(len(pairs), dtype=bool)
    ranks = (scores > scores[same][:, None]).sum(axis=1)
    assert (ranks < 3).mean() >= 0.85
    fitted = fit_calibration(scores.ravel(), same.ravel(), prior=0.02)
    known = find(settings, "text_embedding").sentences
    assert (known.slope, known.intercept) == pytest.approx((fitted.slope, fitted.intercept), rel=1e-3)


def test_a_reason_names_the_speaker_the_utterance_and_marks_the_words(settings, archive, vectors):
    answer = searching(settings, archive, vectors).search(Query.of(said="Koffern packen")).found[0]
    (reason,) = answer.reasons
    assert reason.text.startswith("Speaker 2: \u201cHaben Sie die Koffer schon gepackt?\u201d (words ")
    assert [reason.text[start:end] for start, end in reason.marks] == ["Koffer"]
    (evidence,) = reason.evidence
    (said,) = (one for one in archive.hearings.get(answer.place.content_id).utterances if "Koffer" in one.text)
    assert (evidence.kind, evidence.id) == ("utterance", said.utterance_id)


def test_said_leaves_out_what_is_seen_and_text_does_not(settings, archive, vectors):
    embed_texts(settings, archive, vectors)
    search = searching(settings, archive, vectors).search
    assert "shop.mp4" in [name for name, _ in best(search(Query.of(text="Koffer")))[:2]]
    assert "shop.mp4" not in {name for name, _ in best(search(Query.of(said="Koffer")))}


def test_what_is_said_is_narrowed_like_everything(settings, archive, vectors):
    embed_texts(settings, archive, vectors)
    search = searching(settings, archive, vectors).search
    assert {name for name, _ in best(search(Query.of(said="train", medium="lecture.mp4")))} <= {"lecture.mp4"}
    together = search(Query.of(said="suitcase", object="suitcase"))
    assert together.found == ()


def test_without_the_vectors_words_alone_answer_and_it_is_said(settings, archive, vectors):
    embed_texts(settings, archive, vectors)

    def away():
        raise StoreUnreachable("vectors at 127.0.0.1:1 do not answer", "aima up")

    service = searching(settings, archive, vectors)
    service._with[2]._vectors = away
    answers = service.search(Query.of(said="Wetter"))
    assert best(answers) == [("reise.mp4", 8)]
    assert [(one.ask, "127.0.0.1:1" in one.why) for one in answers.unasked] == [("said", True)]


@pytest.mark.parametrize(
    ("word", "other"), [("häuser", "Haus"), ("running", "runs"), ("fragten", "fragte"), ("studies", "study")]
)
def test_inflections_are_nearly_the_same_word(word, other):
    assert likeness(word, other) == pytest.approx(SAME_STEM)


def test_short_words_have_no_inflections():
    assert likeness("is", "i") == 0.0


def test_places_are_those_of_words_that_are_alike():
    text = "Über Häuser, haus-hoch: das \u0130 Haus."
    assert [text[start:end] for start, end in places("haus", text, 0.7)] == ["Häuser", "haus", "Haus"]
