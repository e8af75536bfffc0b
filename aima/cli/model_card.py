"""The card of a model, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Column, Table

from aima.analyzers.versions import versions
from aima.cli.output import out, printable
from aima.models.cards import Figure, Measurement, own_cards, stale
from aima.models.catalogue import Entry, PackageSource, used
from aima.models.verify import is_whole
from aima.settings import Settings

NOT_MEASURED: Final = "not measured: `aima eval DIR --cards FILE` measures it on a labelled folder"
NOT_MEASURABLE: Final = "not measured: `aima eval` has no labels for what it does"


def card(entry: Entry, settings: Settings) -> dict[str, Any]:
    """Everything that is known of a model: its entry, whether it is used and built, and what was measured."""
    measured = own_cards().models.get(entry.name)
    return {
        **entry.model_dump(mode="json"),
        "runtime": entry.runtime,
        "used": entry in used(settings),
        "built": is_whole(entry, settings.models_dir),
        "measurement": measured.model_dump(mode="json") if measured else None,
        "stale": stale(entry, measured, versions(entry, settings)) if measured else None,
    }


def print_card(entry: Entry, settings: Settings) -> None:
    """The card as sections, what matters for using the model first."""
    out.print(f"[bold]{printable(entry.name)}[/bold]  {printable(entry.summary)}")
    _facts("", _identity(entry, settings))
    _facts("Licence", _licence(entry))
    _lines("Limits", entry.limits)
    _print_measured(entry, own_cards().models.get(entry.name), settings)
    _facts("Operating points", _operating(entry))
    _facts("Contract", ((key, _word(value)) for key, value in entry.contract.items()))
    _facts("Files, sha256", _files(entry))


def _identity(entry: Entry, settings: Settings) -> Iterable[tuple[str, str]]:
    yield "task", entry.task
    yield "version", entry.version
    if entry.dimension:
        yield "dimension", str(entry.dimension)
    yield "source", ", ".join(map(str, (entry.source, *entry.also)))
    yield "runs in", entry.runtime
    yield "in use", _word(entry in used(settings))
    yield "built", _word(is_whole(entry, settings.models_dir))


def _licence(entry: Entry) -> Iterable[tuple[str, str]]:
    licence = entry.licence
    yield "code", licence.code
    yield "weights", licence.weights
    yield "stated", "by who made the weights" if licence.stated else "by nobody who can be relied on"
    yield "note", licence.note


def _operating(entry: Entry) -> Iterable[tuple[str, str]]:
    for name, value in entry.thresholds.items():
        yield name, f"{value:g}"
    for name, record in (("log-odds", entry.calibration), ("of sentences", entry.sentences)):
        if record:
            yield name, f"{record.slope:g} x similarity {record.intercept:+g}"
            yield "fitted to", record.measured_on


def _files(entry: Entry) -> Iterable[tuple[str, str]]:
    for source in (entry.source, *entry.also):
        if isinstance(source, PackageSource):
            yield source.package, source.sha256
            yield from ((PurePosixPath(member).name, sha256) for member, sha256 in source.members.items())
    for name, sha256 in entry.files.items():
        yield f"{name}, as built", sha256


def _print_measured(entry: Entry, measured: Measurement | None, settings: Settings) -> None:
    if measured is None:
        _facts("Measured", entry.measured.items() or [("", _why_unmeasured(entry))])
        return
    old = stale(entry, measured, versions(entry, settings))
    state = f"  [yellow]stale: {printable(old)}[/yellow]" if old else ""
    data = f"on the labelled folder {measured.data} (labels {measured.labels[:12]})"
    out.print(
        f"\n[bold]Measured[/bold]  [dim]{printable(data)}, {measured.measured_on}, AIMA {measured.aima}[/dim]{state}"
    )
    _grid(("", "", ""), ((one.name, shown(one), f"of {one.n} {one.of}") for one in measured.figures if not one.under))
    _print_conditions([figure for figure in measured.figures if figure.under])
    if measured.confusion:
        _print_confusion(measured.confusion)


def _why_unmeasured(entry: Entry) -> str:
    # Imported on use: the probes bring every analyzer of faces along.
    from aima.evaluation.cards import MEASURED

    return NOT_MEASURED if entry.task in MEASURED else NOT_MEASURABLE


def _print_conditions(figures: Sequence[Figure]) -> None:
    """Figures under conditions: one table for those that were measured under the same ones."""
    by_name: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        by_name.setdefault(figure.name, {})[figure.under] = figure
    tables: dict[tuple[str, ...], list[str]] = {}
    for name, under in by_name.items():
        tables.setdefault(tuple(under), []).append(name)
    for conditions, names in tables.items():
        headings = [f"{name}\n{_counted(by_name[name].values())}" for name in names]
        _grid(("", *headings), ((under, *(shown(by_name[name][under]) for name in names)) for under in conditions))


def _counted(figures: Iterable[Figure]) -> str:
    """Of how many things figures are, which are of things of one kind."""
    given = list(figures)
    least, most = min(figure.n for figure in given), max(figure.n for figure in given)
    return f"of {least}{f' to {most}' if most > least else ''} {given[0].of}"


def _print_confusion(confusion: Mapping[str, Mapping[str, int]]) -> None:
    answers = sorted({answer for row in confusion.values() for answer in row})
    rows = ((label, *(str(row.get(answer, "")) for answer in answers)) for label, row in confusion.items())
    _grid(("shown, read as", *answers), rows)


def shown(figure: Figure) -> str:
    """Value and unit in a few characters."""
    if figure.unit == "share":
        return _percent(100 * figure.value)
    digits = ".1f" if figure.unit == "ms" else ".3f"
    return f"{figure.value:{digits}} {figure.unit}".rstrip()


def _percent(percent: float) -> str:
    """More digits towards both ends: what is not all of something never reads as 100 %."""
    if percent >= 100:
        return "100 %"
    if percent > 99.9:
        return f"{min(percent, 99.99):.2f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else f"{percent:.1g} %"


def _facts(title: str, rows: Iterable[tuple[str, str]]) -> None:
    given = list(rows)
    if not given:
        return
    if title:
        out.print(f"\n[bold]{title}[/bold]")
    _grid(("", ""), given)


def _lines(title: str, lines: Sequence[str]) -> None:
    _facts(title, (("-", line) for line in lines))


def _grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """An indented table; with headings, and a line before them, if there are any."""
    grid = Table(
        *(Column(escape(name), overflow="fold") for name in columns),
        show_header=any(columns), box=box.SIMPLE_HEAD if any(columns) else None, show_edge=False, pad_edge=False,
    )  # fmt: skip
    for row in rows:
        grid.add_row(*map(printable, row))
    if grid.row_count:
        out.print(Padding(grid, (int(any(columns)), 0, 0, 2), expand=False))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
