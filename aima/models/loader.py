"""From a task or a name to a model that is ready to run."""

from __future__ import annotations

from aima.models.catalogue import WEIGHTS, Entry, HubSource, check_licence, find
from aima.models.model import Calibration, Model, Runtime
from aima.models.verify import check_files
from aima.settings import Settings


def load(settings: Settings, task_or_name: str) -> Model:
    """The model of that name, or the one chosen for that task, with its checksums verified. Never uses the network.

    Raises:
        ModelUnknown: neither a name nor a task of the catalogue.
        ModelMissing: its weights are not built.
        ModelCorrupt: a file of it differs from the catalogue.
        ModelRefused: its licence is not allowed by the settings.
        ModelUnavailable: it needs packages that are not installed.
        SettingInvalid: the settings choose a model of another task.
    """
    entry = find(settings, task_or_name)
    check_licence(settings, entry)
    runtime, texts = _opened(settings, entry)
    return Model(
        name=entry.name,
        version=entry.version,
        task=entry.task,
        dimension=entry.dimension,
        runtime=runtime,
        thresholds=dict(entry.thresholds),
        contract=dict(entry.contract),
        calibration=_calibration(entry),
        texts=texts,
    )


def _opened(settings: Settings, entry: Entry) -> tuple[Runtime, dict[str, str]]:
    """What runs its network, and the texts beside the weights."""
    directory = check_files(entry, settings.models_dir)
    # Imported on use: torch alone takes seconds.
    if isinstance(entry.source, HubSource):
        from aima.models.torch_runtime import TorchRuntime

        return TorchRuntime(directory, entry.source.architecture), {}
    if entry.runtime == "whisper":
        from aima.models.whisper_runtime import WhisperRuntime

        return WhisperRuntime(directory), {}
    from aima.models.onnx_runtime import OnnxRuntime

    runtime = OnnxRuntime(directory / WEIGHTS)
    return runtime, runtime.texts


def _calibration(entry: Entry) -> Calibration | None:
    record = entry.calibration
    return Calibration(record.slope, record.intercept, record.measured_on) if record else None
