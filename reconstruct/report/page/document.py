"""What there is to show -> one file, which a browser opens without asking anything of a network.

Up to `EMBEDDED` bytes of pictures are part of the file; beyond that it refers to those that lie in the folder below it
and keeps copies of others in a folder of its own. A policy in its head forbids the browser everything that the page
does not bring along (Content-Security-Policy), and all text reaches it as data, never as HTML.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconstruct.files import written_whole
from reconstruct.report.page.pictures import Pictures
from reconstruct.runs.records import strict

EMBEDDED = 20 * 2**20  # bytes
PNG = b"\x89PNG"
FOLDER = "page"  # beside the file: copies of pictures that lie elsewhere
COPIES = f"{'[0-9a-f]' * 16}.*"  # their names


def write(content: Mapping[str, Any], pictures: Pictures, path: Path) -> None:
    """The page of `content` at `path`, with the files of `pictures` in it or beside it."""
    embedded = sum(map(_size, pictures.sources)) <= EMBEDDED
    sources = [_data(source) if embedded else _reference(source, path) for source in pictures.sources]
    html = document({**content, "sources": sources})
    with written_whole(path) as file:
        file.write(html.encode())
    for copy in (path.parent / FOLDER).glob(COPIES):
        if f"{FOLDER}/{copy.name}" not in sources:  # of an earlier page
            copy.unlink(missing_ok=True)


def document(content: Mapping[str, Any]) -> str:
    """The whole page as text."""
    style = _part("style.css")
    names = [file.name for file in files("reconstruct.report.page").joinpath("script").iterdir()]
    in_order = sorted(names, key=lambda name: (name == "main.js", name != "dom.js", name))  # which begins, which ends
    script = "\n".join(_part(f"script/{name}") for name in in_order)
    environment = Environment(
        loader=PackageLoader("reconstruct.report.page", "."), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("page.html")
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    texts = {name: content[name] for name in ("title", "introduction", "words")}
    return template.render(**texts, style=style, script=script, data=_json(content), **hashes)


def _part(name: str) -> str:
    return files("reconstruct.report.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(content: Mapping[str, Any]) -> str:
    """Data that may stand within an element of a page, whatever is written in it."""
    text = json.dumps(strict(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _size(source: Path | bytes) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _data(source: Path | bytes) -> str:
    kind, content = ("webp", source) if isinstance(source, bytes) else ("png", source.read_bytes())
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _reference(source: Path | bytes, page: Path) -> str:
    """Relative to the page; of a picture that is not below it, that of a copy."""
    here = page.parent.resolve()
    there = _kept(source, here / FOLDER) if isinstance(source, bytes) else source.resolve()
    if not there.is_relative_to(here):
        there = _kept(there.read_bytes(), here / FOLDER)
    return "/".join(quote(part) for part in there.relative_to(here).parts)


def _kept(content: bytes, folder: Path) -> Path:
    """A copy, under a name by which equal ones are one."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.{'png' if content.startswith(PNG) else 'webp'}"
    path.write_bytes(content)
    return path
