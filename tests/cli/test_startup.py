"""What a command imports before it does anything: the time that everybody waits for an answer."""

from __future__ import annotations

import subprocess
import sys

import pytest

DATABASE = {"alembic", "numpy", "pyarrow", "sqlalchemy"}
ANALYSIS = {"av", "cv2", "onnx", "onnxruntime", "ray", "scipy", "torch"}


@pytest.mark.parametrize(
    ("module", "spared"),
    [("aima.cli.app", DATABASE | ANALYSIS), ("aima.bootstrap", ANALYSIS), ("aima.analyzers.registry", ANALYSIS)],
)
def test_nothing_is_imported_that_only_others_need(module, spared):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert spared & set(loaded) == set()
