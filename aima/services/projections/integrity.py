"""What verification finds inside the truth: the ledger, the persons that follow from it, the files
of the archive, what was made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from aima.domain import ledger
from aima.domain.identity import state_hash
from aima.domain.observation import Receipt
from aima.errors import LedgerBroken
from aima.services.projections.base import Made
from aima.services.projections.comparison import Difference, Kind
from aima.storage.archive import Archive
from aima.stores.ports import Stores

AGAIN = "analyze the file again"
MOUNT = "mount its disk; if all is lost: put any file there, run aima verify --repair, analyze again"


def check_ledger(stores: Stores) -> Iterator[Difference]:
    """Whether the chain holds, and the persons that are read are those of the ledger."""
    events = stores.ledger.events()
    try:
        ledger.verify(events)
    except LedgerBroken as error:
        yield Difference("ledger", "damaged", "ledger_events", "", error.message, error.remedy)
        return
    if stores.persons.digest() != state_hash(stores.ledger.state()):
        why = "the persons shown are not those of the ledger"
        yield Difference("ledger", "unlike_ledger", "persons", "", why, "aima verify --repair")


def check_made(name: str, made: Made) -> Iterator[Difference]:
    """Contents whose sighting or hearing is not made of what was observed last: an analysis was stopped before."""
    for content_id in made.behind():
        why = "not made of what was observed last"
        yield Difference(name, "different", "contents", content_id, why, "aima verify --repair")


def check_archive(stores: Stores, archive: Archive, deep: bool) -> Iterator[tuple[Difference, Receipt | None]]:
    """Markers and crops whose files are not there; `deep`: or are not what was written.

    With it comes the marker, if there is one, of the segment that wrote the file: taken back, the segment runs again
    with the next analysis.
    """
    markers: dict[tuple[str, int, str], Receipt] = {}
    receipts = stores.observations.receipts()
    if receipts and not archive.stands():  # or every segment would be taken back for a disk that is not mounted
        yield Difference("archive", "away", "", "", f"nothing is in {archive.root}", MOUNT), None
        return
    for receipt in receipts:
        content_id = receipt.key.content_id
        markers[content_id, receipt.segment_no, receipt.key.short] = receipt
        if (kind := _state(archive, receipt.path, receipt.sha256, deep)) is not None:
            detail = f"{receipt.key.analyzer}, segment {receipt.segment_no} of content {content_id}"
            yield Difference("archive", kind, "observations", receipt.path, detail, AGAIN), receipt
    for content_id in sorted({content_id for content_id, _, _ in markers}):
        for crop in stores.observations.crops(content_id):
            if (kind := _state(archive, crop.path, crop.sha256, deep)) is not None:
                judged = PurePosixPath(crop.path).parent.name
                marker = markers.get((content_id, crop.segment_no, judged))
                detail = f"segment {crop.segment_no} of content {content_id}"
                yield Difference("archive", kind, "crops", crop.path, detail, AGAIN), marker


def _state(archive: Archive, path: str, sha256: str, deep: bool) -> Kind | None:
    try:
        if not deep:
            return None if archive.path(path).is_file() else "lost"
        return None if hashlib.sha256(archive.get(path)).hexdigest() == sha256 else "damaged"
    except FileNotFoundError:
        return "lost"
    except (OSError, ValueError):
        return "damaged"
