"""The collections, their validators and indexes: made where they are missing, brought up to date where they differ."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from pymongo import IndexModel
from pymongo.database import Database
from pymongo.errors import OperationFailure

Specification = dict[str, Any]

EXISTS_ALREADY = 48


@functools.cache
def specifications() -> dict[str, Specification]:
    """By collection: validator, indexes by name, and for a bounded one its bytes and lines."""
    text = resources.files("aima.stores.mongo").joinpath("collections.json").read_text("utf-8")
    loaded: dict[str, Specification] = json.loads(text)
    return loaded


def bring_up_to_date(database: Database[dict[str, Any]]) -> None:
    """Make every collection be as specified; what is in it stays."""
    present = {found["name"]: found.get("options", {}) for found in database.list_collections()}
    for name, wanted in specifications().items():
        if name not in present:
            _create(database, name, wanted)
        elif present[name].get("validator") != wanted["validator"]:
            database.command("collMod", name, validator=wanted["validator"])
        _index(database, name, wanted["indexes"])


def _create(database: Database[dict[str, Any]], name: str, wanted: Specification) -> None:
    bounds = {"capped": True, "size": wanted["bytes"], "max": wanted["lines"]} if "bytes" in wanted else {}
    try:
        database.create_collection(name, check_exists=False, validator=wanted["validator"], **bounds)
    except OperationFailure as error:
        if error.code != EXISTS_ALREADY:  # another process was faster
            raise


def _index(database: Database[dict[str, Any]], name: str, wanted: dict[str, dict[str, int]]) -> None:
    collection = database[name]
    present = {index: dict(found["key"]) for index, found in collection.index_information().items()}
    for index in wanted.keys() & present.keys():
        if present[index] != wanted[index]:
            collection.drop_index(index)
            del present[index]
    missing = [IndexModel(list(keys.items()), name=index) for index, keys in wanted.items() if index not in present]
    if missing:
        collection.create_indexes(missing)
