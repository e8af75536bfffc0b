import os
from pathlib import Path

import pytest

from aima.local import logs


def test_a_long_log_is_cut_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    writer = logs.open_log(path)
    for number in range(5):
        os.write(writer, f"{number}\n".encode() * 10)
        logs.rotate(path, max_bytes=10)
    os.write(writer, b"after\n")
    os.close(writer)
    assert path.read_text() == "after\n"
    assert [file.read_text()[0] for file in sorted(tmp_path.glob("server.log.*"))] == ["4", "3", "2"]


def test_a_short_or_missing_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "server.log"
    logs.rotate(path)
    path.write_text("short")
    logs.rotate(path)
    assert [file.name for file in tmp_path.iterdir()] == ["server.log"]


@pytest.mark.parametrize(
    ("text", "since", "expected"),
    [
        ("a\n\nb\n c \nd\n", 0, "b | c | d"),
        ("old\nnew\n", 4, "new"),
        ("cut\n", 400, "cut"),
        ("", 0, ""),
        ("x" * 9000, 0, "x" * 8192),
    ],
)
def test_the_end_of_a_log_is_one_line(tmp_path: Path, text: str, since: int, expected: str) -> None:
    (tmp_path / "log").write_text(text)
    assert logs.tail(tmp_path / "log", since=since) == expected
    assert logs.tail(tmp_path / "none") == ""
