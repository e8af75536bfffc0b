import pytest

from aima.fusion.sentences import ends_sentence, spaced


@pytest.mark.parametrize(
    ("word", "following", "ended"),
    [
        ("Haus.", "Wir", True),
        ("Wirklich?", "ja", True),
        ("Nein!“", "Sie", True),
        ("end.)", "New", True),
        ("Haus", "Wir", False),
        ("Haus,", "Wir", False),
        ("Dr.", "Meier", False),
        ("z.B.", "Äpfel", False),
        ("„Prof.", "Meier", False),
        ("J.", "Smith", False),
        ("3.", "Oktober", False),
        ("30.", "November", False),
        ("1995.", "Then", True),
        ("wait...", "what", False),
        ("wait...", "What", True),
        ("end.", "", True),
    ],
)
def test_where_a_sentence_ends(word, following, ended):
    assert ends_sentence(word, following) is ended


@pytest.mark.parametrize(
    ("words", "language", "text"),
    [
        (["Guten", "Tag,", "Herr", "Meier."], "de", "Guten Tag, Herr Meier."),
        (["eine", "E", "-Mail", "mit", "50", "%", "Rabatt", "!"], "de", "eine E-Mail mit 50% Rabatt!"),
        (["it", "'s", "rock", "’n", "'roll"], "en", "it's rock’n'roll"),
        (["so", "-", "or", "not"], "en", "so - or not"),
        (["well-", "known"], "en", "well-known"),
        (["今日", "は", "。"], "ja", "今日は。"),
        ([], "de", ""),
    ],
)
def test_words_are_spaced_as_one_writes_them(words, language, text):
    assert spaced(words, language) == text
