"""What `aima demo` does: start, make a sample, analyse, show."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from aima import local
from aima.bootstrap import Services
from aima.cli.analyze import progress_bar, wanted_analyzers
from aima.cli.models import standard
from aima.cli.output import clock, emit_json, err, out
from aima.cli.person_output import person_json
from aima.cli.services import follow, opened
from aima.cli.sheet import write_for
from aima.cli.thumbnails import shows_pictures, thumbnail
from aima.domain.text import display
from aima.models.build import build
from aima.services.person_views import PersonView
from aima.services.reports import AnalysisReport
from aima.services.sample import make_sample, sample_media
from aima.services.sheet import Sighting, gather, picture_of
from aima.settings import Settings, load_settings

PRIVACY = (
    'Purpose: "demonstration". Faces are compared with each other here, so persons are identified.\n'
    "Pictures, vectors and results stay in {home} on this machine. Nothing is sent anywhere."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a demonstration came to. `persons`: those seen in its media. `sheet`: the contact sheet."""

    report: AnalysisReport
    persons: tuple[PersonView, ...]
    sheet: Path
    seconds: float


def demonstrate(media: Sequence[Path], as_json: bool) -> bool:
    """Prepare, analyse and show; whether every file could be analysed.

    Raises:
        AimaError: what stands in the way.
    """
    settings = load_settings()
    started = time.monotonic()
    paths = prepare(settings, media)
    with opened() as services:
        with progress_bar(shown=not as_json) as listener:
            report = services.analyses.analyze(paths, wanted_analyzers("", [], []), listener)
        follow(services)
        outcome = _outcome(services, report, started)
        if as_json:
            emit_json(_as_json(services, outcome))
        else:
            _show(services, outcome)
    return not report.failed


def prepare(settings: Settings, media: Sequence[Path]) -> list[Path]:
    """Start what is needed, build weights that are missing, and give the files to be analysed."""
    _say("starting the local stack")
    local.start(settings)
    _say("looking for the models")
    build(settings, standard(settings), progress=_say)
    if media:
        return list(media)
    _say("making the sample")
    return sample_media(make_sample(settings))


def _outcome(services: Services, report: AnalysisReport, started: float) -> Outcome:
    asked = {file.media_id for file in report.files}
    everybody = services.persons.list()  # the archive may hold more than this demonstration
    asked_for = (p for p in everybody if asked & {seen.media_id for seen in p.appearances})
    persons = tuple(sorted(asked_for, key=lambda person: person.number))
    return Outcome(report, persons, write_for(services, everybody), time.monotonic() - started)


def _as_json(services: Services, outcome: Outcome) -> dict[str, Any]:
    return {
        "purpose": "demonstration",
        "changed": outcome.report.fusion.changed,
        "files": [asdict(file) for file in outcome.report.files],
        "persons": [person_json(person, services.archive) for person in outcome.persons],
        "sheet": str(outcome.sheet),
        "dashboard": local.dashboard_url(services.settings),
        "seconds": round(outcome.seconds, 1),
    }


def _show(services: Services, outcome: Outcome) -> None:
    _line(PRIVACY.format(home=services.settings.home), style="dim")
    for file in outcome.report.files:
        remark = f" - {file.detail}" if file.detail else ""
        _line(f"{Path(file.path).name}: {'known' if file.known else file.state}{remark}")
    media = [summary.medium for summary in services.media.list()]
    entries = gather(outcome.persons, media, services.archive)
    for person, entry in zip(outcome.persons, entries, strict=True):
        out.print()
        _show_person(services, person, entry.sightings)
    out.print()
    _line(_conclusion(outcome))
    _show_next(services, outcome)


def _show_person(services: Services, person: PersonView, sightings: Sequence[Sighting]) -> None:
    """The thumbnail beside the intervals, or the picture's path below them."""
    text = Text(display(person.label), style="bold")
    for sighting in sightings:
        text.append(f"\n{display(sighting.filename)}: {_times(sighting)}", style="not bold")
    picture = picture_of(person, services.archive)
    if picture and shows_pictures(out):
        grid = Table.grid(padding=(0, 2))
        grid.add_row(thumbnail(picture), text)
        out.print(grid)
        return
    if picture and person.picture_path:
        text.append(f"\npicture: {services.archive.path(person.picture_path)}", style="not bold dim")
    out.print(text, soft_wrap=True, highlight=False)


def _times(sighting: Sighting) -> str:
    if not sighting.duration_us:
        return "picture"
    return ", ".join(f"{clock(start)} - {clock(end)}" for start, end in sighting.intervals)


def _conclusion(outcome: Outcome) -> str:
    found = f"{len(outcome.persons)} person{'' if len(outcome.persons) == 1 else 's'}, {outcome.seconds:.0f} s."
    if outcome.report.fusion.changed or outcome.report.segments:
        return found
    return f"{found} Everything was known already: nothing was analysed again, nothing changed."


def _show_next(services: Services, outcome: Outcome) -> None:
    aima, settings = _command(), services.settings
    token = local.ray_environment(settings).get("RAY_AUTH_TOKEN_PATH", "none")
    who = f'"{display(outcome.persons[0].label)}"' if outcome.persons else "PERSON"
    steps = [
        (f"{aima} persons show {who}", "every appearance with its evidence"),
        (f'{aima} persons name {who} "A Name"', "a name, here and wherever this face is seen"),
        *_questions(services, outcome),
        (f"{aima} analyze PATH...", "your own files and folders"),
        (str(outcome.sheet), "everybody on one page, for a browser"),
        (local.dashboard_url(settings), f"what Ray is doing; the token that it asks for: {token}"),
        (f"{aima} down", "stop everything; the results stay"),
    ]
    _line("Where to look next:", style="bold")
    for what, why in steps:
        _line(f"  {what}\n      {why}")


def _questions(services: Services, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """A search and a time line of what was analysed: two commands that answer as they stand."""
    pictures = [services.archive.path(person.picture_path) for person in outcome.persons if person.picture_path]
    if face := next((picture for picture in pictures if picture.exists()), None):
        yield f"{_command()} search --face {shlex.quote(str(face))}", "where else this face is; also: --image, --text"
    asked = {file.media_id for file in outcome.report.files}
    media = [summary.medium for summary in services.media.list() if summary.medium.media_id in asked]
    if media:
        longest = max(media, key=lambda medium: medium.info.duration_us or 0)
        yield f"{_command()} timeline {longest.media_id[:8]}", f"{display(longest.filename)}: who and what is seen when"


def _command() -> str:
    """How `aima` was called here: by name if it is on the path, else by its place."""
    called = Path(sys.argv[0])
    return "aima" if shutil.which("aima") == str(called) or called.name != "aima" else str(called)


def _line(text: str, style: str = "") -> None:
    out.print(display_lines(text), style=style, markup=False, highlight=False, soft_wrap=True)


def display_lines(text: str) -> str:
    """The text with control characters of each line made visible."""
    return "\n".join(display(line) for line in text.split("\n"))


def _say(line: str) -> None:
    err.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)
