import os
import subprocess
from pathlib import Path

import pytest

from aima.errors import HomeUnusable, SettingInvalid
from aima.local.account import Account, account_for, require_passage
from tests.conftest import make_home

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another user")


@as_root
def test_root_lends_an_existing_unprivileged_user() -> None:
    account = account_for(None)
    assert account.name in {"postgres", "nobody"}
    seen = subprocess.run(["id", "-u"], capture_output=True, check=True, text=True, **account.switch)
    groups = subprocess.run(["id", "-G"], capture_output=True, check=True, text=True, **account.switch)
    assert int(seen.stdout) == account.uid != 0
    assert groups.stdout.split() == [str(account.gid)]


@as_root
@pytest.mark.parametrize("name", ["root", "no-such-user"])
def test_a_wrong_user_is_named(name: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        account_for(name)


@as_root
def test_a_closed_directory_on_the_way_is_named_and_stays_closed() -> None:
    closed = make_home()
    (closed / "inner").mkdir(mode=0o755)
    require_passage(account_for("nobody"), closed / "inner")
    closed.chmod(0o700)
    with pytest.raises(HomeUnusable, match=f"may not pass {closed}"):
        require_passage(account_for("nobody"), closed / "inner" / "not-made-yet")
    assert closed.stat().st_mode & 0o777 == 0o700
    (closed / "inner").rmdir()
    closed.rmdir()


def test_our_own_user_needs_no_switch(tmp_path: Path) -> None:
    mine = Account("me", os.geteuid(), os.getegid())
    assert mine.switch == {}
    assert mine.barrier(tmp_path) is None
