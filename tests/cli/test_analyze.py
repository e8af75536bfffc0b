"""`aima analyze` on bad input: a line each that names the thing and the remedy, and an exit code."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from aima.cli.analyze import print_report
from aima.services.fusion import FusionReport
from aima.services.inputs import Unmade
from aima.services.reports import AnalysisReport
from aima.services.sample import portraits
from aima.services.sightings import SightingReport
from aima.settings import Settings
from tests.media_made import two_person_clip, write_picture


def environment(settings: Settings) -> dict[str, str]:
    """The variables of a shell of its own that works with these settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AIMA_", "RAY_"))}
    clean |= {"AIMA_HOME": str(settings.home), "AIMA_MODELS__DIR": str(settings.models_dir), "COLUMNS": "200"}
    if settings.stores.postgres:
        clean["AIMA_STORES__POSTGRES"] = settings.stores.postgres
    return clean


def aima(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aima", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment(settings))


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("error:")]


def write_bomb(path: Path, side: int = 30_000) -> Path:
    """A PNG that says it has side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


@pytest.fixture(scope="module")
def bad_folder(settings, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    faces = portraits(settings)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("only words\n" * 100)
    (folder / "playlist.mp4").write_text("#EXTM3U\n#EXTINF:1,\nother.ts\n")
    write_bomb(folder / "bomb.png")
    clip = two_person_clip(folder / "whole.mkv", faces, seconds=4.0)
    (folder / "cut.mkv").write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    clip.unlink()
    write_picture(folder / "good.jpg", faces["astronaut"])
    return folder


def test_every_bad_file_has_its_line_and_the_good_one_its_person(stack, make_workspace, bad_folder):
    workspace = make_workspace()
    done = aima(workspace, "analyze", str(bad_folder))
    assert done.returncode == 3
    lines = errors(done)
    named = {name: [line for line in lines if name in line] for name in (path.name for path in bad_folder.iterdir())}
    assert {name for name, found in named.items() if found} == set(named) - {"good.jpg"}
    for name, code in {
        "empty.mp4": "media_empty",
        "text.mp4": "media_unknown",
        "playlist.mp4": "media_refused",
        "bomb.png": "media_too_large",
        "cut.mkv": "partial",
    }.items():
        (line,) = named[name]
        assert line.endswith(f"({code})")
        assert " - " in line
    persons = json.loads(aima(workspace, "persons", "list", "--json").stdout)
    assert "good.jpg" in json.dumps(persons)


def test_a_missing_file_is_one_line(stack, workspace, tmp_path):
    done = aima(workspace, "analyze", str(tmp_path / "nowhere.mp4"))
    assert done.returncode == 3
    (line,) = errors(done)
    assert "nowhere.mp4" in line
    assert line.endswith("(media_missing)")


def test_errors_are_documents_with_json(stack, workspace, tmp_path):
    done = aima(workspace, "analyze", "--json", str(tmp_path / "nowhere.mp4"))
    assert done.returncode == 3
    assert json.loads(done.stdout)["error"]["code"] == "media_missing"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--only", "face_embedder"], 2), (["--option", "face_detector.colour=blue"], 2), (["--option", "nonsense"], 2)],
)
def test_a_plan_that_cannot_work_says_so_before_anything_starts(stack, workspace, tmp_path, arguments, code):
    done = aima(workspace, "analyze", str(tmp_path), *arguments)
    assert done.returncode == code
    assert errors(done)[0].endswith("(plan_invalid)")


def test_without_the_stack_the_remedy_is_named(settings, tmp_path):
    done = aima(settings.model_copy(update={"home": tmp_path / "home"}), "analyze", str(tmp_path))
    assert done.returncode == 8
    assert "aima up" in errors(done)[0]


def test_a_stopped_database_is_named_with_its_address(settings, tmp_path):
    url = "postgresql+psycopg://aima@127.0.0.1:1/aima"
    stopped = settings.model_copy(update={"stores": settings.stores.model_copy(update={"postgres": url})})
    done = aima(stopped, "media", "list")
    assert done.returncode == 7
    assert "127.0.0.1:1" in errors(done)[0]
    assert errors(done)[0].endswith("(store_unreachable)")


def test_the_environment_can_be_taken_over_by_a_shell(stack, workspace):
    done = aima(workspace, "env")
    assert done.returncode == 0
    assert all(line.startswith("export ") for line in done.stdout.splitlines())
    assert f"AIMA_HOME={workspace.home}" in done.stdout
    assert "RAY_AUTH_TOKEN_PATH" in done.stdout


def test_what_is_seen_beside_faces_is_told_and_what_could_not_be_read(capsys):
    unseen = [
        Unmade(name, "archive_damaged", f"{name}.parquet is not what was written", "analyze again") for name in "ab"
    ]
    fusion = FusionReport(changed=False, tracks=0, persons=0, digest="")
    print_report(AnalysisReport((), 0, {}, fusion, SightingReport(2, 5, tuple(unseen))))
    told = capsys.readouterr()
    assert "5 things, labels and lines in 2 media." in told.out
    (error,) = [line for line in told.err.splitlines() if line.startswith("error:")]
    assert error.startswith("error: a.parquet is not what was written (and 1 more medium) - analyze again")
