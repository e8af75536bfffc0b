"""Reads a TensorFlow.js graph model (`model.json` and its shards)."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt
from pydantic import TypeAdapter

from aima.models.convert.weights import Group, read_weights


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the graph. Control inputs are left out, `:0` is cut off."""

    op: str
    name: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def integers(self, name: str) -> list[int]:
        """A list of integers, such as strides."""
        return [int(v) for v in self.attributes.get(name, {}).get("list", {}).get("i", [])]

    def text(self, name: str) -> str:
        """A word, such as the padding."""
        return _word(self.attributes.get(name, {}).get("s", ""))

    def words(self, name: str) -> list[str]:
        """A list of words, such as fused operations."""
        return [_word(v) for v in self.attributes.get(name, {}).get("list", {}).get("s", [])]

    def flag(self, name: str) -> bool:
        """A truth value; absent is false."""
        return bool(self.attributes.get(name, {}).get("b", False))


@dataclass(frozen=True, slots=True)
class TfjsGraph:
    """Nodes in topological order, and the weights of the Const nodes among them."""

    nodes: tuple[Node, ...]
    weights: Mapping[str, npt.NDArray[Any]]

    def up_to(self, outputs: Collection[str]) -> TfjsGraph:
        """The part of the graph that these nodes need."""
        needed = set(outputs)
        # Inputs stand before the nodes that read them.
        for node in reversed(self.nodes):
            if node.name in needed:
                needed.update(node.inputs)
        return TfjsGraph(tuple(node for node in self.nodes if node.name in needed), self.weights)


def read_graph(model_json: bytes, shards: Mapping[str, bytes]) -> TfjsGraph:
    """Parse a graph model; `shards` by file name as in its weights manifest.

    Raises:
        ValueError, KeyError: the file has another form.
    """
    document = json.loads(model_json)
    groups = TypeAdapter(tuple[Group, ...]).validate_python(document["weightsManifest"])
    nodes = tuple(_node(raw) for raw in document["modelTopology"]["node"])
    return TfjsGraph(nodes, read_weights(groups, shards))


def _node(raw: Mapping[str, Any]) -> Node:
    # ^name only orders execution; name:0 is the first output, which name alone means too.
    inputs = tuple(i.removesuffix(":0") for i in raw.get("input", ()) if not i.startswith("^"))
    return Node(raw["op"], raw["name"], inputs, raw.get("attr", {}))


def _word(encoded: str) -> str:
    return base64.b64decode(encoded).decode()
