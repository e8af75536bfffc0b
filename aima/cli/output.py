"""How the command speaks: tables for people, JSON for programs, one line per error."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from aima.domain.clock import clock as clock  # noqa: PLC0414  commands take both from here
from aima.domain.clock import seconds as seconds  # noqa: PLC0414
from aima.domain.text import count as count  # noqa: PLC0414
from aima.errors import AimaError

P = ParamSpec("P")
R = TypeVar("R")

out = Console()
err = Console(stderr=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def emit_json(value: Any) -> None:
    """One JSON document on standard output, always valid UTF-8: names that are not are escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    if any("\ud800" <= c <= "\udfff" for c in text):
        text = json.dumps(value, indent=2, sort_keys=True, default=str)
    sys.stdout.write(text + "\n")


def table(title: str, columns: Sequence[str | Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table for people, see `grid`."""
    out.print(grid(title, columns, rows))


def grid(title: str, columns: Sequence[str | Column], rows: Iterable[Sequence[object]]) -> Table:
    """A table for people. Title and cells are shown as they are: markup in names is not interpreted.

    A column that is given by its name alone folds what is too long for the terminal.
    """
    made = Table(
        *(Column(column, overflow="fold") if isinstance(column, str) else column for column in columns),
        title=printable(title), title_justify="left", box=box.SIMPLE_HEAD,
        show_edge=False, pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    for row in rows:
        made.add_row(*(printable(str(cell)) for cell in row))
    return made


def cut(heading: str, width: int) -> Column:
    """A column of one line per cell, at most `width` characters wide: what is longer ends in an ellipsis."""
    return Column(heading, no_wrap=True, overflow="ellipsis", max_width=width)


def printable(text: str) -> str:
    """Text from outside, visible and with rich's markup escaped."""
    return escape(visible(text))


def visible(text: str) -> str:
    """Text with control, direction and undecodable characters spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)


def report_error(error: AimaError, as_json: bool) -> None:
    """One line on standard error, or a JSON document on standard output."""
    if as_json:
        emit_json({"error": error.as_dict()})
        return
    error_line(error.message, error.remedy, error.code)


def error_line(message: str, remedy: str, code: str) -> None:
    """What is wrong, what to do, and the stable code: one line on standard error."""
    text = visible(f"{message} - {remedy}" if remedy else message)
    err.print(f"error: {text} ({code})", style="red", markup=False, highlight=False, soft_wrap=True)


def speaks(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an `AimaError` of the command into its line and its exit code."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except AimaError as error:
            report_error(error, bool(kwargs.get("as_json")))
            raise typer.Exit(error.exit_code) from error

    return wrapped
