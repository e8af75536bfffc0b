"""Mixed and split persons with their pictures, and the worst pairs side by side."""

from __future__ import annotations

from aima.evaluation.answers import Answers
from aima.evaluation.page.elements import render
from aima.evaluation.page.identities import identities_section, pairs_section
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.partition import score_partition
from aima.evaluation.truth import Pair
from tests.evaluation.page.making import album, pictured
from tests.pages import Page

FILES = {"Ada": ("a1.jpg", "a2.jpg", "a3.jpg"), "Bo": ("b1.jpg",)}
SEEN = {file: (pictured(),) for files in FILES.values() for file in files}


def test_who_was_mixed_and_who_was_split(tmp_path) -> None:
    found = {"a1.jpg": "P1", "b1.jpg": "P1", "a2.jpg": "P2"}
    answers = Answers(identities=found, seen=SEEN)
    section = identities_section(score_partition(FILES, found), answers, album(tmp_path, "crop.jpg"))
    page = Page(render(section))
    assert "P1 mixes Ada and Bo" in page.text
    assert "Ada is split" in page.text
    assert "without a person" in page.text
    assert "not whole" not in page.text
    assert page.tags.count("img") == 5


def test_nothing_mixed_is_said_in_words(tmp_path) -> None:
    found = {"a1.jpg": "P1", "a2.jpg": "P1", "a3.jpg": "P1", "b1.jpg": "P2"}
    page = Page(render(identities_section(score_partition(FILES, found), Answers(), album(tmp_path))))
    assert "No two persons are mixed, and none is split." in page.text
    assert "4 pictures of 2 persons in 2 groups: precision 1.000, recall 1.000, F1 1.000" in page.text


def test_a_person_with_pictures_of_nobody_is_not_whole(tmp_path) -> None:
    page = Page(render(identities_section(score_partition(FILES, {"a1.jpg": "P1"}), Answers(), album(tmp_path))))
    assert "Ada is not whole" in page.text
    assert "is split" not in page.text


def test_of_a_large_group_some_pictures_are_shown(tmp_path) -> None:
    many = {"Ada": tuple(f"{n}.jpg" for n in range(20)), "Bo": ("b.jpg",)}
    found = dict.fromkeys((*many["Ada"], "b.jpg"), "P1")
    page = Page(render(identities_section(score_partition(many, found), Answers(), album(tmp_path))))
    assert "20 pictures, 6 shown" in page.text


def test_worst_pairs_tell_similarity_and_log_odds(tmp_path) -> None:
    pairs = (Pair(a="a1.jpg", b="a2.jpg", same=1), Pair(a="a1.jpg", b="b1.jpg", same=0))
    score = score_pairs(pairs, (0.25, None), (2.5, None))
    page = Page(render(pairs_section(score, Answers(seen=SEEN), album(tmp_path, "crop.jpg"))))
    assert "similarity 0.250, log-odds +2.5" in page.text
    assert "similarity –, log-odds –" in page.text
    assert "Missed when joining: 0." in page.text
    assert page.tags.count("img") == 4


def test_pairs_without_log_odds_say_nothing_of_joining(tmp_path) -> None:
    score = score_pairs((Pair(a="a1.jpg", b="a2.jpg", same=1),), (0.5,))
    text = Page(render(pairs_section(score, Answers(), album(tmp_path)))).text
    assert "oined wrongly" not in text
    assert "Different persons" not in text
