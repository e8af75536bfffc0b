"""Whom PostgreSQL runs as: it refuses root, so root lends it an existing unprivileged user."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aima.errors import HomeUnusable, SettingInvalid
from aima.local.home import ELSEWHERE

USUAL = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user and its primary group; supplementary groups are dropped."""

    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, Any]:
        """Arguments of `subprocess` that run a program as this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a path that we have just created to this user."""
        if self.uid != os.geteuid():
            os.chown(path, self.uid, self.gid)

    def barrier(self, path: Path) -> Path | None:
        """The first directory on the way to `path` that this user may not pass; None if there is none."""
        way = [part for part in (*reversed(path.parents), path) if part.is_dir()]
        return next((part for part in way if not self._may_pass(part)), None)

    def _may_pass(self, directory: Path) -> bool:
        found = directory.stat()
        if self.uid in {0, found.st_uid}:
            return self.uid == 0 or bool(found.st_mode & 0o100)
        return bool(found.st_mode & (0o010 if self.gid == found.st_gid else 0o001))


def account_for(wanted: str | None) -> Account:
    """Ourselves, or as root the wanted user, `postgres` or `nobody`, whichever exists first.

    Raises:
        SettingInvalid: the wanted user does not exist or is root.
        HomeUnusable: none of the usual users exists.
    """
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()))
    setting = "AIMA_LOCAL__UNPRIVILEGED_USER"
    for name in (wanted,) if wanted else USUAL:
        try:
            account = _account(pwd.getpwnam(name))
        except KeyError:
            continue
        if account.uid != 0:
            return account
    if wanted:
        raise SettingInvalid(f"{setting}: {wanted} is no existing unprivileged user", "name an existing user")
    raise HomeUnusable("PostgreSQL needs an unprivileged user", f"name an existing one in {setting}")


def require_passage(account: Account, root: Path) -> None:
    """Refuse a data directory that the user of PostgreSQL cannot reach. No mode is ever changed for it.

    Raises:
        HomeUnusable: a directory on the way is closed to the user; it is named.
    """
    barrier = account.barrier(root)
    if barrier is not None:
        raise HomeUnusable(
            f"the data directory {root} cannot be used: user {account.name} may not pass {barrier}", ELSEWHERE
        )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
