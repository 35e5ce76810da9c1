"""A sweep's page: ``index.html`` in its folder, which a browser opens by double click, without a network.

Up to `EMBEDDED` bytes of pictures are part of the file; beyond that it refers to those that lie in the folder below it
and keeps copies of others in a folder of its own. A policy in its head forbids the browser everything that the page
does not bring along (Content-Security-Policy), and all text reaches it as data, never as HTML.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from reconstruct.files import written_whole
from reconstruct.report.page.content import content
from reconstruct.report.page.pictures import Pictures
from reconstruct.runs import up_to_date
from reconstruct.runs.records import strict
from reconstruct.runs.sweeps import Sweep

PAGE = "index.html"
EMBEDDED = 20 * 2**20  # bytes
PNG = b"\x89PNG"
FOLDER = "page"  # beside the file: copies of pictures that lie elsewhere
COPIES = f"{'[0-9a-f]' * 16}.*"  # their names


def write_page(sweeps: Sequence[Sweep], title: str = "") -> Path:
    """Write the page of these sweeps into the first one's folder; cells that are not finished are named as such.

    Raises:
        InputError: there is no cell at all.
    """
    pictures, path = Pictures(), sweeps[0].folder / PAGE
    shown = content(sweeps, title, pictures)
    embedded = sum(map(_size, pictures.sources)) <= EMBEDDED
    sources = [_data(source) if embedded else _reference(source, path) for source in pictures.sources]
    with written_whole(path) as file:
        file.write(document({**shown, "sources": sources}).encode())
    for copy in (path.parent / FOLDER).glob(COPIES):
        if f"{FOLDER}/{copy.name}" not in sources:  # of an earlier page
            copy.unlink(missing_ok=True)
    up_to_date.note(sweeps, [path])
    return path


def document(shown: Mapping[str, Any]) -> str:
    """The whole page as text."""
    style = _part("style.css")
    names = [file.name for file in files("reconstruct.report.page").joinpath("script").iterdir()]
    in_order = sorted(names, key=lambda name: (name == "main.js", name != "dom.js", name))  # which begins, which ends
    script = "\n".join(_part(f"script/{name}") for name in in_order)
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_part("page.html"))
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    texts = {name: shown[name] for name in ("title", "introduction", "words")}
    return template.render(**texts, style=style, script=script, data=_json(shown), **hashes)


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
    content = _content(source)
    return f"data:image/{_kind(content)};base64,{base64.b64encode(content).decode()}"


def _content(source: Path | bytes) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()


def _kind(content: bytes) -> str:
    return "png" if content.startswith(PNG) else "webp"


def _reference(source: Path | bytes, page: Path) -> str:
    """Relative to the page; of a picture that is not below it, that of a copy, of which equal ones share one."""
    here = page.parent.resolve()
    there = here if isinstance(source, bytes) else source.resolve()
    if isinstance(source, bytes) or not there.is_relative_to(here):
        content = _content(source)
        there = here / FOLDER / f"{hashlib.sha256(content).hexdigest()[:16]}.{_kind(content)}"
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(content)
    return "/".join(quote(part) for part in there.relative_to(here).parts)
