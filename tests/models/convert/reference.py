"""What conversions are compared with: convolution as TensorFlow defines it, in numpy; and how they are run."""

import tempfile
from pathlib import Path

import numpy as np
import onnx

from aima.models.onnx_runtime import OnnxRuntime


def ran(model, **inputs):
    """Outputs by name, of the runtime that runs models: eight bits overflow in another one on some processors."""
    with tempfile.TemporaryDirectory() as place:
        onnx.save(model, Path(place) / "model.onnx")
        return OnnxRuntime(Path(place) / "model.onnx").run(inputs)


def conv_nhwc(pixels, kernel, stride, same=True):
    """pixels [n, h, w, in], kernel [kh, kw, in, out] -> [n, h', w', out]; SAME pads more after than before."""
    kh, kw = kernel.shape[:2]
    if same:
        pads = [_same(size, k, stride) for size, k in zip(pixels.shape[1:3], (kh, kw), strict=True)]
        pixels = np.pad(pixels, [(0, 0), *pads, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwcij,ijco->nhwo", windows, kernel, optimize=True)


def depthwise_nhwc(pixels, kernel, stride, same=True):
    """kernel [kh, kw, in, multiplier]; channel c gives outputs c * multiplier .. c * multiplier + multiplier - 1."""
    parts = [conv_nhwc(pixels[..., [c]], kernel[:, :, [c]], stride, same) for c in range(pixels.shape[3])]
    return np.concatenate(parts, axis=3)


def _same(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def memory_weights(random, inputs, hidden, layers, both_ways):
    """Of layers with memory, named as `torch.nn.LSTM` names them, below "lstm."."""
    found = {}
    ways = ("", "_reverse") if both_ways else ("",)
    for layer in range(layers):
        for way in ways:
            shapes = {"weight_ih": (4 * hidden, inputs), "weight_hh": (4 * hidden, hidden)}
            shapes |= {"bias_ih": (4 * hidden,), "bias_hh": (4 * hidden,)}
            for kind, shape in shapes.items():
                found[f"lstm.{kind}_l{layer}{way}"] = random.standard_normal(shape).astype(np.float32) / 2
        inputs = hidden * len(ways)
    return found


def memory(weights, steps, layers, both_ways):
    """steps [steps, n, inputs] -> [steps, n, hidden * ways], as Hochreiter and Schmidhuber's layers are defined."""
    for layer in range(layers):
        heard = [_one_way(weights, steps, f"l{layer}")]
        if both_ways:
            heard.append(_one_way(weights, steps[::-1], f"l{layer}_reverse")[::-1])
        steps = np.concatenate(heard, axis=2)
    return steps


def _one_way(weights, steps, name):
    of = {kind: weights[f"lstm.{kind}_{name}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    said = cell = np.zeros((steps.shape[1], of["weight_hh"].shape[1]))
    answers = []
    for step in steps:
        gates = step @ of["weight_ih"].T + of["bias_ih"] + said @ of["weight_hh"].T + of["bias_hh"]
        enter, forget, new, leave = np.split(gates, 4, axis=1)
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(new)
        said = sigmoid(leave) * np.tanh(cell)
        answers.append(said)
    return np.stack(answers)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def conv_1d(x, kernel, stride=1, padding=0, dilation=1):
    """x [n, in, steps], kernel [out, in, k] -> [n, out, steps'], as PyTorch defines it."""
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding)])
    reach = (kernel.shape[2] - 1) * dilation + 1
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, axis=2)[:, :, ::stride, ::dilation]
    return np.einsum("nctk,ock->not", windows, kernel, optimize=True)


def batch_norm(weights, name, x):
    """Over the channels of axis 1, with what was learned."""
    shape = (-1, *[1] * (x.ndim - 2))
    mean, variance = (weights[f"{name}.running_{part}"].reshape(shape) for part in ("mean", "var"))
    gain, bias = (weights[f"{name}.{part}"].reshape(shape) for part in ("weight", "bias"))
    return (x - mean) / np.sqrt(variance + 1e-5) * gain + bias
