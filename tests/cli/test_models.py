"""`aima models` as a user calls it; building itself is tested in tests/models."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from aima.cli import model_card
from aima.cli.models import app
from aima.evaluation.cards import MEASURED
from aima.models.cards import Cards, Figure, own_cards
from aima.models.catalogue import catalogue, find, used
from aima.settings import load_settings

RUNNER = CliRunner()


@pytest.fixture
def aima(settings, monkeypatch, tmp_path_factory):
    """Runs `aima models ...` with the built weights of this machine, or with other variables."""

    def run(*arguments, **variables):
        nowhere = tmp_path_factory.mktemp("no stack")
        environment = {"AIMA_HOME": str(nowhere), "AIMA_MODELS__DIR": str(settings.models_dir), **variables}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        return RUNNER.invoke(app, arguments)

    yield run
    load_settings.cache_clear()


def test_list_says_what_is_built_and_for_what(aima):
    done = aima("list", "--json")
    assert done.exit_code == 0
    cards = {card["name"]: card for card in json.loads(done.stdout)}
    assert cards["centerface"]["built"]
    assert cards["centerface"]["task"] == "face_detection"
    assert cards["face_embedding_512"]["dimension"] == 512
    assert not cards["face_embedding_512"]["licence_stated"]
    assert {"name", "task", "version", "dimension", "licence", "used", "built"} <= set(cards["centerface"])


def test_list_for_people_is_a_table(aima):
    done = aima("list", COLUMNS="200")
    assert done.exit_code == 0
    assert "face_expression_7" in done.stdout
    assert "MIT" in done.stdout


def test_show_as_json_is_everything(aima):
    card = json.loads(aima("show", "face_embedding_512", "--json").stdout)
    assert "Provenance unverified" in card["licence"]["note"]
    assert card["source"]["package"] == "faceplugin-face-recognition-js"
    assert card["contract"]["crop"] == "arcface"
    assert card["calibration"]["slope"] > 0
    assert (card["runtime"], card["used"], card["built"]) == ("onnx", True, True)
    assert card["limits"]
    figures = {(figure["name"], figure["under"]): figure for figure in card["measurement"]["figures"]}
    assert figures["same person, not joined", ""]["n"] > 500
    assert card["measurement"]["version"] == card["version"]


def test_show_for_people_is_a_card(aima):
    text = aima("show", "face_expression_7", COLUMNS="120").stdout
    headings = ("Licence", "Limits", "Measured", "Contract", "Files, sha256")
    assert [text.index(heading) for heading in headings] == sorted(text.index(heading) for heading in headings)
    assert "need not be what a person feels" in text
    assert "balanced accuracy" in text
    assert "contempt" in text
    assert "Operating points" not in text


def test_show_says_that_a_card_is_stale(aima, monkeypatch):
    old = own_cards().models["centerface"].model_copy(update={"version": "0"})
    monkeypatch.setattr(model_card, "own_cards", lambda: Cards(models={"centerface": old}))
    stale = "measured with version 0, the catalogue has 1"
    assert stale in aima("show", "centerface", COLUMNS="200").stdout
    assert json.loads(aima("show", "centerface", "--json").stdout)["stale"] == stale
    text = aima("show", "face_landmarks_68", COLUMNS="200").stdout
    assert "not measured: `aima eval" in text
    assert json.loads(aima("show", "face_landmarks_68", "--json").stdout)["measurement"] is None


def test_only_what_an_evaluation_measures_is_sent_there(aima, settings, monkeypatch):
    monkeypatch.setattr(model_card, "own_cards", Cards)
    for task in {entry.task for entry in catalogue(settings).values()}:
        text = aima("show", find(settings, task).name, COLUMNS="200").stdout
        sent = "`aima eval DIR --cards FILE` measures it" in text
        assert sent == (task in MEASURED)
        assert sent or "`aima eval` has no labels for what it does" in text


def test_show_says_that_the_code_has_changed_since(aima, monkeypatch):
    measured = own_cards().models["face_expression_7"]
    now = {"face_detector": "centerface@1+0", "emotion": f"face_expression_7@{measured.version}+0"}
    old = measured.model_copy(update={"analyzers": now})
    monkeypatch.setattr(model_card, "own_cards", lambda: Cards(models={"face_expression_7": old}))
    said = json.loads(aima("show", "face_expression_7", "--json").stdout)["stale"]
    assert said.startswith(f"measured with emotion {now['emotion']}, now face_expression_7@{measured.version}+")
    assert "; face_detector centerface@1+0, now centerface@" in said
    monkeypatch.setattr(model_card, "versions", lambda *_: now)
    assert json.loads(aima("show", "face_expression_7", "--json").stdout)["stale"] is None
    assert "stale" not in aima("show", "face_expression_7", COLUMNS="200").stdout


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "share", "0 %"),
        (0.011, "share", "1.1 %"),
        (0.00004, "share", "0.004 %"),
        (0.999, "share", "99.9 %"),
        (0.9996, "share", "99.96 %"),
        (0.999999, "share", "99.99 %"),
        (1.0, "share", "100 %"),
        (0.99958, "", "1.000"),
        (14.44, "ms", "14.4 ms"),
        (0.08, "eye distances", "0.080 eye distances"),
    ],
)
def test_figures_are_short(value, unit, text):
    assert model_card.shown(Figure(name="f", value=value, unit=unit, n=1, of="faces")) == text


def test_show_of_an_unknown_model_names_it(aima):
    done = aima("show", "nonsense", "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["error"]["code"] == "model_unknown"


def test_build_of_what_is_there_does_nothing_even_offline(aima):
    done = aima("build", "--json", AIMA_MODELS__OFFLINE="true")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["built"] == []
    assert "face_embedding_512" in said["models"]
    assert "face_embedding_1024" not in said["models"]


def test_build_offline_of_what_is_missing_is_one_line(aima, tmp_path):
    done = aima("build", AIMA_MODELS__OFFLINE="true", AIMA_MODELS__DIR=str(tmp_path))
    assert done.exit_code == 4
    assert len(done.stderr.splitlines()) == 2  # what is being built, and the error
    assert "must not be fetched" in done.stderr
    assert "(model_unavailable)" in done.stderr


def test_build_leaves_out_what_strict_licences_forbid(aima):
    stated = {card["name"] for card in json.loads(aima("list", "--json").stdout) if card["licence_stated"]}
    done = aima("build", "centerface", "face_expression_7", "--json", AIMA_MODELS__STRICT_LICENCES="true")
    assert json.loads(done.stdout)["models"] == ["centerface", "face_expression_7"]
    listed = json.loads(aima("list", "--json", AIMA_MODELS__STRICT_LICENCES="true").stdout)
    used = {card["name"] for card in listed if card["used"]}
    assert {"centerface", "face_expression_7"} <= used <= stated
    named = aima("build", "face_embedding_512", "--json", AIMA_MODELS__STRICT_LICENCES="true")
    assert named.exit_code == 4
    assert json.loads(named.stdout)["error"]["code"] == "model_refused"


def test_the_chosen_face_model_is_the_one_in_use(aima, tmp_path):
    done = aima("list", "--json", AIMA_MODELS__FACE_EMBEDDING="face_embedding_1024")
    used = [card["name"] for card in json.loads(done.stdout) if card["used"]]
    assert {"centerface", "face_embedding_1024", "face_expression_7", "face_landmarks_68"} <= set(used)
    assert "face_embedding_512" not in used
    missing = aima("verify", "--json", AIMA_MODELS__DIR=str(tmp_path))
    assert [verdict["name"] for verdict in json.loads(missing.stdout) if verdict["failed"]] == used
    assert missing.exit_code == 4


def test_verify_passes_on_whole_weights(aima):
    done = aima("verify", "--json")
    assert done.exit_code == 0
    assert {v["name"]: v["state"] for v in json.loads(done.stdout)}["face_expression_7"] == "whole"


def test_verify_names_a_damaged_model_and_fails(aima, settings, tmp_path):
    for entry in used(settings):
        shutil.copytree(entry.directory(settings.models_dir), entry.directory(tmp_path))
    weights = find(settings, "face_expression").directory(tmp_path) / "model.onnx"
    weights.write_bytes(weights.read_bytes() + b"x")
    done = aima("verify", "--json", AIMA_MODELS__DIR=str(tmp_path))
    assert done.exit_code == 4
    failed = [verdict for verdict in json.loads(done.stdout) if verdict["failed"]]
    assert [verdict["name"] for verdict in failed] == ["face_expression_7"]
    assert "aima models build face_expression_7" in failed[0]["error"]["remedy"]
    table = aima("verify", AIMA_MODELS__DIR=str(tmp_path), COLUMNS="300")
    assert table.exit_code == 4
    assert "corrupt" in table.stdout
