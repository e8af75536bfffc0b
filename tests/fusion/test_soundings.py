from aima.fusion.soundings import soundings
from tests.fusion.speaking import SECOND, shuffled, sounds


def found(looks, end: float = 100) -> list[tuple[str, float, float, float]]:
    made = soundings("c", round(end * SECOND), sounds(looks))
    return [(one.label, one.start_us / SECOND, one.end_us / SECOND, round(one.score, 2)) for one in made]


def test_looks_in_a_row_are_one_sound_with_the_score_of_the_surest():
    assert found({3.0: {"music": 0.4}, 4.0: {"music": 0.8}, 5.0: {"music": 0.5}}) == [("music", 3, 6, 0.8)]


def test_a_short_pause_is_bridged_and_a_long_one_ends_it():
    looks = {0.0: {"music": 0.8}, 1.0: {}, 2.0: {"music": 0.6}, 9.0: {"music": 0.7}}
    assert found(looks) == [("music", 0, 3, 0.8), ("music", 9, 10, 0.7)]


def test_what_is_never_sure_is_none():
    assert found({0.0: {"singing": 0.45}, 1.0: {"singing": 0.45}, 2.0: {"applause": 0.1}}) == []


def test_sounds_at_once_are_told_apart_and_speech_is_none():
    looks = {0.0: {"music": 0.9, "Speech": 0.9, "singing": 0.8}}
    assert found(looks) == [("music", 0, 1, 0.9), ("singing", 0, 1, 0.8)]


def test_they_end_with_the_content():
    assert found({0.0: {"music": 0.9}, 1.0: {"music": 0.9}, 2.0: {"music": 0.9}}, end=1.5) == [("music", 0, 1.5, 0.9)]


def test_the_order_of_rows_changes_nothing():
    looks = {float(n): {"music": 0.3 + n / 20} for n in range(9)}
    table = shuffled({"all": sounds(looks)}, 3)["all"]
    assert soundings("c", 9 * SECOND, table) == soundings("c", 9 * SECOND, sounds(looks))
