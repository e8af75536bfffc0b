import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aima.local.account import account_for
from aima.local.home import home_at
from aima.local.postgres import PACKAGE, libpq_url, reachable_binaries, why_unreachable


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another user")
def test_programs_out_of_reach_are_copied_under_our_home(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    wheel = Path(found.origin).parent
    tmp_path.chmod(0o700)
    shutil.copytree(wheel, tmp_path / PACKAGE, symlinks=True)
    shutil.copytree(wheel.with_name(f"{PACKAGE}.libs"), tmp_path / f"{PACKAGE}.libs")
    monkeypatch.syspath_prepend(tmp_path)
    home = home_at(place)
    home.postgres.mkdir(mode=0o755)
    programs = reachable_binaries(home, account_for(None))
    assert home.postgres in programs.parents
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    done = subprocess.run(
        [programs / "initdb", "--version"], capture_output=True, cwd="/", check=True, **account_for(None).switch
    )
    assert b"PostgreSQL) 18" in done.stdout


def test_the_reason_of_silence_is_one_line(postgres: str) -> None:
    assert why_unreachable(postgres) == ""
    wrong = why_unreachable(postgres.replace("aima:", "aima:x"))
    assert "password authentication failed" in wrong
    assert "\n" not in wrong


def test_a_url_of_any_dialect_is_read() -> None:
    assert libpq_url("postgresql+psycopg://u@h/d") == libpq_url("postgres://u@h/d") == "postgresql://u@h/d"
    assert libpq_url("host=h dbname=d") == "host=h dbname=d"
