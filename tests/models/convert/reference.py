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
