"""The services of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aima.cli.output import err, printable
from aima.settings import load_settings

if TYPE_CHECKING:
    from aima.bootstrap import Services


@contextmanager
def opened() -> Iterator[Services]:
    """Services under the settings of this process, imported when the command runs: `--help` needs no database.

    Raises:
        SettingInvalid, StackDown, StoreUnreachable: see `aima.bootstrap.open_services`.
    """
    from aima.bootstrap import open_services

    with open_services(load_settings()) as services:
        services.patience.tell = _say
        yield services


def _say(text: str) -> None:
    err.print(printable(text), style="yellow", highlight=False, soft_wrap=True)
