"""What TensorBoard says about a cell and a sweep besides curves and pictures: settings, credits, the command."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from experiments.settings.fingerprint import plain
from experiments.settings.names import NOT_IN_A_NAME
from experiments.settings.schema import Config
from reconstruct.recorders.events import HParam, plainly, verbatim
from reconstruct.results import Sweep


def texts(settings: Mapping[str, Any], credits: Mapping[str, Mapping[str, str]], command: str) -> dict[str, str]:
    """A cell's pages of the Text tab, as Markdown."""
    lines = [f"**{term}**: {plainly(p['title'])}. {plainly(p['credit'])}" for term, p in credits.items()]
    listed = yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
    return {"command": verbatim(command), "credits": "\n\n".join(lines), "settings": verbatim(listed)}


def sweep_texts(sweep: Sweep, caption: str) -> dict[str, str]:
    """A sweep's pages: what its figure shows, and what made it."""
    paragraphs = [plainly(paragraph) for paragraph in caption.split("\n")]
    return {"caption": "\n\n".join(paragraphs), "command": verbatim(sweep.command)}


def columns(config: Config, overrides: Sequence[str]) -> dict[str, HParam]:
    """A row of the HParams table: what the user chose for this cell, and what one compares cells by."""
    terms = {
        f"{term}.{key}": value
        for term in config.active()
        for key, value in (("picture", config.term(term).picture), ("layers", " ".join(config.layers(term))))
    }
    names = ("representation", "depth", "losses", "seed", "precision")
    words = {name: str(plain(getattr(config, name))) for name in names if getattr(config, name) is not None}
    # In words, because it may be infinite, which TensorBoard could not send to the browser.
    ratio = {"ratio": f"{config.ratio:g}"} if len(config.active()) > 1 else {}
    numbers = {"size": config.size, "steps": config.steps}
    kinds = {"canvas": plain(config.canvas)["kind"], "optimizer": plain(config.optimizer)["kind"]}
    network = {"network": f"{config.network.architecture} {config.network.weights}"}
    return _given(overrides) | terms | words | ratio | numbers | kinds | network


def _given(overrides: Sequence[str]) -> dict[str, HParam]:
    split = (override.lstrip("+~").partition("=")[::2] for override in overrides)
    return {key: value.strip("[]") for key, value in split if re.split(r"[.@/]", key)[0] not in NOT_IN_A_NAME}
