"""Settings as they are read from variables."""

from pathlib import Path

import pytest

from aima.errors import SettingInvalid
from aima.settings import load_settings


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Read anew, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    load_settings.cache_clear()
    yield
    load_settings.cache_clear()


def test_places_are_the_same_for_processes_that_work_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", "/somebody")
    for variable, value in {"AIMA_HOME": "data", "AIMA_ARCHIVE": "~/archive", "AIMA_MODELS__DIR": "m"}.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert (settings.home, settings.models_dir) == (tmp_path / "data", tmp_path / "m")
    assert settings.archive_dir == Path("/somebody/archive")
    monkeypatch.delenv("AIMA_ARCHIVE")
    load_settings.cache_clear()
    assert load_settings().archive_dir == tmp_path / "data" / "archive"


def test_the_usual_home_is_one_place_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AIMA_HOME", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "share")
    assert load_settings().home == tmp_path / "share" / "aima"


def test_the_home_of_nobody_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMA_HOME", "~nobody-of-this-name/aima")
    with pytest.raises(SettingInvalid, match=r"^AIMA_HOME: .*home directory"):
        load_settings()
