"""The report for people: one HTML file that says which clip, which person, which frames, and shows them.

It stands for itself: pictures are embedded, nothing is loaded, no script runs, and texts from outside are escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aima.evaluation.answers import Answers, Sounds
from aima.evaluation.page.cuts import cuts_section
from aima.evaluation.page.degraded import degraded_section
from aima.evaluation.page.elements import Element, element, render
from aima.evaluation.page.expressions import expressions_section
from aima.evaluation.page.head import head
from aima.evaluation.page.identities import identities_section, pairs_section
from aima.evaluation.page.persons import persons_section
from aima.evaluation.page.photographs import boxes_section, counts_section
from aima.evaluation.page.pictures import Album
from aima.evaluation.page.running import FAILED, MISSING, PARTIAL, cost_section, reasons_section, sound_cost_section
from aima.evaluation.page.searching import retrieval_section
from aima.evaluation.page.speakers import speakers_section
from aima.evaluation.page.voices import voices_section
from aima.evaluation.page.words import words_section
from aima.evaluation.report import Report
from aima.evaluation.truth import Truth
from aima.services.markup import document, publish
from aima.settings import Media
from aima.storage.archive import Archive

LARGEST: Final = 6_000_000
"""Bytes of all pictures together, as they stand in the page."""
PERSONS, IDENTITIES, PAIRS, BOXES, COUNTS, CUTS, EXPRESSIONS = 0.5, 0.12, 0.06, 0.14, 0.06, 0.06, 0.06
"""Shares of them; what a section leaves goes to the next one."""


def write_page(
    report: Report, answers: Answers, truth: Truth, archive: Archive, path: Path, caps: Media | None = None
) -> Path:
    """Write the report as one page, whole or not at all; readable by its owner alone, since it shows faces.

    archive: where the crops of the answers lie. caps: limits for untrusted files, of which frames are shown.

    Raises:
        OutputRefused: the file cannot be written.
    """
    return publish(page_html(report, answers, truth, Album(truth.folder, archive, caps or Media())), path)


def page_html(report: Report, answers: Answers, truth: Truth, album: Album, largest: int = LARGEST) -> str:
    """The report as one HTML document, its pictures not larger than `largest` bytes together."""
    seen = [
        *_seen_sections(report, answers, truth, album, largest),
        *_heard_sections(report, answers.sounds, truth),
        *_told_sections(report),
    ]
    body = [head(report), _contents(seen), *seen]
    return document(__name__, "page.html", "How right AIMA is", body="\n".join(map(render, body)))


def _seen_sections(report: Report, answers: Answers, truth: Truth, album: Album, largest: int) -> Iterator[Element]:
    """The sections that show pictures."""
    if report.persons:
        album.grant(PERSONS * largest)
        yield persons_section(report.persons, report.together, truth, answers, album)
    if report.identities:
        album.grant(IDENTITIES * largest)
        yield identities_section(report.identities, answers, album)
    if report.faces:
        album.grant(PAIRS * largest)
        yield pairs_section(report.faces, answers, album)
    if report.boxes:
        album.grant(BOXES * largest)
        yield boxes_section(report.boxes, truth, answers, album)
    if report.counts:
        album.grant(COUNTS * largest)
        yield counts_section(report.counts, answers, album)
    if report.cuts:
        album.grant(CUTS * largest)
        yield cuts_section(report.cuts, truth, album)
    if report.emotion:
        album.grant(EXPRESSIONS * largest)
        yield expressions_section(report.emotion, answers, album)


def _heard_sections(report: Report, sounds: Sounds, truth: Truth) -> Iterator[Element]:
    """The sections of sound, which show none."""
    if report.wer:
        yield words_section(report.wer)
    if report.der:
        yield speakers_section(report.der, truth, sounds)
    if report.voices:
        yield voices_section(report.voices)
    if report.retrieval:
        yield retrieval_section(report.retrieval)


def _told_sections(report: Report) -> Iterator[Element]:
    """The sections of figures and reasons."""
    if report.degraded:
        yield degraded_section(report.degraded)
    if report.cost:
        yield cost_section(report.cost)
    if report.sound_cpu_per_second:
        yield sound_cost_section(report.sound_cpu_per_second)
    if report.failed:
        yield reasons_section("failed", "Files that failed", FAILED, report.failed, "file")
    if report.partial:
        yield reasons_section("partial", "Files in part", PARTIAL, report.partial, "file")
    if report.not_measured:
        yield reasons_section("missing", "Not measured", MISSING, report.not_measured, "part")


def _contents(sections: list[Element]) -> Element:
    links = (element("a", one.findtext("h2"), href=f"#{one.get('id')}") for one in sections)
    return element("nav", *links)
