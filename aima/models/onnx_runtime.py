"""Runs ONNX networks on one thread; parallelism comes from many workers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
import onnxruntime as ort

from aima.models.model import Arrays

PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
"""In order of preference; those that the installed runtime lacks are left out."""

# 0 is verbose, 4 fatal; below 3 every session warns of constants it folded.
ERRORS_ONLY = 3


class OnnxRuntime:
    """A network in an ONNX file. Pickled as its path: a worker opens the file again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Naming a provider that this build lacks is a warning per session.
        available = ort.get_available_providers()
        providers = [name for name in PROVIDERS if name in available]
        self._session = ort.InferenceSession(str(path), _options(), providers=providers)
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> Arrays:
        """Outputs by name for inputs by name."""
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))

    @property
    def inputs(self) -> dict[str, list[int | str]]:
        """Shapes of the inputs by name; a free axis is a word."""
        return {value.name: list(value.shape) for value in self._session.get_inputs()}

    @property
    def outputs(self) -> dict[str, list[int | str]]:
        """Shapes of the outputs by name; a free axis is a word."""
        return {value.name: list(value.shape) for value in self._session.get_outputs()}

    @property
    def texts(self) -> dict[str, str]:
        """Metadata of the file by name."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def __reduce__(self) -> tuple[type[OnnxRuntime], tuple[Path]]:
        return type(self), (self.path,)


def _options() -> ort.SessionOptions:
    """One thread that sleeps while it waits: spinning threads of many workers eat each other's cores."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without this, sums of eight-bit products overflow on processors that have AVX2 but not VNNI.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return options
