"""`aima eval`: the whole command on a small labelled folder, and on a part of the shared media."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from aima import local
from aima.bootstrap import open_services
from aima.evaluation.scores.der import COLLAR
from aima.services.sample import portraits
from aima.settings import Settings
from tests.cli.test_analyze import aima, errors
from tests.conftest import MEDIA_DIR, MEDIA_REASON
from tests.evaluation.labelled import SECONDS, TALKERS, TALKS, label, make_labelled, make_sounds

SCORER = MEDIA_DIR.parent / "tools" / "score.py"


@pytest.fixture(scope="module")
def folder(settings, tmp_path_factory) -> Path:
    """The labelled folder with sounds, and with two files more that cannot be looked at."""
    made = make_labelled(tmp_path_factory.mktemp("labelled"), portraits(settings))
    make_sounds(made)
    (made / "faces" / "broken.jpg").write_text("no picture")
    counts = json.loads((made / "truth" / "face_counts.json").read_text())
    label(made, "face_counts", counts | {"faces/broken.jpg": 1, "faces/gone.jpg": 2})
    return made


@pytest.fixture(scope="module")
def user(stack, make_workspace, settings) -> Settings:
    """A user with an archive of their own, in which one person is named."""
    own = make_workspace()
    with open_services(own) as services:
        services.analyses.analyze([portraits(settings)["astronaut"]], {"face_detector": {}, "face_embedder": {}})
        services.persons.name("Unknown 1", "Eileen")
    return own


@pytest.fixture(scope="module")
def before(user) -> dict[str, Any]:
    return belongings(user)


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def done(user, before, folder, out) -> subprocess.CompletedProcess[str]:
    """The command, once."""
    places = {"predictions": "predictions", "report": "page.html", "cards": "cards.json"}
    options = [part for option, name in places.items() for part in (f"--{option}", str(out / name))]
    return aima(user, "eval", str(folder), "--json", *options)


@pytest.fixture(scope="module")
def report(done) -> dict[str, Any]:
    return json.loads(done.stdout)


def belongings(settings: Settings) -> dict[str, Any]:
    """Everything of a user that an evaluation might touch."""
    with open_services(settings) as services:
        stores = services.stores
        return {
            "media": stores.media.all(),
            "ledger": stores.ledger.events(),
            "digest": stores.persons.digest(),
            "archive": sorted(settings.archive_dir.rglob("*")),
        }


def databases(settings: Settings) -> list[str]:
    url = local.postgres_url(settings).replace("+psycopg", "", 1)
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname ~ 'evaluation'")]


def test_what_the_folder_shows_is_found(report):
    assert report["purpose"] == "evaluation"
    assert report["faces"]["auc"] == 1.0
    assert report["faces"]["unscored"] == 0
    assert report["identities"]["bcubed_f1"] == 1.0
    assert report["boxes"]["f1"] == 1.0
    assert report["persons"]["mean_f1"] > 0.97
    clip = report["persons"]["clips"]["two"]
    assert (clip["persons_true"], clip["persons_counted"], clip["false_persons"]) == (2, 2, 0)
    assert report["together"]["clips"]["two"] == pytest.approx(clip["f1"], abs=0.02)
    assert report["cuts"]["f1"] == 1.0
    assert 0 <= report["emotion"]["balanced_accuracy"] <= 1
    assert report["degraded"]["persons"] == 2


def test_what_the_folder_lets_hear_is_measured(report):
    assert (report["voices"]["pairs"], report["voices"]["groups"]["items"]) == (6, 4)
    assert report["voices"]["unscored"] < 6
    talk = report["der"]["figures"]["talk"]
    assert talk["speakers"] == 2
    assert talk["found"] >= 1
    assert talk["scored"] == pytest.approx(len(TALKERS) * (TALKS - 2 * COLLAR), abs=0.02)
    assert talk["der"] < 1
    assert report["wer"]["figures"]["en"]["missing"] == 0
    assert report["retrieval"]["of"] == 1


def test_the_cost_of_sound_is_told_by_analyzer(report):
    spent = report["sound_cpu_per_second"]
    assert {"decode", "voice_activity", "speaker_turns", "speaker_embedder", "speech"} < set(spent)
    assert spent["total"] == pytest.approx(sum(spent.values()) - spent["total"], abs=0.001)


def test_files_that_cannot_be_looked_at_count_as_empty_and_are_told(done, report):
    assert done.returncode == 3
    assert {file: reason.partition(":")[0] for file, reason in report["failed"].items()} == {
        "faces/broken.jpg": "media_unknown",
        "faces/gone.jpg": "media_missing",
    }
    assert report["counts"]["mae"] == pytest.approx(3 / 6)
    assert {mistake["file"] for mistake in report["counts"]["mistakes"]} == set(report["failed"])


def test_what_is_not_measured_is_null_with_a_reason(report):
    assert report["association"] is None
    assert set(report["not_measured"]) == {"association"}


def test_the_cost_is_told_by_size_and_analyzer(report):
    video, pictures = report["cost"]
    assert (video["kind"], video["size"], video["frames"]) == ("video", "640x360", 5 * SECONDS)
    assert (pictures["kind"], pictures["files"]) == ("image", 4)
    assert {"decode", "face_detector", "face_embedder", "emotion", "shot_cuts"} <= set(video["ms_per_frame"])
    assert video["total"] == pytest.approx(sum(video["ms_per_frame"].values()), abs=0.1)
    assert report["seconds"]["cpu"] > video["frames"] * video["total"] / 1000
    assert report["seconds"]["wall"] > 0


def test_the_page_shows_faces_and_belongs_to_its_owner(report, out):
    page = out / "page.html"
    assert report["report"] == str(page)
    assert page.stat().st_mode & 0o077 == 0
    assert "two" in page.read_text("utf-8")


def test_the_cards_tell_of_the_models_that_were_used(report, out):
    cards = (out / "cards.json").read_text("utf-8")
    assert report["cards"] == str(out / "cards.json")
    assert all(version.partition("@")[0] in cards for version in report["models"].values())


@pytest.mark.skipif(not SCORER.is_file(), reason=MEDIA_REASON)
def test_the_independent_scorer_comes_to_the_same(report, folder, out):
    assert differences(report, folder / "truth", out / "predictions") == {}


def test_the_archive_of_the_user_is_as_it_was(done, before, user):
    assert belongings(user) == before
    assert before["media"][0].filename == "astronaut.png"


def test_the_workspace_is_gone(done, user):
    assert databases(user) == []
    assert list((user.home / "workspaces").iterdir()) == []


def test_says_in_words_what_it_found_and_where_to_look(user, folder):
    told = aima(user, "eval", str(folder), "--only", "boxes,cuts")
    assert told.returncode == 0, told.stderr
    page = next(line for line in told.stdout.splitlines() if line.startswith("Report: ")).partition(": ")[2]
    assert Path(page).is_file()
    assert json.loads(Path(page).with_name("report.json").read_text())["boxes"]["f1"] == 1.0
    for words in ("face boxes: F1", "1.0000", "cuts: F1", "640x360 video", "not asked for: faces"):
        assert words in told.stdout


def test_figures_are_told_though_a_place_was_taken_meanwhile(user, folder, tmp_path):
    place = str(tmp_path / "out")
    told = aima(user, "eval", str(folder), "--only", "boxes", "--json", "--predictions", place, "--report", place)
    assert told.returncode == 2
    report = json.loads(told.stdout)
    assert report["boxes"]["f1"] == 1.0
    assert report["predictions"] == place
    assert report["not_written"]["report"]["code"] == "output_refused"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--only", "sounds"), 2, "setting_invalid"),
        (("--predictions", "{folder}/truth"), 2, "output_refused"),
        (("--report", "{folder}/truth/face_pairs.json/x.html"), 2, "output_refused"),
        (("--report", "{folder}/truth"), 2, "output_refused"),
        (("--cards", "~nobody-of-this-name/cards.json"), 2, "output_refused"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(user, folder, options, code, words):
    refused = aima(user, "eval", str(folder), *(option.format(folder=folder) for option in options))
    assert refused.returncode == code
    assert errors(refused)[-1].endswith(f"({words})")
    assert databases(user) == []


def test_malformed_labels_are_named_with_their_field(user, tmp_path):
    (tmp_path / "truth").mkdir()
    label(tmp_path, "face_counts", {"a.jpg": "many"})
    refused = aima(user, "eval", str(tmp_path), "--json")
    assert refused.returncode == 2
    error = json.loads(refused.stdout)["error"]
    assert error["code"] == "labels_invalid"
    assert "face_counts.json: a.jpg" in error["message"]


@pytest.mark.skipif(not SCORER.is_file(), reason=MEDIA_REASON)
def test_a_part_of_the_shared_media_scores_as_the_independent_scorer_says(user, tmp_path):
    told = aima(
        user, "eval", str(MEDIA_DIR), "--only", "boxes,counts", "--json", "--predictions", str(tmp_path / "out")
    )
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert report["boxes"]["f1"] >= 0.9
    assert report["failed"] == {}
    assert differences(report, MEDIA_DIR / "truth", tmp_path / "out") == {}


def differences(report: dict[str, Any], truth: Path, predictions: Path) -> dict[str, tuple[float, float]]:
    """Figures of the report that are farther than 0.005 from those of the scorer, with both."""
    scorer = load_scorer()
    theirs: dict[str, float] = {}
    ours: dict[str, float] = {}
    for part, name, labels, file, figures in PARTS:
        if report[part] is not None:
            scored = getattr(scorer, name)(read(truth / labels), read(predictions / file))
            theirs |= {f"{part} {figure}": scored[figure] for figure in figures}
            ours |= {f"{part} {figure}": report[part][figure] for figure in figures}
    for part in ("persons", "cuts"):
        for clip, own in (report[part] or {"clips": {}})["clips"].items():
            scored = getattr(scorer, part)(
                read(truth / f"video/{clip}.json"), read(predictions / part / f"{clip}.json")
            )
            theirs[f"{part} {clip}"], ours[f"{part} {clip}"] = scored["f1"], own["f1"]
    if report["voices"] is not None:
        groups = scorer.bcubed(read(truth / "speaker_identities.json"), read(predictions / "bcubed_voices.json"))
        theirs["voices grouped"], ours["voices grouped"] = groups["bcubed_f1"], report["voices"]["bcubed_f1"]
    for language in ("en", "de"):
        if report["wer"] is not None and report["wer"][language] is not None:
            scored = scorer.wer(read(truth / "transcripts.json"), read(predictions / "wer.json"), language)
            theirs[language], ours[language] = scored[language]["wer"], report["wer"][language]
    for talk, own in (report["der"] or {"files": {}})["files"].items():
        scored = scorer.der(turns(truth / f"rttm/{talk}.rttm"), turns(predictions / f"der/{talk}.rttm"))
        theirs[f"der {talk}"], ours[f"der {talk}"] = scored["der"], own
    return {key: (theirs[key], ours[key]) for key in theirs if abs(theirs[key] - ours[key]) > 0.005}


PARTS = (
    ("faces", "faces", "face_pairs.json", "faces.json", ("auc", "eer", "unscored")),
    ("identities", "bcubed", "face_identities.json", "bcubed_faces.json", ("bcubed_f1", "missing")),
    ("boxes", "boxes", "face_boxes.json", "boxes.json", ("tp", "fp", "fn", "f1")),
    ("emotion", "emotion", "expression_labels.json", "emotion.json", ("accuracy", "balanced_accuracy")),
    ("voices", "faces", "voice_pairs.json", "voices.json", ("auc", "eer", "unscored")),
    ("retrieval", "retrieval", "queries.json", "retrieval.json", ("at3", "of")),
)


def turns(path: Path) -> dict[str, list[tuple[float, float, str]]]:
    """As the scorer wants them; its own reader leaves files open."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    for fields in map(str.split, path.read_text("utf-8").splitlines()):
        start, lasts = float(fields[3]), float(fields[4])
        found.setdefault(fields[1], []).append((start, start + lasts, fields[7]))
    return found


def load_scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
