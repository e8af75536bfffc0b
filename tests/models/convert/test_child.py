"""The converting child as a process of its own."""

import json
import subprocess
import sys

import pytest


def convert(recipe, output, *members):
    return subprocess.run(
        [sys.executable, "-m", "aima.models.convert", recipe, str(output), *map(str, members)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("recipe", "file", "content"),
    [
        ("centerface", "centerface.onnx", b"not a network"),
        ("face_embedding_512", "fr_feature.onnx", b""),
        ("faceres", "faceres.json", b"{}"),
        ("centernet", "centernet.json", b"{}"),
        ("efficientnet_lite3", "efficientnet_lite3.tflite", b"\x1c\x00\x00\x00TFL3" + b"\xff" * 64),
        ("face_expression_7", "face_expression_model-weights_manifest.json", b"[[["),
    ],
)
def test_broken_files_end_in_one_line_and_no_output(tmp_path, recipe, file, content):
    (tmp_path / file).write_bytes(content)
    done = convert(recipe, tmp_path, tmp_path / file)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Error" in done.stderr
    assert [made.name for made in tmp_path.iterdir()] == [file]


def test_an_unknown_recipe_is_an_error(tmp_path):
    assert convert("nonsense", tmp_path).returncode == 1


def test_a_greedy_file_meets_the_memory_limit(tmp_path):
    tensor = {"name": "w", "shape": [4, 1 << 30], "dtype": "float32"}
    manifest = json.dumps([{"paths": ["face_expression_model.bin"], "weights": [tensor]}])
    (tmp_path / "face_expression_model-weights_manifest.json").write_text(manifest)
    with (tmp_path / "face_expression_model.bin").open("wb") as file:
        file.truncate(16 << 30)
    done = convert("face_expression_7", tmp_path, *tmp_path.glob("face_expression*"))
    assert done.returncode == 1
    assert "MemoryError" in done.stderr


def test_weights_in_parts_are_joined_and_the_files_beside_them_kept(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    contents = {"model.bin.part2": b"def", "config.json": b"{}", "model.bin.part1": b"abc"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    done = convert("whisper", out, *(tmp_path / name for name in contents))
    assert (done.returncode, done.stderr) == (0, "")
    assert {file.name: file.read_bytes() for file in out.iterdir()} == {"config.json": b"{}", "model.bin": b"abcdef"}
