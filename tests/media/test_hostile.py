"""Files that were made to do harm: where they lead nobody goes, and what is good is let in.

The set that lies beside the test media, and many more mutants, are in `tests/faults`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from aima.domain.media import FrameChunk
from aima.media.contained.keeper import KEEPER
from tests.media import goods
from tests.media.baits import Canary, Listener, baits
from tests.media.conftest import decoders
from tests.media.mutants import mutate
from tests.media.trials import attempt, over_caps

MUTANTS = 60
ONE_IN = 4  # of the good media, so that this is quick
OPEN_DOORS = {"safe": "0", "enable_drefs": "1", "use_absolute_path": "1"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Everybody may enter it: what is not read in it is not read for another reason."""
    path = Path(tempfile.mkdtemp(prefix="aima-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def good(folder: Path) -> list[goods.Good]:
    (folder / "good").mkdir()
    return goods.goods(folder / "good")[::ONE_IN]


@pytest.fixture
def canary(folder: Path) -> Iterator[Canary]:
    watched = Canary(folder / "canary.ts")
    yield watched
    watched.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as waiting:
        yield waiting


def test_the_baits_work_on_who_leaves_the_doors_open(folder: Path, canary: Canary, listener: Listener) -> None:
    made = {path.name: path for path in baits(folder, canary.path, listener.port)}
    for name in ("concat.mkv", "reference.mov"):
        assert canary.touched() == 0
        try:
            with av.open(str(made[name]), options=OPEN_DOORS) as container:
                list(container.demux())
        except av.FFmpegError:
            pass
        assert canary.touched() > 0


def test_no_bait_leads_to_the_canary_or_to_the_address(folder: Path, canary: Canary, listener: Listener) -> None:
    seen = bytearray()

    def look(chunk: FrameChunk) -> None:
        seen.extend(chunk.frames.tobytes() + chunk.strip.frames.tobytes())

    trials = [attempt(path, see=look) for path in baits(folder, canary.path, listener.port)]
    assert {trial.verdict for trial in trials} == {"refused"}
    assert {code for trial in trials for code in trial.codes} == {"media_refused", "media_unknown", "media_corrupt"}
    assert canary.touched() == 0
    assert not listener.touched()
    assert canary.secret.encode() not in seen
    assert canary.secret not in "".join(text for trial in trials for text in trial.said)


def test_good_media_are_let_in_whole(good: list[goods.Good]) -> None:
    trials = [(one, attempt(one.path)) for one in good]
    assert [(one.path.name, trial.verdict, trial.said) for one, trial in trials if not one.agrees(trial)] == []


def test_mutants_end_with_a_verdict_and_within_their_caps(good: list[goods.Good], folder: Path) -> None:
    nursery = (attempt(good[0].path), KEEPER.pid)[1]
    verdicts: Counter[str] = Counter()
    for number in range(MUTANTS):
        path = folder / "mutant"
        path.write_bytes(mutate(good[number * 7 % len(good)].path.read_bytes(), f"quick-{number}"))
        trial = attempt(path)
        assert over_caps(trial) == []
        assert trial.verdict == "done" or trial.codes
        verdicts[trial.verdict] += 1
    assert set(verdicts) == {"done", "partial", "refused"}
    assert KEEPER.pid == nursery, "no mutant reaches the process that children come from"
    assert decoders() == []
