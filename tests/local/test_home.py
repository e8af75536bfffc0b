import os
from pathlib import Path

import pytest

from aima.errors import DiskFull, HomeUnusable
from aima.local import home as homes
from aima.local.home import SOCKET_PATH_BYTES, home_at
from aima.settings import Settings


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_our_parts_are_private_and_existing_modes_stay(place: Path) -> None:
    root = place / "there"
    root.mkdir()
    root.chmod(0o755)
    home = home_at(root)
    homes.prepare(home)
    homes.prepare(home)
    assert mode(root) == 0o755
    assert [mode(part) for part in (home.run, home.secrets, home.logs, home.ray.parent)] == [0o700] * 4


def test_a_new_home_lets_others_pass_only_for_root(place: Path) -> None:
    home = home_at(place / "a" / "new")
    homes.prepare(home)
    assert mode(home.root) == (0o711 if os.geteuid() == 0 else 0o700)


@pytest.mark.parametrize("below", ["", "deeper/down"])
def test_a_file_is_no_home(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(HomeUnusable, match="is a file") as caught:
        homes.check_usable(home_at(file / below))
    assert "AIMA_HOME" in caught.value.remedy
    assert file.read_text() == "mine"


def test_a_home_that_cannot_be_written_is_refused(read_only: Path) -> None:
    with pytest.raises(HomeUnusable, match="not writable"):
        homes.check_usable(home_at(read_only / "home"))


def test_long_paths_get_short_private_places(tmp_path: Path) -> None:
    short, long = home_at(Path("/srv/aima")), home_at(tmp_path / ("x" * 90))
    assert short.ray.parent == Path("/srv/aima/ray")
    assert len(os.fsencode(long.ray)) < SOCKET_PATH_BYTES // 2
    homes.make_private(long.ray.parent)
    assert mode(long.ray.parent) == 0o700
    long.ray.parent.rmdir()


def test_a_place_that_somebody_prepared_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    for squatted in ("link", "open"):
        with pytest.raises(HomeUnusable, match=squatted):
            homes.make_private(tmp_path / squatted)


def test_a_secret_is_drawn_once_and_private(tmp_path: Path) -> None:
    (tmp_path / "token.new").write_text("left by a crash")
    first = homes.secret(tmp_path / "token")
    assert homes.secret(tmp_path / "token") == first
    assert len(first) > 40
    assert homes.secret(tmp_path / "other") != first
    assert mode(tmp_path / "token") == 0o600


def test_a_full_disk_is_seen_before_the_home_exists(full_disk: Settings) -> None:
    with pytest.raises(DiskFull, match="MB are free") as caught:
        homes.check_usable(home_at(full_disk.home / "below"))
    assert "AIMA_HOME" in caught.value.remedy
