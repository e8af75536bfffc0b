"""Throw-away folders: private, gone afterwards, and only those that nobody holds are taken for left over."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aima.errors import HomeUnusable
from aima.storage.scratch import scratch_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from aima.storage.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_is_private_and_gone_afterwards(tmp_path):
    parent = tmp_path / "home" / "workspaces"
    with scratch_folder(parent) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "file").write_text("x")
    assert list(parent.iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_is_gone_after_an_error(tmp_path, error):
    def fail() -> None:
        with scratch_folder(tmp_path):
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    with scratch_folder(tmp_path) as folder:
        assert not left.exists()
        assert folder.is_dir()


def test_two_at_a_time_leave_each_other_alone(tmp_path):
    with scratch_folder(tmp_path) as one:
        with scratch_folder(tmp_path) as other:
            assert one.is_dir()
            assert one != other
        assert one.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_files_and_links_beside_them_are_no_leftovers(tmp_path):
    parent, elsewhere = tmp_path / "workspaces", tmp_path / "elsewhere"
    parent.mkdir()
    elsewhere.mkdir()
    (parent / "note").write_text("keep")
    (parent / "link").symlink_to(elsewhere)
    with scratch_folder(parent):
        pass
    assert {path.name for path in parent.iterdir()} == {"note", "link"}
    assert elsewhere.is_dir()


def test_a_place_that_cannot_hold_it_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeUnusable, match="file"), scratch_folder(tmp_path / "file" / "workspaces"):
        pass


def test_nothing_is_left_of_a_folder_that_was_removed_meanwhile(tmp_path):
    with scratch_folder(tmp_path) as folder:
        (folder / "lock").unlink()
        Path(folder).rmdir()
    assert list(tmp_path.iterdir()) == []
