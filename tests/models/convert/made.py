"""Graph models of TensorFlow.js that the tests write."""

import base64
import json

import numpy as np


def word(text):
    return base64.b64encode(text.encode()).decode()


def padded(kind, stride):
    return {"strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}}, "padding": {"s": word(kind)}}


def model_json(nodes, constants, entrance="x"):
    """A graph model as the converter of TensorFlow.js writes it, and its one shard; `entrance`: name of its input."""
    consts = [{"op": "Const", "name": name} for name in constants]
    types = {name: "int32" if a.dtype == np.int32 else "float32" for name, a in constants.items()}
    weights = [{"name": name, "shape": a.shape, "dtype": types[name]} for name, a in constants.items()]
    document = {
        "modelTopology": {"node": [*consts, {"op": "Placeholder", "name": entrance}, *nodes]},
        "weightsManifest": [{"paths": ["shard"], "weights": weights}],
    }
    return json.dumps(document).encode(), {"shard": b"".join(a.tobytes() for a in constants.values())}
