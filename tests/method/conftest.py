"""A package index in a folder."""

from pathlib import Path

import pytest
from support.index import BRIDGE, MILL, Index, a_wheel, pin

from reconstruct import assets


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("RECONSTRUCT_CACHE", str(folder))
    return folder


@pytest.fixture
def index(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    index = Index()
    monkeypatch.setattr(assets, "sources", lambda: iter([index]))
    return index


@pytest.fixture
def prints(index: Index, monkeypatch: pytest.MonkeyPatch) -> Index:
    members = {"data/bridge.jpg": BRIDGE, "data/mill.jpg": MILL, "data/other.jpg": b"not in the table"}
    pin(monkeypatch, index, "prints-1.0-py3-none-any.whl", a_wheel(members))
    return index
