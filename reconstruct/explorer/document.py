"""What there is to show -> one file, which a browser opens without asking anything of a network.

Up to `EMBEDDED` bytes of pictures are part of the file; beyond that it refers to those that lie in the folder below it
and keeps copies of others in a folder of its own. A policy in its head forbids the browser everything that the page
does not bring along (Content-Security-Policy), and all text reaches it as data, never as HTML.
"""

import base64
import hashlib
import json
import math
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconstruct.explorer.content import Pictures
from reconstruct.files import written_whole

EMBEDDED = 20 * 2**20  # bytes
FOLDER = "page"  # beside the file: copies of pictures that lie elsewhere
SCRIPTS = ("dom", "state", "pictures", "controls", "about", "grid", "flip", "compare", "table", "curves", "main")


def write(content: Mapping[str, Any], pictures: Pictures, path: Path) -> None:
    """The page of `content` at `path`, with the files of `pictures` in it or beside it."""
    embedded = sum(picture.stat().st_size for picture in pictures.paths) <= EMBEDDED
    sources = [_data(picture) if embedded else _reference(picture, path) for picture in pictures.paths]
    html = document({**content, "sources": sources})
    with written_whole(path) as file:
        file.write(html.encode())


def document(content: Mapping[str, Any]) -> str:
    """The whole page as text."""
    style = _part("style.css")
    script = "\n".join(_part(f"script/{name}.js") for name in SCRIPTS)
    environment = Environment(
        loader=PackageLoader("reconstruct.explorer", "."), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("page.html")
    hashes = {"style_hash": _hash(style), "script_hash": _hash(script)}
    return template.render(title=content["title"], style=style, script=script, data=_json(content), **hashes)


def _part(name: str) -> str:
    return files("reconstruct.explorer").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(content: Mapping[str, Any]) -> str:
    """Data that may stand within an element of a page, whatever is written in it."""
    text = json.dumps(_finite(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


def _data(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _reference(picture: Path, page: Path) -> str:
    """Relative to the page; of a picture that is not below it, that of a copy."""
    here, there = page.parent.resolve(), picture.resolve()
    if not there.is_relative_to(here):
        name = f"{hashlib.sha256(str(there).encode()).hexdigest()[:16]}.png"
        (here / FOLDER).mkdir(exist_ok=True)
        there = Path(shutil.copyfile(there, here / FOLDER / name))
    return "/".join(quote(part) for part in there.relative_to(here).parts)
