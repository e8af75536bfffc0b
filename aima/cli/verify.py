"""`aima verify`: whether documents, vectors, ledger and archive say what the truth says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from aima.cli.output import JsonFlag, count, emit_json, err, out, speaks, table
from aima.cli.progress import publishing
from aima.cli.services import opened
from aima.errors import StoreError

if TYPE_CHECKING:
    from aima.services.projections.comparison import Difference
    from aima.services.projections.service import Verified

SHOWN = 40
"""Rows of the table at most; `--json` gives all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


@speaks
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended from the truth.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file of the archive and compare its hash.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare all stores. Exit code 0 if everything is as the truth says, 7 otherwise."""
    with opened() as services, publishing() as listener:
        verified = services.projections.verify(repair, deep, listener)
    if as_json:
        emit_json(_json(verified))
    else:
        _show(verified)
    if not verified.ok:
        raise typer.Exit(StoreError.exit_code)


def _json(verified: Verified) -> dict[str, object]:
    return {
        "ok": verified.ok,
        "seconds": round(verified.seconds, 3),
        "found": [asdict(difference) for difference in verified.found],
        "left": [asdict(difference) for difference in verified.left],
    }


def _show(verified: Verified) -> None:
    if verified.ok:
        mended = f"{count(len(verified.found), 'difference')} mended, " if verified.found else ""
        out.print(f"{mended}every store says what the truth says ({verified.seconds:.1f} s)", highlight=False)
        _advise(verified.found)
        return
    _table(verified.left)
    mended_count = len(verified.found) - len(verified.left)
    if mended_count > 0:
        err.print(f"{count(mended_count, 'difference')} mended", highlight=False)


def _table(differences: Sequence[Difference]) -> None:
    columns = ("store", "what", "where", "which", "mended by")
    rows = [
        (d.store, d.kind.replace("_", " "), d.part, " ".join(filter(None, (d.id, d.detail))), d.remedy)
        for d in differences[:SHOWN]
    ]
    table(count(len(differences), "difference"), columns, rows)
    if len(differences) > SHOWN:
        out.print(f"and {len(differences) - SHOWN} more, see: aima verify --json", highlight=False)


def _advise(mended: Sequence[Difference]) -> None:
    """Say what repairing cannot do alone: a segment whose marker was taken back has to run again."""
    if any(difference.store == "archive" for difference in mended):
        out.print("observations were lost: run `aima analyze` on these files again", highlight=False)
