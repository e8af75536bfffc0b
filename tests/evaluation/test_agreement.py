"""Every score agrees with an independent scorer, on made-up answers and on disturbed truth of real clips."""

from __future__ import annotations

import importlib.util
import json
import math
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aima.evaluation.reading import read_truth
from aima.evaluation.scores.association import score_association
from aima.evaluation.scores.boxes import score_boxes
from aima.evaluation.scores.cuts import score_cuts
from aima.evaluation.scores.der import score_turns
from aima.evaluation.scores.expressions import score_expressions
from aima.evaluation.scores.pairs import score_pairs
from aima.evaluation.scores.partition import score_partition
from aima.evaluation.scores.persons import ClipScore, score_clip
from aima.evaluation.scores.retrieval import score_retrieval
from aima.evaluation.scores.wer import score_words
from aima.evaluation.truth import (
    Clip,
    Expression,
    Interval,
    Pair,
    Query,
    Side,
    SpeakingClip,
    Talk,
    Transcript,
    TrueBox,
    TruePerson,
    TrueTurn,
)
from tests.conftest import MEDIA_DIR, MEDIA_REASON

SCORER = MEDIA_DIR.parent / "tools" / "score.py"
pytestmark = pytest.mark.skipif(not SCORER.is_file(), reason=MEDIA_REASON)

ROUNDING = 5.1e-5
"""The scorer gives four decimals."""
MILLISECOND: Final = 1e-3
SAME: Final = 0.005
"""How near figures must be that are measured in other steps."""
agreeing = settings(deadline=None, derandomize=True, max_examples=200)

# Tenths make ties (equally good assignments, equal scores), other numbers make borders within cells.
times = st.one_of(st.integers(0, 80).map(lambda tenths: tenths / 10), st.floats(0, 8))
intervals = st.lists(st.tuples(times, times).map(lambda pair: (min(pair), max(pair))), max_size=3).map(tuple)
people = st.lists(st.tuples(intervals, st.one_of(st.just(()), intervals)), max_size=4)
answers = st.dictionaries(st.sampled_from(["1", "2", "3", "10", "x"]), intervals)
rarely = st.one_of(st.just(()), st.just(()), intervals)
sizes = st.integers(5, 30).map(float)
places = st.tuples(st.integers(0, 40).map(float), st.integers(0, 40).map(float), sizes, sizes)
files = st.sampled_from("abc")
numbered = st.integers(0, 30).map(str)


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("independent_scorer", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(ours: dict[str, float | None], theirs: dict[str, Any], tolerance: float = ROUNDING) -> None:
    """The scorer says 0 where there is nothing to divide by, and we say null."""
    for name, figure in ours.items():
        assert math.isclose(figure or 0.0, theirs[name], abs_tol=tolerance), (name, figure, theirs[name])


def check_clip(score: ClipScore, theirs: dict[str, Any]) -> None:
    counts = ("persons_true", "persons_pred", "persons_counted", "false_persons")
    assert tuple(theirs[name] for name in counts) == (
        score.persons_true,
        score.persons_predicted,
        score.persons_counted,
        score.false_persons,
    )
    if score.f1 is None:
        return
    figures = {"f1": score.f1, "precision": score.precision, "recall": score.recall}
    check(figures | {"cluster_purity": score.purity, "person_coverage": score.coverage}, theirs)
    assert {name: match.predicted for name, match in score.by_person.items()} == {
        name: match["pred"] for name, match in theirs["per_person"].items()
    }
    for name, match in score.by_person.items():
        check({"f1": match.f1}, theirs["per_person"][name])


def as_predictions(found: dict[str, tuple[Interval, ...]]) -> dict[str, Any]:
    return {"persons": [{"id": name, "intervals": list(spans)} for name, spans in found.items()]}


@given(people, rarely, answers, st.sampled_from([8.0, 8.04, 6.25]))
@settings(agreeing, max_examples=400)
def test_persons(
    scorer: ModuleType,
    labels: list[tuple[tuple[Interval, ...], tuple[Interval, ...]]],
    background: tuple[Interval, ...],
    found: dict[str, tuple[Interval, ...]],
    duration: float,
) -> None:
    persons = tuple(TruePerson(id=f"p{n}", required=must, optional=may) for n, (must, may) in enumerate(labels))
    clip = Clip(name="c", file="c", duration=duration, persons=persons, background_faces=background)
    check_clip(score_clip(clip, found), scorer.persons(clip.model_dump(), as_predictions(found)))


@pytest.mark.parametrize("seed", range(4))
def test_persons_of_real_clips(scorer: ModuleType, seed: int) -> None:
    truths = {path.name.split(".")[0]: path for path in (MEDIA_DIR / "truth").rglob("*.json")}
    for name, clip in read_truth(MEDIA_DIR).clips.items():
        found = disturbed(clip, random.Random(f"{seed} {name}"))
        truth = json.loads(truths[name.split("-")[-1]].read_text())
        check_clip(score_clip(clip, found), scorer.persons(truth, as_predictions(found)))


def disturbed(clip: Clip, dice: random.Random) -> dict[str, tuple[Interval, ...]]:
    """Answers with the mistakes of a real system: late, short, split, joined, invented."""
    found: dict[str, tuple[Interval, ...]] = {}
    for person in clip.persons:
        for start, end in person.required + person.optional:
            name = f"{person.id}{dice.choice(['', '', '', ' again'])}" if dice.random() < 0.9 else "somebody"
            moved = (start + dice.uniform(-0.5, 0.5), end + dice.uniform(-0.5, 0.5))
            found[name] = (*found.get(name, ()), moved) if moved[0] < moved[1] else found.get(name, ())
    start = dice.uniform(0, clip.duration)
    return found | {"invented": ((start, start + 3),)}


scored = st.tuples(
    st.integers(0, 1),
    st.one_of(st.none(), st.floats(-1, 1), st.integers(-4, 4).map(lambda n: n / 4), st.just(math.nan)),
)


@given(st.lists(scored, min_size=2, max_size=60).filter(lambda rows: len({same for same, _ in rows}) == 2))
@agreeing
def test_pairs(scorer: ModuleType, rows: list[tuple[int, float | None]]) -> None:
    pairs = [Pair(a=f"a{number}", b=f"b{number}", same=same) for number, (same, _) in enumerate(rows)]
    given_scores = [value for _, value in rows]
    score = score_pairs(pairs, given_scores)
    theirs = scorer.faces([pair.model_dump() for pair in pairs], given_scores)
    assert score.unscored == theirs["unscored"]
    check({"auc": score.auc, "eer": score.eer, "eer_threshold": score.eer_threshold}, theirs)
    check({"tar_at_far_0.001": score.tar_at_far_001}, theirs)


@given(
    st.dictionaries(
        st.sampled_from("abcde"), st.lists(st.integers(0, 30).map(str), min_size=1, max_size=8), min_size=1
    ),
    st.dictionaries(st.integers(0, 30).map(str), st.sampled_from(["x", "y", "z", "1"])),
)
@agreeing
def test_partition(scorer: ModuleType, identities: dict[str, list[str]], found: dict[str, str]) -> None:
    score, theirs = score_partition(identities, found), scorer.bcubed(identities, found)
    counted = (score.items, score.missing, score.identities, score.clusters)
    assert counted == tuple(theirs[name] for name in ("items", "missing", "identities_true", "clusters"))
    names = ("bcubed_precision", "bcubed_recall", "bcubed_f1")
    check({name: getattr(score, name) for name in names}, theirs)


@given(
    st.dictionaries(files, st.lists(st.tuples(places, st.booleans()), max_size=5)),
    st.dictionaries(files, st.lists(places, max_size=5)),
)
@agreeing
def test_boxes(
    scorer: ModuleType,
    labels: dict[str, list[tuple[tuple[float, float, float, float], bool]]],
    found: dict[str, list[tuple[float, float, float, float]]],
) -> None:
    sides = ("left", "top", "width", "height")
    truth = {
        file: [TrueBox.model_validate({**dict(zip(sides, box, strict=True)), "ignore": ignore}) for box, ignore in rows]
        for file, rows in labels.items()
    }
    score = score_boxes(truth, found)
    theirs = scorer.boxes(
        {file: [box.model_dump() for box in boxes] for file, boxes in truth.items()},
        {file: [dict(zip(sides, box, strict=True)) for box in boxes] for file, boxes in found.items()},
    )
    assert (score.tp, score.fp, score.fn) == (theirs["tp"], theirs["fp"], theirs["fn"])
    check({"precision": score.precision, "recall": score.recall, "f1": score.f1}, theirs)


@given(st.lists(times, max_size=10), st.lists(times, max_size=10))
@agreeing
def test_cuts(scorer: ModuleType, true: list[float], found: list[float]) -> None:
    clip = Clip(name="c", file="c", duration=8.0, cuts=tuple(true))
    score, theirs = score_cuts({"c": clip}, {"c": found}), scorer.cuts({"cuts": true}, {"cuts": found})
    assert (score.true, score.predicted, score.hits) == (theirs["true"], theirs["pred"], theirs["hits"])
    check({"precision": score.precision, "recall": score.recall, "f1": score.f1}, theirs)


emotions = st.sampled_from(["anger", "contempt", "fear", "happiness", "neutral"])
words = st.one_of(emotions, st.sampled_from(["Happy", "calm", "surprise", "Disgusted", "none"]))


@given(st.dictionaries(st.integers(0, 40).map(str), st.tuples(emotions, st.none() | words), min_size=1))
@agreeing
def test_expressions(scorer: ModuleType, rows: dict[str, tuple[str, str | None]]) -> None:
    truth = [Expression(file=file, emotion=emotion) for file, (emotion, _) in rows.items()]
    found = {file: answer for file, (_, answer) in rows.items() if answer is not None}
    score, theirs = score_expressions(truth, found), scorer.emotion([one.model_dump() for one in truth], found)
    assert (score.items, score.missing, score.confusion) == (theirs["items"], theirs["missing"], theirs["confusion"])
    check({"accuracy": score.accuracy}, theirs)
    # The scorer rounds the recall of each label to three decimals before it takes their mean.
    check({"balanced_accuracy": score.balanced_accuracy}, theirs, tolerance=5.6e-4)
    known = [one for one in truth if one.emotion != "contempt"]
    if known:
        theirs = scorer.emotion([one.model_dump() for one in known], found)
        check({"accuracy": score.of_known.accuracy}, theirs)
        check({"balanced_accuracy": score.of_known.balanced_accuracy}, theirs, tolerance=5.6e-4)


spoken = st.lists(
    st.sampled_from(
        ["Ja", "nein,", "3", "drei", "Straße", "strasse", "o'clock", "e-mail", "\ufb01n", "-", "13", "\u2019s"]
    )
).map(" ".join)


@given(
    st.dictionaries(files, st.tuples(st.sampled_from(["de", "en", "fr"]), spoken), min_size=1),
    st.dictionaries(files, spoken),
)
@agreeing
def test_words(scorer: ModuleType, said: dict[str, tuple[str, str]], heard: dict[str, str]) -> None:
    truth = [Transcript(file=file, language=language, text=text) for file, (language, text) in said.items()]
    score, theirs = score_words(truth, heard), scorer.wer([one.model_dump() for one in truth], heard)
    assert sum(one.missing for name, one in score.figures.items() if "/" not in name) == theirs["missing"]
    for language in {one.language for one in truth}:
        ours, row = score.figures[language], theirs[language]
        assert (ours.words, ours.utterances, ours.exact) == (row["words"], row["utt"], row["exact"])
        assert ours.substituted + ours.deleted + ours.inserted == row["sub"] + row["dele"] + row["ins"]
        if ours.words:
            check({"wer": ours.wer, "cer": ours.cer}, row)


hundredths = st.integers(0, 3000).map(lambda n: n / 100)
stretches = st.lists(
    st.tuples(st.sampled_from("abc"), hundredths, hundredths).map(lambda t: (t[0], min(t[1:]), max(t[1:]))), max_size=8
)


@given(stretches, stretches)
@agreeing
def test_turns(scorer: ModuleType, true: list[tuple[str, float, float]], found: list[tuple[str, float, float]]) -> None:
    figures = score_turns({"t": talk("t", true)}, {"t": talk("t", found).turns}).figures["t"]
    theirs = scorer.der({"t": in_rows(talk("t", true))}, {"t": in_rows(talk("t", found))})
    check({"scored": figures.scored, "miss": figures.missed, "fa": figures.false}, theirs, MILLISECOND)
    check({"conf": figures.confused}, theirs, MILLISECOND)
    if figures.scored > 1:
        check({"der": figures.der}, theirs, SAME)


@pytest.mark.parametrize("seed", range(4))
def test_turns_of_real_recordings(scorer: ModuleType, seed: int) -> None:
    dice = random.Random(seed)
    for name, one in read_truth(MEDIA_DIR).talks.items():
        found = one.model_copy(update={"turns": tuple(misheard(one, dice))})
        score = score_turns({name: one}, {name: found.turns})
        check({"der": score.files[name]}, scorer.der({name: in_rows(one)}, {name: in_rows(found)}), SAME)


def talk(name: str, rows: list[tuple[str, float, float]]) -> Talk:
    turns = tuple(TrueTurn(speaker=speaker, start=start, end=end) for speaker, start, end in rows)
    return Talk(name=name, file=name, turns=turns)


def in_rows(one: Talk) -> list[tuple[float, float, str]]:
    return [(turn.start, turn.end, turn.speaker) for turn in one.turns]


def misheard(one: Talk, dice: random.Random) -> Iterator[TrueTurn]:
    """Turns with the mistakes of a real system: moved, missed, given to somebody else."""
    for turn in one.turns:
        if dice.random() < 0.85:
            speaker = turn.speaker if dice.random() < 0.8 else "somebody"
            start = max(0.0, turn.start + round(dice.uniform(-0.6, 0.6), 3))
            yield TrueTurn(speaker=speaker, start=start, end=turn.end + round(dice.uniform(0.6, 1), 3))


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.lists(files, max_size=2), max_size=6),
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), min_size=6, max_size=6),
)
@agreeing
def test_retrieval(scorer: ModuleType, wanted: dict[str, list[str]], found: list[list[str]]) -> None:
    queries = [Query(query=query, files=tuple(right)) for query, right in wanted.items()]
    answered = dict(zip(wanted, found, strict=False))
    score = score_retrieval(queries, answered)
    theirs = scorer.retrieval([one.model_dump() for one in queries], answered)
    assert (score.at3, score.of, [one.query for one in score.missed]) == (theirs["at3"], theirs["of"], theirs["missed"])


@agreeing
@given(
    st.lists(st.tuples(st.sampled_from(["l", "r", None]), st.sampled_from(["own", "side"])), min_size=1, max_size=6),
    st.dictionaries(st.integers(0, 5), places),
)
def test_association(scorer: ModuleType, told: list[tuple[str | None, str]], found: dict[int, Any]) -> None:
    sides = (Side(id="l", x0=0, x1=25), Side(id="r", x0=25, x1=50))
    clips = [
        SpeakingClip(file=f"{n}.mp4", kind=kind, faces=sides, speaker_face=speaks)
        for n, (speaks, kind) in enumerate(told)
    ]
    faces = {f"{n}.mp4": box for n, box in found.items()}
    score = score_association(clips, faces)
    theirs = scorer.association([one.model_dump() for one in clips], {f: {"face": box} for f, box in faces.items()})
    ours = {name: getattr(score, name) for name in ("right", "wrong", "missed", "of")}
    assert ours | {"by_kind": {kind: one.model_dump() for kind, one in score.by_kind.items()}} == theirs
