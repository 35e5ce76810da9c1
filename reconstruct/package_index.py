"""Where the Python package index is and how it is reached: as pip is configured."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

import requests
from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple

SECTIONS = ("global", "install", ":env:")  # of pip's settings; later ones count
PATIENCE = 60  # seconds until pip has said its settings


def sources() -> Iterator[PyPISimple]:
    """The indexes, each open while it is the last one given: pip's ``index-url``, then each ``extra-index-url``.

    Proxy and certificates are pip's too; what requests itself reads from the environment counts as ever.
    """
    chosen = settings()
    addresses = [chosen.get("index-url") or PYPI_SIMPLE_ENDPOINT, *chosen.get("extra-index-url", "").split()]
    for address in addresses if chosen.get("no-index", "false").lower() in ("false", "0", "no", "off") else []:
        if address.startswith(("https:", "http:")):  # pip also reads folders
            with PyPISimple(address, session=_session(chosen)) as index:
                yield index


def _session(chosen: Mapping[str, str]) -> requests.Session:
    session = requests.Session()
    if "proxy" in chosen:
        session.proxies = dict.fromkeys(("http", "https"), chosen["proxy"])
    if "cert" in chosen:
        session.verify = chosen["cert"]
    if "client-cert" in chosen:
        session.cert = chosen["client-cert"]
    return session


@lru_cache(maxsize=1)
def settings() -> Mapping[str, str]:
    """Name -> value, from pip's files and its variables of the environment; nothing where there is no pip."""
    command = [sys.executable, "-m", "pip", "config", "list", "--disable-pip-version-check"]
    with suppress(OSError, subprocess.SubprocessError):
        return parsed(subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout)
    return {}


def parsed(listed: str) -> dict[str, str]:
    """Name -> value, of lines like ``global.index-url='…'``."""
    lines = [line.partition("=") for line in listed.splitlines()]
    own = [(place, value) for section in SECTIONS for place, _, value in lines if place.startswith(f"{section}.")]
    found = {}
    for place, value in own:
        with suppress(SyntaxError, ValueError):  # no literal
            found[place.rpartition(".")[2]] = str(ast.literal_eval(value))
    return found
