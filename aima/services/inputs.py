"""What sightings and hearings are made of: the observations of each analyzer that count, and their markers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aima.domain.observation import ObservationKey, Receipt
from aima.errors import ArchiveDamaged, ModelError
from aima.services.sources import Origin
from aima.telemetry.logs import logger

Receipts = Mapping[ObservationKey, Sequence[Receipt]]


@dataclass(frozen=True, slots=True)
class Unmade:
    """A content whose observations could not be read, or whose texts have no vectors yet: why, and what to do."""

    content_id: str
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """By analyzer, where its rows come from and their markers.

    about: what else the result hangs on, as JSON values; its first one stands for how it is made.
    """

    origins: Mapping[str, Origin]
    receipts: Receipts
    about: Sequence[object] = field(default=())

    def digest(self, embedded: bool) -> str:
        """What they are, sha256 in hex. embedded: the texts have vectors, too."""
        files = [
            (name, *_identity(receipt))
            for name, origin in sorted(self.origins.items())
            for receipt in self.receipts[origin.key]
        ]
        return hashlib.sha256(json.dumps([*self.about, embedded, files]).encode()).hexdigest()

    def made(self, known: str | None) -> bool:
        """Whether what has this hash, None: there is nothing yet, is of these inputs and its texts have vectors."""
        return known == self.digest(embedded=True) or (known is None and not self.origins)


def present(origins: Iterable[tuple[str, Origin]], receipts: Receipts) -> dict[str, Origin]:
    """Of each analyzer the newest observations that are there. origins: newest first."""
    chosen: dict[str, Origin] = {}
    for name, origin in origins:
        if origin.key in receipts:
            chosen.setdefault(name, origin)
    return chosen


def lagging(inputs: Mapping[str, Inputs], known: Mapping[str, str]) -> list[str]:
    """Contents of which what is kept is not made of these inputs. known: the hashes of what is kept."""
    return [
        content_id
        for content_id, own in inputs.items()
        if not own.made(known.get(content_id)) and known.get(content_id) != own.digest(embedded=False)
    ]


def note(component: str, content_id: str, error: ArchiveDamaged | ModelError) -> Unmade:
    """Tell the log that a content is not whole, and give what is to be told of it."""
    fields = {"content_id": content_id, "code": error.code, "detail": error.message}
    logger(f"services.{component}").warning("not made whole", extra={"fields": fields})
    return Unmade(content_id, error.code, error.message, error.remedy)


def _identity(receipt: Receipt) -> tuple[str, str, int, str]:
    return receipt.key.model_version, receipt.key.options_hash, receipt.segment_no, receipt.sha256
