"""A sure stretch is believed, an unsure one follows those around it."""

import pytest

from aima.analyzers.languages import judged, likeliest

DE = {"de": 0.97, "en": 0.02, "nl": 0.01}
EN = {"en": 0.97, "de": 0.02, "nl": 0.01}
DOUBT = {"nl": 0.45, "de": 0.4, "en": 0.15}


def languages(chances, lengths=None):
    return [likeliest(one) for one in judged(chances, lengths or [1] * len(chances))]


def test_two_languages_in_one_segment_stay_two():
    assert languages([DE, EN, DE, EN]) == ["de", "en", "de", "en"]
    assert languages([DE] * 9 + [EN]) == ["de"] * 9 + ["en"]


def test_what_is_unsure_is_what_is_spoken_around_it():
    assert languages([DOUBT]) == ["nl"]
    assert languages([DE, DOUBT, DE]) == ["de"] * 3
    assert languages([DOUBT, DE], lengths=[1, 20]) == ["de"] * 2


def test_chances_are_shares_of_all_languages():
    (one,) = judged([DE], [5])
    assert one["de"] == pytest.approx(1, abs=0.01)
    assert sum(one.values()) == pytest.approx(1)
    assert judged([], []) == []


def test_of_equal_ones_the_order_does_not_matter():
    assert languages([{"en": 0.5, "de": 0.5}]) == languages([{"de": 0.5, "en": 0.5}])


def test_languages_of_the_archive_are_likelier_and_others_are_believed_if_sure():
    (one,) = judged([DOUBT], [1], expected=("de", "en"))
    assert likeliest(one) == "de"
    (other,) = judged([{"fr": 0.96, "en": 0.02, "de": 0.02}], [1], expected=("de", "en"))
    assert likeliest(other) == "fr"
