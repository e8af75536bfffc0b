"""How publishing is shown: one bar for each projection, or nothing where nobody looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from aima.cli.output import err

if TYPE_CHECKING:
    from aima.events.relay import Listener


@contextmanager
def publishing() -> Iterator[Listener]:
    """A listener that draws the changes that each projection still has to take in, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("changes"))
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, tuple[TaskID, int]] = {}

        def listen(name: str, reached: int, head: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name), reached
            task, start = tasks[name]
            progress.update(task, completed=reached - start, total=head - start)

        yield listen
