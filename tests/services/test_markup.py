"""What every document shares: it is written whole, privately, and loads nothing."""

from __future__ import annotations

import base64
import stat

import pytest

from aima.errors import OutputRefused
from aima.services.markup import look, picture_source, publish


def test_a_picture_is_its_own_source() -> None:
    source = picture_source(b"\xff\xd8jpeg")
    kind, data = source.split(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data) == b"\xff\xd8jpeg"


def test_the_look_knows_light_and_dark_and_loads_nothing() -> None:
    rules = look()
    assert "prefers-color-scheme: dark" in rules
    assert "@import" not in rules
    assert "url(" not in rules
    assert rules.count("{") == rules.count("}")


def test_a_document_is_private_and_replaces_what_was_there(tmp_path) -> None:
    target = tmp_path / "new" / "page.html"
    publish("first", target)
    assert publish("second", target) == target
    assert target.read_text("utf-8") == "second"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_document_that_cannot_take_its_place_leaves_nothing_behind(tmp_path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputRefused, match="Is a directory"):
        publish("text", tmp_path / "page.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]
