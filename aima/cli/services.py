"""The services of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aima.cli.output import count, err, printable
from aima.errors import StackDown, StoreError
from aima.settings import Settings, load_settings

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
        services.patience.tell = say
        yield services


def switched_settings() -> Settings:
    """The settings of this process with what was switched to in its archive; without it where that does not answer.

    Raises:
        SettingInvalid: a setting cannot be used.
    """
    try:
        with opened() as services:
            return services.settings
    except (StackDown, StoreError):
        return load_settings()


@contextmanager
def changing() -> Iterator[Services]:
    """The same for a command that changes the truth: documents and vectors follow before it ends.

    Raises:
        SettingInvalid, StackDown, StoreUnreachable: see `aima.bootstrap.open_services`.
    """
    with opened() as services:
        yield services
        follow(services)


def follow(services: Services) -> None:
    """Bring documents and vectors up with the truth; one line on standard error for each that is behind."""
    reached = services.projections.catch_up()
    for name, error in reached.away.items():
        missed = reached.behind.get(name)
        waiting = f"; {count(missed, 'change')} for {name} wait until it is back" if missed else ""
        say(error.message + waiting)
    for name in reached.behind.keys() - reached.away.keys():
        say(f"{count(reached.behind[name], 'change')} for {name} are still being carried over")


def say(text: str) -> None:
    """A line about what goes on, on standard error."""
    err.print(printable(text), style="yellow", highlight=False, soft_wrap=True)
