"""Pictures out of packages: checked, kept, fetched again when damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from aima.errors import ModelCorrupt
from aima.services.pictures import fetch_pictures
from aima.services.sample import load_recipe, portraits
from aima.settings import Models, Settings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Settings:
    """Settings over an empty home and an empty models directory, so that everything is really fetched."""
    return Settings(home=tmp_path_factory.mktemp("home"))


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


def test_portraits_come_out_of_packages_and_stay(workspace: Settings) -> None:
    files = portraits(workspace)
    assert {name: size(path) for name, path in files.items()} == {
        "astronaut": (512, 512),
        "grace_hopper": (512, 600),
    }
    again = portraits(Settings(home=workspace.home, models=Models(offline=True)))
    assert again == files


def test_other_bytes_in_a_package_are_refused(workspace: Settings, tmp_path: Path) -> None:
    picture = replace(load_recipe().pictures["astronaut"], sha256="0" * 64)
    with pytest.raises(ModelCorrupt, match=r"scikit-image.*astronaut\.png"):
        fetch_pictures([picture], Settings(home=tmp_path))
    assert list((tmp_path / "models" / "pictures").iterdir()) == []


def test_a_damaged_picture_is_fetched_again(workspace: Settings) -> None:
    damaged = portraits(workspace)["grace_hopper"]
    damaged.write_bytes(b"half")
    assert size(portraits(workspace)["grace_hopper"]) == (512, 600)
