"""Documents and their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from aima.domain.ledger import canonical
from aima.stores.documents import Document

WALL_CLOCK: Final = frozenset({"timestamp", "last_updated"})
"""Fields that say when something was done: the same truth has the same digest whenever it was found."""


def made(document_id: str, body: Mapping[str, Any]) -> Document:
    """A document with the sha256 of its canonical JSON."""
    lasting = {name: value for name, value in body.items() if name not in WALL_CLOCK}
    return Document(document_id, body, hashlib.sha256(canonical(lasting).encode()).hexdigest())
