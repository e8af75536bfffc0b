"""The whole hostile set through gate, decoder and `aima analyze`: its verdicts, its cost, and no harm done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aima.local.variables import variables
from aima.media.contained.keeper import KEEPER
from aima.settings import Settings
from tests.media.baits import Canary, Listener, baits
from tests.media.conftest import decoders
from tests.media.hostile_set import Case, cases, make_set
from tests.media.making import pattern, write_video
from tests.media.trials import attempt, over_caps

pytestmark = pytest.mark.faults

LONG_S = 900.0
WHOLE, INCOMPLETE = 0, 3
# What the files of the set point to, and must not come out anywhere.
TARGETS = (Path("/etc/passwd"), Path("/etc/hostname"))
OF_THE_GATE = {"media_empty", "media_unknown", "media_refused", "media_too_large", "media_corrupt", "decoder_died"}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="aima-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def hostile(media_dir: Path, folder: Path) -> Path:
    return make_set(media_dir, folder / "set")


@pytest.fixture
def canary(folder: Path) -> Iterator[Canary]:
    watched = Canary(folder / "canary.ts")
    yield watched
    watched.close()


@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_every_file_gets_its_verdict_within_its_caps(hostile: Path, decoder: str) -> None:
    if decoder == "decord":
        pytest.importorskip("decord")
    wrong, trials, nursery = [], [], (attempt(next(cases(hostile)).path), KEEPER.pid)[1]
    for case in cases(hostile):
        trial = attempt(case.path, decoder=decoder)
        got = {"done": "accept", "partial": "partial", "refused": "reject"}[trial.verdict]
        if not case.agrees(got, trial.info if got != "reject" else None, " ".join(trial.said)) or over_caps(trial):
            wrong.append((case.record["file"], case.record["expect"], trial.verdict, trial.codes, over_caps(trial)))
        if trial.peak_bytes > case.record["checks"].get("max_rss_mb", 1024) * 1e6:
            wrong.append((case.record["file"], "memory", trial.peak_bytes))
        trials.append(trial)
    verdicts = Counter(trial.verdict for trial in trials)
    print(f"{len(trials)} files: {dict(verdicts)}, most {max(t.peak_bytes for t in trials) / 1e6:.0f} MB,", end=" ")
    print(f"{max(t.cpu_s for t in trials):.1f} CPU s, {max(t.wall_s for t in trials):.1f} s", flush=True)
    assert wrong == []
    assert len(trials) > 100
    said = "".join(text for trial in trials for text in trial.said)
    assert [path for path in TARGETS if path.is_file() and path.read_text().strip() in said] == []
    assert _left_behind(hostile) == []
    assert KEEPER.pid == nursery
    assert decoders() == []


def _left_behind(hostile: Path) -> list[str]:
    names = [name for case in cases(hostile) for name in case.record["checks"].get("must_not_exist", [])]
    assert names
    return [name for name in names if Path(name).exists()]


def test_the_sets_own_references_are_not_followed(hostile: Path, folder: Path, canary: Canary) -> None:
    """With the canary and the listener in the place of what the files point to."""
    with Listener() as listener:
        said = []
        for number, case in enumerate(case for case in cases(hostile) if _points_elsewhere(case)):
            path = folder / f"{number}{case.path.suffix}"
            path.write_bytes(_pointed_at(case.path.read_bytes(), canary.path, listener.port))
            said += (trial := attempt(path)).said
            assert trial.verdict == "refused", case.record["file"]
        assert len(said) > 10
        assert canary.touched() == 0
        assert not listener.touched()
    assert canary.secret not in "".join(said)


def _points_elsewhere(case: Case) -> bool:
    return case.record["category"] in {"indirection", "active content"}


def _pointed_at(data: bytes, canary: Path, port: int) -> bytes:
    for target in TARGETS:
        data = data.replace(str(target).encode(), str(canary).encode())
    return data.replace(b"127.0.0.1:9/", b"127.0.0.1:%d/" % port).replace(b"m=video 5004", b"m=video %d" % port)


def test_an_analysis_of_all_of_them_ends_with_words_for_each(
    hostile: Path, folder: Path, canary: Canary, make_workspace: Callable[[], Settings]
) -> None:
    settings = make_workspace().model_copy(update={"archive": folder / "archive"})
    traps = folder / "traps"
    traps.mkdir()
    with Listener() as listener:
        baited = list(baits(traps, canary.path, listener.port))
        code, out, err = _analyze(settings, hostile, traps)
        assert not listener.touched()
    assert canary.touched() == 0
    assert code == INCOMPLETE, out + err
    assert "Traceback" not in out + err
    assert canary.secret not in out + err
    assert not any(canary.secret.encode() in path.read_bytes() for path in _files(settings.archive_dir))
    told = {file["path"]: file for file in json.loads(out)["files"]}
    assert [str(path) for path in baited if told[str(path)]["code"] not in OF_THE_GATE] == []
    wrong = [(case.record["file"], case.record["expect"], found) for case, found in _found(hostile, told)
             if not _right(case, found)]  # fmt: skip
    assert wrong == []
    good = write_video(folder / "good.mp4", [pattern(number) for number in range(30)])
    assert _analyze(settings, good)[0] == WHOLE


def _found(hostile: Path, told: dict[str, Any]) -> Iterator[tuple[Case, Any]]:
    by_bytes = {os.fsencode(path): file for path, file in told.items()}
    for case in cases(hostile):
        yield case, by_bytes.get(os.fsencode(case.path))


def _right(case: Case, found: dict[str, Any] | None) -> bool:
    """Whether a file ended as expected, with a reason where something was left out."""
    if found is None:
        return False
    refused = found["state"] != "done"
    if refused and not (found["code"] and found["detail"]):
        return False
    return {
        "accept": not refused and found["code"] != "partial",
        "reject": refused,
        "partial": refused or bool(found["code"]),
        "either": True,
    }[str(case.record["expect"])]


def _analyze(settings: Settings, *paths: Path) -> tuple[int, str, str]:
    given = {name: str(value) for name, value in variables(settings) if value is not None}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AIMA_", "RAY_"))}
    argv = [sys.executable, "-m", "aima", "analyze", "--json", *map(str, paths)]
    done = subprocess.run(argv, env=plain | given, capture_output=True, text=True, timeout=LONG_S, check=False)
    return done.returncode, done.stdout, done.stderr


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
