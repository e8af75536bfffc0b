"""Servers that come as Python packages: looked up and run as programs, never imported."""

from __future__ import annotations

import importlib.util
import sys

from aima.errors import ServerFailed


def require_package(package: str) -> None:
    """Refuse what is not installed.

    Raises:
        ServerFailed: the package is not there.
    """
    if importlib.util.find_spec(package) is None:
        raise ServerFailed(f"the package {package} is not installed", "run: make setup")


def python_program(package: str) -> list[str]:
    """Arguments that run a package with this interpreter; modules of the working directory are not seen."""
    return [sys.executable, "-P", "-m", package]
