import pytest

from aima.settings import Models, Settings
from tests.models import made


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A directory that is all of PyPI for pip."""
    place = tmp_path / "registry"
    place.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place))
    return place


@pytest.fixture
def empty(tmp_path):
    """Settings with an empty models directory of their own."""
    return Settings(home=tmp_path / "home", models=Models(dir=tmp_path / "models"))


@pytest.fixture
def tiny(registry):
    """An entry whose package lies in the registry."""
    content = made.tiny_network()
    return made.entry(made.wheel(registry, "tiny", {made.MEMBER: content}), content)
