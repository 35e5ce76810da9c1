"""A package index in a folder."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reconstruct import assets
from reconstruct.assets import Archive, Asset, Kind

BRIDGE, MILL = b"a bridge, in bytes", b"a mill, in bytes"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def a_wheel(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def an_sdist(members: dict[str, bytes | None]) -> bytes:
    """None stands for a link to a file of the system's."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            if content is None:
                entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
            entry.size = len(content or b"")
            archive.addfile(entry, io.BytesIO(content or b""))
    return buffer.getvalue()


def no_progress(total: int) -> Any:
    return nullcontext(SimpleNamespace(update=lambda increment: None))


@dataclass
class Index:
    """Stands in for the package index: what it serves, what happens midway through a download, what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    page_fails: BaseException | None = None
    halfway: Callable[[], object] = lambda: None
    downloads: list[str] = field(default_factory=list)

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get_project_page(self, project: str, timeout: object) -> SimpleNamespace:
        if self.page_fails is not None:
            raise self.page_fails
        return SimpleNamespace(packages=[SimpleNamespace(filename=name) for name in self.files])

    def download_package(self, package: Any, path: Path, verify: bool, progress: Any, timeout: object) -> None:
        self.downloads.append(package.filename)
        content = self.files[package.filename]
        middle = len(content) // 2
        with (progress or no_progress)(len(content)) as meter, path.open("wb") as file:
            file.write(content[:middle])
            meter.update(middle)
            self.halfway()
            file.write(content[middle:])
            meter.update(len(content) - middle)


def pin(
    monkeypatch: pytest.MonkeyPatch, index: Index, filename: str, archive: bytes, *, mill: str = "data/mill.jpg"
) -> None:
    """Serve `archive` and pin two of its members, the pictures `bridge` and `mill`."""
    index.files[filename] = archive
    source = Archive("prints", "1.0", filename, sha256(archive))
    rows = {"bridge": ("data/bridge.jpg", BRIDGE), "mill": (mill, MILL)}
    table = {
        name: Asset(name, Kind.PAINTING, source, member, sha256(content), len(content), name, "anonymous", "CC0")
        for name, (member, content) in rows.items()
    }
    monkeypatch.setattr(assets, "ASSETS", table)
