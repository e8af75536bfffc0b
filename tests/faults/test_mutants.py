"""Thousands of good files turned bad, and hundreds of good ones: none does harm, none of the good is refused.

AIMA_TEST_MUTANTS says how many (1,000), AIMA_TEST_SEED which.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from aima.media.contained.keeper import KEEPER
from tests.conftest import MEDIA_DIR
from tests.media import goods
from tests.media.conftest import decoders
from tests.media.mutants import mutate
from tests.media.trials import Trial, attempt, over_caps

pytestmark = pytest.mark.faults

MUTANTS = int(os.environ.get("AIMA_TEST_MUTANTS", "1000"))
SEED = os.environ.get("AIMA_TEST_SEED", "aima")
SMALL_BYTES = 400_000
SHARED_MEDIA = 40
THROUGH_DECORD = 10  # one in so many


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="aima-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def good(folder: Path) -> list[goods.Good]:
    return goods.goods(folder)


@pytest.fixture(scope="module")
def bases(good: list[goods.Good]) -> list[Path]:
    """What is mutated: good files made here, and small ones of the test media where they are."""
    found = sorted(path for path in MEDIA_DIR.rglob("*") if path.is_file() and "hostile" not in path.parts)
    media = [p for p in found if p.suffix not in {".json", ".md", ".rttm"} and p.stat().st_size <= SMALL_BYTES]
    shared = random.Random(SEED).sample(media, min(SHARED_MEDIA, len(media)))
    return [*(one.path for one in good), *shared]


@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_no_good_medium_is_refused(good: list[goods.Good], decoder: str) -> None:
    if decoder == "decord":
        pytest.importorskip("decord")
    trials = [(one, attempt(one.path, decoder=decoder)) for one in good]
    cpu_s = sorted(trial.inspect_cpu_s for _, trial in trials)
    print(f"{len(good)} good files, CPU of the gate: median {1e3 * cpu_s[len(cpu_s) // 2]:.0f} ms,", end=" ")
    print(f"most {1e3 * cpu_s[-1]:.0f} ms", flush=True)
    assert len(good) >= 200
    assert [(one.path.name, trial.verdict, trial.said) for one, trial in trials if not one.agrees(trial)] == []


def test_mutants_do_no_harm(bases: list[Path], folder: Path) -> None:
    first = (attempt(bases[0]), KEEPER.pid)[1]
    trials = [_mutant(number, bases, folder / "mutant") for number in range(MUTANTS)]
    print(_report(trials), flush=True)
    assert [(trial.path.name, over_caps(trial)) for trial in trials if over_caps(trial)] == []
    assert all(trial.verdict == "done" or trial.codes for trial in trials)
    assert all(text.isprintable() for trial in trials for text in trial.said)
    assert {trial.verdict for trial in trials} == {"done", "partial", "refused"}
    assert KEEPER.pid == first, "no mutant reaches the process that children come from"
    assert decoders() == []


def _mutant(number: int, bases: list[Path], path: Path) -> Trial:
    base = random.Random(f"{SEED}-{number}").choice(bases)
    path.write_bytes(mutate(base.read_bytes(), f"{SEED}-{number}"))
    trial = attempt(path, decoder="pyav" if number % THROUGH_DECORD else "decord")
    trial.path = Path(f"{number}-{base.name}")
    return trial


def _report(trials: list[Trial]) -> str:
    verdicts = Counter(trial.verdict for trial in trials)
    codes = Counter(code for trial in trials for code in set(trial.codes))
    died = [trial.path.name for trial in trials if "decoder_died" in trial.codes]
    return "\n".join(
        [
            f"{len(trials)} mutants: " + ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items())),
            *(f"  {name:<24}{count:>5}" for name, count in codes.most_common()),
            f"  decoders that died: {died}",
            f"  most: {max(t.peak_bytes for t in trials) / 1e6:.0f} MB, {max(t.cpu_s for t in trials):.1f} CPU s, "
            f"{max(t.wall_s for t in trials):.1f} s; {sum(t.cpu_s for t in trials):.0f} CPU s in all",
        ]
    )
