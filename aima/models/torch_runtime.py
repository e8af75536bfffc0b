"""Runs transformers models from a directory of checked files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from aima.errors import ModelUnavailable
from aima.models.hub import PIP_LINE
from aima.models.model import Arrays


class TorchRuntime:
    """A transformers model, on the GPU where there is one. Pickled as its directory: a worker opens it again.

    architecture: name of the Auto class of transformers that opens it.
    """

    def __init__(self, directory: Path, architecture: str) -> None:
        self.directory = directory
        self.architecture = architecture
        self._network, self._device = _open(directory, architecture)

    def run(self, inputs: Mapping[str, npt.NDArray[Any]]) -> Arrays:
        """Those outputs that are arrays, by transformers' names (last_hidden_state, pooler_output, logits)."""
        import torch

        given = {name: torch.from_numpy(array).to(self._device) for name, array in inputs.items()}
        with torch.inference_mode():
            outputs = self._network(**given, return_dict=True)
        return {name: value.cpu().numpy() for name, value in outputs.items() if isinstance(value, torch.Tensor)}

    def __reduce__(self) -> tuple[type[TorchRuntime], tuple[Path, str]]:
        return type(self), (self.directory, self.architecture)


def _open(directory: Path, architecture: str) -> tuple[Any, str]:
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelUnavailable(f"{error.name} is not installed", PIP_LINE) from error
    transformers.utils.logging.disable_progress_bar()
    # As in the ONNX runtime: parallelism comes from many workers.
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = getattr(transformers, architecture).from_pretrained(
        directory, use_safetensors=True, trust_remote_code=False, local_files_only=True
    )
    return network.eval().to(device), device
