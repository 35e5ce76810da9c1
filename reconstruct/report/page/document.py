"""A sweep's page: ``index.html`` in its folder, which a browser opens by double click, without a network.

Up to `EMBEDDED` bytes of pictures are part of the file; beyond that it refers to those of the cells. A policy in its
head forbids the browser everything that the page does not bring along (Content-Security-Policy), and all text reaches
it as data, never as HTML.
"""

import base64
import hashlib
import json
import os
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


def write_page(sweeps: Sequence[Sweep], title: str = "") -> Path:
    """Write the page of these sweeps into the first one's folder; cells that are not finished are named as such."""
    pictures, path = Pictures(), sweeps[0].folder / PAGE
    shown = content(sweeps, title, pictures)
    size = sum(len(source) if isinstance(source, bytes) else source.stat().st_size for source in pictures.sources)
    sources = [_source(source, path.parent, size <= EMBEDDED) for source in pictures.sources]
    with written_whole(path) as file:
        file.write(document({**shown, "sources": sources}).encode())
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
    texts = {name: shown[name] for name in ("title", "introduction", "words", "networks")}
    return template.render(**texts, style=style, script=script, data=_json(shown), **hashes)


def _part(name: str) -> str:
    return files("reconstruct.report.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(content: Mapping[str, Any]) -> str:
    """Data that may stand within an element of a page, whatever is written in it."""
    text = json.dumps(strict(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _source(source: Path | bytes, start: Path, embedded: bool) -> str:
    """A picture as part of the page, or where its file lies from the page's folder."""
    if isinstance(source, Path) and not embedded:
        return "/".join(map(quote, Path(os.path.relpath(source.resolve(), start.resolve())).parts))
    content = source.read_bytes() if isinstance(source, Path) else source
    kind = "png" if content.startswith(PNG) else "webp"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
