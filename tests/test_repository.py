"""What the repository says about itself is true: commands, settings, links, pins, licences."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel
from typer.main import get_command

from aima.cli.app import app
from aima.services.sample import load_recipe
from aima.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.de.md")
DOCUMENTS = (*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md")
MEDIA = {".mp4", ".avi", ".mov", ".mkv", ".webm", ".wav", ".mp3", ".jpg", ".jpeg", ".png", ".gif", ".webp"}
SCREENSHOTS = {"docs/eval.png"}
WEIGHTS = {".onnx", ".bin", ".pt", ".pth", ".safetensors", ".tflite", ".whl", ".tgz", ".gguf"}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pyproject() -> dict:
    return tomllib.loads(read("pyproject.toml"))


def walk(group=None, prefix: str = "aima") -> Iterator[tuple[str, Any]]:
    """Every command of the program, groups and single ones, with its name."""
    for name, command in (group or get_command(app)).commands.items():
        yield f"{prefix} {name}", command
        if hasattr(command, "commands"):
            yield from walk(command, f"{prefix} {name}")


def commands() -> set[str]:
    return {name for name, _ in walk()}


def settings(model: type[BaseModel] = Settings, prefix: str = "AIMA") -> set[str]:
    """Every variable that is read."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        variable = f"{prefix}{'_' if model is Settings else '__'}{name.upper()}"
        nested = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        names |= settings(field.annotation, variable) if nested else {variable}
    return names


def named_commands(text: str) -> set[str]:
    """Commands in code: `aima persons show ...`, at a line's beginning or between backticks."""
    known = commands()
    found = set()
    for words in re.findall(r"(?:^|`|;|\.venv/bin/)aima((?: [a-z]+)+)", text, re.MULTILINE):
        parts = words.split()
        long = "aima " + " ".join(parts[:2])
        found.add(long if long in known else f"aima {parts[0]}")
    return found


def tracked() -> list[Path]:
    """Files of the repository."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_named_command_exists(name: str) -> None:
    assert named_commands(read(name)) - commands() == set()


def test_every_command_speaks_json_and_helps() -> None:
    single = {name: command for name, command in walk() if not hasattr(command, "commands") and not command.hidden}
    assert [n for n, c in single.items() if "--json" not in [o for p in c.params for o in p.opts]] == []
    assert [n for n, c in walk() if not c.help] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_named_setting_exists(name: str) -> None:
    named = {n for n in re.findall(r"AIMA_[A-Z_]*[A-Z]", read(name)) if not n.startswith("AIMA_TEST_")}  # tests' own
    assert named - {"AIMA_A__B"} - settings() == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", read(name)) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_both_readmes_say_the_same() -> None:
    english, german = map(read, READMES)
    assert named_commands(english) == named_commands(german)
    for pattern in (r"AIMA_[A-Z_]*[A-Z]", r"\bmake [a-z]+\b(?= |\n|`)", r"\]\(([^)#]+)\)"):
        assert set(re.findall(pattern, english)) - set(READMES) == set(re.findall(pattern, german)) - set(READMES)
    assert english.count("\n## ") == german.count("\n## ")
    assert figures(english) == figures(german)


def figures(text: str) -> list[list[str]]:
    """The numbers of every table row, a decimal comma read as a point."""
    rows = [line.replace(",", ".") for line in text.splitlines() if line.startswith("|")]
    return [re.findall(r"\d+(?:\.\d+)?", row) for row in rows]


def test_the_readme_links_the_flow_and_both_commands() -> None:
    text = read("README.md")
    assert "aima/pipeline/flow.py" in text
    assert {"make demo", "make test"} <= set(re.findall(r"^make \w+", text, re.MULTILINE))


def test_the_screenshot_shows_no_pictures_and_loads_nothing() -> None:
    screenshot = read("docs/demo.svg")
    assert "persons" in screenshot
    assert "<image" not in screenshot
    assert not re.search(r"url\(['\"]?http|href=|<script", screenshot)


def test_make_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for name in DOCUMENTS:
        assert set(re.findall(r"^make ([a-z-]+)", read(name), re.MULTILINE)) <= targets
    phony = re.search(r"^\.PHONY: (.*)", read("Makefile"), re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 1", "AIMA needs Python 3.11 or newer"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "has no venv module"),
    ],
)
def test_an_unfit_python_is_told_in_a_line(tmp_path: Path, script: str, message: str) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(
        ["make", f"PYTHON={python}", "setup"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert message in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
def test_make_demo_passes_media_on() -> None:
    line = subprocess.run(
        ["make", "-n", "--no-print-directory", "demo", "MEDIA=a b/c"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert line.stdout.splitlines()[-1] == '.venv/bin/aima demo --media "a b/c"'


def test_the_gate_runs_checks_and_tests() -> None:
    lines = read(".ci/run").splitlines()
    assert {"make check", "make test", "set -euo pipefail"} <= set(lines)
    assert os.access(ROOT / ".ci/run", os.X_OK)


def pins() -> dict[str, str]:
    lines = [line for line in read("constraints.txt").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def requirements() -> list[Requirement]:
    project = pyproject()["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in [*project["dependencies"], *(text for extra in extras for text in extra)]]


@pytest.mark.parametrize("requirement", requirements(), ids=lambda r: r.name)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement) -> None:
    assert requirement.specifier, "a requirement without a range"
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)], prereleases=True)


def test_pins_are_exact_and_fit_any_index() -> None:
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in pins().values())


def test_the_licence_is_whole_and_the_notice_names_what_we_bring() -> None:
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in read("LICENSE")
    assert pyproject()["project"]["license"] == "Apache-2.0"
    notice = read("NOTICE")
    catalogue = tomllib.loads(read("aima/models/catalogue.toml"))
    assert [model["name"] for model in catalogue["model"] if model["name"] not in notice] == []
    assert [r.name for r in requirements() if r.name.split("[")[0].lower() not in notice.lower()] == []
    packages = {picture.package for picture in load_recipe().pictures.values()}
    assert all(package in notice for package in packages)


def test_weights_of_unstated_licence_are_named_in_both_readmes() -> None:
    catalogue = tomllib.loads(read("aima/models/catalogue.toml"))
    unstated = {model["name"] for model in catalogue["model"] if not model["licence"]["stated"]}
    assert unstated
    for name in READMES:
        assert {model for model in unstated if model not in read(name)} == set()


def test_no_media_no_weights_and_nothing_large_is_kept() -> None:
    files = tracked()
    kept = {f.relative_to(ROOT).as_posix() for f in files if f.suffix.lower() in MEDIA | WEIGHTS}
    assert kept == SCREENSHOTS
    assert all(name in read("README.md") and name in read("README.de.md") for name in kept)
    assert [f.name for f in files if f.stat().st_size > 300_000] == []


def test_no_path_of_a_machine_is_written_down() -> None:
    homes = re.compile(r"(?<![\w.$}/-])/(?:" + "|".join(("work", "root", "home")) + r")/\w")
    texts = [f for f in tracked() if f.suffix not in {".svg", ".png"}]
    offenders = [f.relative_to(ROOT) for f in texts if homes.search(f.read_text("utf-8"))]
    assert [str(name) for name in offenders] == []
