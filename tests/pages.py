"""HTML documents as tests look at them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LOADING = {"src", "href", "srcset", "action", "data", "poster", "background"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Tags, attributes and text of a document; AssertionError where an end tag does not fit."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {names}"
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """Everything that is not markup."""
        return "".join(self.words)

    def values(self, name: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [value for attribute, value in self.attributes if attribute == name]


def assert_stands_for_itself(text: str) -> None:
    """Nothing is loaded, nothing runs, ids are unique, links lead to a place of the page, light and dark are known."""
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert not any(name.startswith("on") for name, _ in page.attributes)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for name, value in page.attributes:
        if name in LOADING:
            assert value.startswith("data:image/jpeg;base64,") or value.removeprefix("#") in ids
    assert not re.search(r"https?:|@import", text)
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {f"#{name}" for name in ids}
    policy = next(value for name, value in page.attributes if value.startswith("default-src"))
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "prefers-color-scheme: dark" in text
