"""Settings as the variables that they are read from."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel


def variables(model: BaseModel, prefix: str = "AIMA_") -> Iterator[tuple[str, object]]:
    """Every setting by its variable."""
    for name in type(model).model_fields:
        value, variable = getattr(model, name), f"{prefix}{name.upper()}"
        if isinstance(value, BaseModel):
            yield from variables(value, f"{variable}__")
        else:
            yield variable, value
