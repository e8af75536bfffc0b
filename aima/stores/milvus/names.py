"""Names of collections and aliases, and expressions over them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Final

from aima.stores.vectors import VECTOR_KINDS, Space, VectorKind

PROPERTY: Final = "aima.space"
"""Property of a collection that says which space it is: its name cannot hold every model version."""


def collection(namespace: str, space: Space) -> str:
    """Letters, digits and underscores; another space always has another name."""
    readable = re.sub(r"\W+", "_", space.model_version, flags=re.ASCII)[:80]
    mark = hashlib.sha256(card(namespace, space).encode()).hexdigest()[:8]
    return f"{namespace}_{space.kind}_{readable}_{mark}"


def alias(namespace: str, kind: VectorKind) -> str:
    """The name under which the space of a kind that answers is known."""
    return f"{namespace}_{kind}_active"


def card(namespace: str, space: Space) -> str:
    """The space as a collection carries it."""
    return json.dumps([namespace, space.kind, space.model_version, space.dimension])


def space_of(text: str, namespace: str) -> Space | None:
    """The space that a collection carries; None if it is not one of ours."""
    try:
        owner, kind, model_version, dimension = json.loads(text)
    except (ValueError, TypeError):
        return None
    if owner != namespace or kind not in VECTOR_KINDS:
        return None
    return Space(kind, str(model_version), int(dimension))


def quoted(value: str) -> str:
    """A string as it stands in an expression."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def among(field: str, values: Iterable[str]) -> str:
    """The field has one of these values."""
    return f"{field} in [{', '.join(map(quoted, values))}]"


def between(field: str, low: str | None, high: str | None) -> str:
    """The field lies in (low, high]; None: there is no such bound."""
    bounds = ((">", low), ("<=", high))
    return " and ".join(f"{field} {sign} {quoted(bound)}" for sign, bound in bounds if bound is not None)
