"""How large a document is where it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import bson

MAX_BYTES: Final = 4 * 1024 * 1024
"""A document stays below this; MongoDB itself takes 16 MB."""


def size(body: Mapping[str, Any]) -> int:
    """Bytes of a document as BSON."""
    return len(bson.encode(body))
