"""Every setting with its type and its checks: filled in by `configs/`, read by `build.py`.

Hydra composes YAML over these dataclasses, so an unknown key or a wrong type is an error before anything runs.
`__post_init__` checks the rest when the composed configuration becomes objects (`OmegaConf.to_object`). Nothing heavy
is imported here: tab completion passes through.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import PurePath
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from experiments.settings.own_class import is_own_class
from reconstruct.analysis.observers import names
from reconstruct.errors import InputError, nearest
from reconstruct.layers import ARCHITECTURES, check, taps
from reconstruct.models import ALEXNET, COLLECTIONS, require_timm
from reconstruct.other_names import taken_for
from reconstruct.runs.results import HALF, NOISE
from reconstruct.selection import ANY, Selection, from_ranges

RepresentationKind = Enum("RepresentationKind", ["content", "style", "both"])
Losses = Enum("Losses", ["paper", "relative"])
Pooling = Enum("Pooling", ["average", "max"])
Precision = Enum("Precision", ["auto", "float32", "bfloat16"])
Colours = Enum("Colours", ["rgb", "decorrelated"])
Preprocessing = Enum("Preprocessing", ["imagenet", "caffe"])
Crop = Enum("Crop", ["none", "square"])
Statistic = Enum("Statistic", ["gram", "covariance", "moments", "shifted", "sliced"])
Drawing = Enum("Drawing", ["auto", "none", "fig1", "fig2", "fig3", "grid", "curve", "tradeoff", "atlas", "statistics"])


def _require(holds: bool, key: str, given: object, expected: str) -> None:
    if not holds:
        raise InputError(f"{key}={given}: expected {expected}")


SMALLEST, LARGEST = 1e-20, 1e20  # of a positive number: float32, in which all is computed, has 1e-38 to 1e38


def _require_positive(value: float, key: str) -> None:
    _require(SMALLEST <= value <= LARGEST, key, value, f"a positive number, {SMALLEST:g} to {LARGEST:g}")


def _require_between(value: float, key: str, least: float, most: float, what: str = "a number") -> None:
    _require(least <= value <= most, key, value, f"{what} between {least} and {most}")


def _require_size(value: int, key: str) -> None:
    _require_between(value, key, 1, 16384, "pixels of the longer side")


def _require_seed(value: int, key: str) -> None:
    _require(0 <= value < 2**63, key, value, "a whole number from 0 to 2^63 - 1")


def _require_statistic(given: str, key: str, known: list[str]) -> None:
    expected = f"one of {', '.join(known)}, or package.module:Class of your own{nearest(given, known)}"
    _require(given in known or is_own_class(given), key, given, expected)


def _require_part(channels: list[str], window: list[float] | None, term: str) -> None:
    for each in channels:
        is_known = re.fullmatch(r"\d+(:\d+)?", each) is not None and from_ranges([each]) != ()
        _require(is_known, f"{term}.channels", each, "numbers from 0 on, or parts such as 0:64")
    if window is not None:
        left, top, width, height = window if len(window) == 4 else (-1.0,) * 4
        inside = 0 <= left <= left + width <= 1 and 0 <= top <= top + height <= 1
        expected = "[x,y,width,height] in parts of the picture, 0 to 1, for example [0.25,0.25,0.5,0.5]"
        _require(inside, f"{term}.window", f"[{','.join(f'{each:g}' for each in window)}]", expected)


FEATURES = "features"  # the statistic of content that keeps all of them
BY_DEPTH = [f"relu{block}_1" for block in range(1, 6)]  # of every VGG
DEFAULT_CONTENT = ["relu4_2"]  # the paper's choice where content and style are joined


@dataclass
class TermSettings:
    """One representation's picture, layers and statistic, which may be a user's class (`own_class`) with parameters."""

    picture: str = MISSING
    layers: list[str] | None = None
    weights: list[float] | None = None
    by_depth: list[str] = field(default_factory=list)
    statistic: str = MISSING
    parameters: dict[str, Any] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)
    window: list[float] | None = None

    @property
    def is_own(self) -> bool:
        """Whether a class of the user's makes the code."""
        return is_own_class(self.statistic)

    @property
    def selection(self) -> Selection | None:
        """The part of the features that counts; ``None`` if all do."""
        chosen = Selection(from_ranges(self.channels), tuple(self.window or ANY))  # type: ignore[arg-type]  # four of them
        return None if chosen == Selection() else chosen

    @property
    def effective_shifts(self) -> list[int]:
        """Shifts of `StyleSettings` that have an effect; other terms have none."""
        return []


@dataclass
class ContentSettings(TermSettings):
    """What is kept of content. A code from a file takes the place of a picture's."""

    statistic: str = FEATURES
    code: str | None = None

    def __post_init__(self) -> None:
        _require_statistic(self.statistic, "content.statistic", [FEATURES])


@dataclass
class StyleSettings(TermSettings):
    """What is kept of texture, and the scale of the painting; without a size it is as large as the result."""

    statistic: str = Statistic.gram.name
    shifts: list[int] = field(default_factory=list)
    size: int | None = None
    crop: Crop | None = None

    def __post_init__(self) -> None:
        if self.size is not None:
            _require_size(self.size, "style.size")
        _require_statistic(self.statistic, "style.statistic", [each.name for each in Statistic])
        for shift in self.shifts:
            _require(shift >= 1, "style.shifts", self.shifts, "whole numbers of positions, from 1 on")
        if self.statistic == Statistic.shifted.name:
            _require(bool(self.shifts), "style.shifts", "[]", "at least one number of positions, for example [1,2,4]")

    @property
    def effective_shifts(self) -> list[int]:
        """The shifts that have an effect."""
        return sorted(set(self.shifts)) if self.statistic == Statistic.shifted.name else []


@dataclass
class NetworkSettings:
    """Which network looks at the pictures."""

    architecture: str = "vgg19"
    weights: str = MISSING
    pooling: Pooling = Pooling.average
    preprocessing: Preprocessing | None = None
    normalize_over: list[str] = field(default_factory=list)
    by_depth: list[str] = field(default_factory=lambda: list(BY_DEPTH))
    seed: int = 0

    def __post_init__(self) -> None:
        named, known = self.architecture, (*ARCHITECTURES, ALEXNET)
        ways = "torchvision:NAME, timm:NAME or package.module:function"
        expected = f"one of {', '.join(known)}, {ways}{nearest(named, known)}"
        _require(named in known or ":" in named[1:-1], "network.architecture", named, expected)
        if named.startswith("timm:"):
            require_timm(f"network={named}")
        _require_seed(self.seed, "network.seed")
        over = self.normalize_over
        _require(len(set(over)) == len(over), "network.normalize_over", over, "every picture once")

    @property
    def is_vgg(self) -> bool:
        """Whether it is one of the paper's kind, whose layers are named by block and number."""
        return self.architecture in ARCHITECTURES

    @property
    def is_own(self) -> bool:
        """Whether a function of the user's makes it."""
        return ":" in self.architecture and self.architecture.partition(":")[0] not in COLLECTIONS


@dataclass
class CanvasSettings:
    """Which parameters stand for the picture."""

    contrast: float = MISSING
    colours: Colours = MISSING

    def __post_init__(self) -> None:
        _require_between(self.contrast, "canvas.contrast", 0, 1, "a standard deviation")


@dataclass
class PixelsSettings(CanvasSettings):
    """Every pixel is a parameter."""


@dataclass
class FourierSettings(CanvasSettings):
    """Fourier coefficients, an octave a parameter."""


@dataclass
class PyramidSettings(CanvasSettings):
    """A sum of enlarged levels."""

    levels: int = MISSING
    damping: float = MISSING

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_between(self.levels, "canvas.levels", 1, 16)
        _require_between(self.damping, "canvas.damping", 0, 2)


@dataclass
class OptimizerSettings:
    """What moves the canvas."""

    lr: float = MISSING

    def __post_init__(self) -> None:
        _require_positive(self.lr, "optimizer.lr")


@dataclass
class LBFGSSettings(OptimizerSettings):
    """Limited-memory BFGS, one evaluation a step."""

    history: int = MISSING
    reach: float = MISSING

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_between(self.history, "optimizer.history", 1, 1000)
        _require_positive(self.reach, "optimizer.reach")


@dataclass
class AdamSettings(OptimizerSettings):
    """Adam with torch's betas."""


@dataclass
class Config:
    """One cell: one reconstruction."""

    representation: RepresentationKind = MISSING
    content: ContentSettings = field(default_factory=ContentSettings)
    style: StyleSettings = field(default_factory=StyleSettings)
    depth: int | None = None
    ratio: float = MISSING
    losses: Losses = MISSING
    size: int = MISSING
    crop: Crop = MISSING
    steps: int = MISSING
    until: float | None = None
    seed: int = MISSING
    start: str = NOISE
    start_noise: float = 0.0
    network: NetworkSettings = MISSING
    canvas: CanvasSettings = MISSING
    optimizer: OptimizerSettings = MISSING
    precision: Precision = MISSING
    device: str = MISSING
    compile: str = MISSING
    winograd: str = MISSING
    checkpointing: bool = MISSING
    snapshots: list[float] = field(default_factory=list)
    runs: str = MISSING
    name: str = MISSING
    figure: Drawing = MISSING
    parts: list[dict[str, Any]] = field(default_factory=list)
    film: bool = MISSING
    page: str = "auto"
    observer: str = "auto"
    fresh: bool = False

    def __post_init__(self) -> None:
        within = self.ratio in (0, math.inf) or SMALLEST <= self.ratio <= LARGEST
        expected = f"a positive number, {SMALLEST:g} to {LARGEST:g}, 0 (style alone) or inf (content alone)"
        _require(within, "ratio", self.ratio, expected)
        _require_size(self.size, "size")
        _require_between(self.steps, "steps", 1, 10**6, "a number of optimisation steps")
        if self.until is not None:
            _require(0 < self.until < 1, "until", self.until, "a relative error between 0 and 1, or null")
        for key in ("compile", "winograd", "page"):
            value = getattr(self, key).lower()  # YAML's true arrives as "True"
            _require(value in ("auto", "true", "false"), key, value, "auto, true or false")
            setattr(self, key, value)
        device = re.fullmatch(r"auto|cpu|mps|cuda(:\d\d?)?", self.device)
        _require(device is not None, "device", self.device, "auto, cpu, cuda, cuda:N or mps")
        _require_seed(self.seed, "seed")
        _require(bool(self.start.strip()), "start", self.start, "noise, half, content, style or the path of a picture")
        one_size = self.start == HALF and self.code is not None
        _require(not one_size, "start", HALF, "another start: features from a file have one size")
        _require_between(self.start_noise, "start_noise", 0, 1, "a share")
        names.check(self.observer, self.network.architecture)
        check_place(self.runs, self.name)
        for level in self.snapshots:
            _require(0 < level < 1, "snapshots", level, "relative errors between 0 and 1")
        for term in ("content", "style"):
            self._check_layers(term)

    def active(self) -> list[str]:
        """Names of the terms that this representation has."""
        return ["content", "style"] if self.representation is RepresentationKind.both else [self.representation.name]

    def term(self, name: str) -> "ContentSettings | StyleSettings":
        """The settings of content or of style."""
        return self.content if name == "content" else self.style

    def terms(self) -> dict[str, "ContentSettings | StyleSettings"]:
        """Name -> settings of the terms that this representation has."""
        return {name: self.term(name) for name in self.active()}

    def layers(self, term: str) -> list[str]:
        """The layers of a term: given by name or by depth; else all of style's `by_depth`, or content's relu4_2."""
        settings, by_depth = self.term(term), self.by_depth(term)
        if settings.layers is not None:
            return settings.layers
        if self.depth is None:
            return by_depth if term == "style" else DEFAULT_CONTENT
        return by_depth[self.depth - 1 : self.depth] if term == "content" else by_depth[: self.depth]

    def by_depth(self, term: str) -> list[str]:
        """The layer of each depth: as given, or the network's own."""
        return self.term(term).by_depth or self.network.by_depth

    @property
    def code(self) -> str | None:
        """The file of content's code, where there is one and it is looked at."""
        return self.content.code if "content" in self.active() else None

    def scale(self, term: str) -> tuple[int, bool]:
        """Pixels of the longer side of a term's original, and whether it is cut to a square."""
        size, crop = (self.style.size, self.style.crop) if term == "style" else (None, None)
        return size or self.size, (crop or self.crop) is Crop.square

    @property
    def result_scale(self) -> tuple[int, bool]:
        """The same of the result, which has the shape of its first original."""
        return self.size, self.crop is Crop.square

    def halved(self) -> "Config":
        """The same cell at half its size, from noise."""
        style = replace(self.style, size=self.style.size and max(1, self.style.size // 2))
        return replace(self, size=max(1, self.size // 2), style=style, start=NOISE, film=False, snapshots=[])

    def asked_layers(self) -> tuple[str, ...]:
        """The layers of all terms, each once."""
        return tuple(sorted({layer for term in self.active() for layer in self.layers(term)}))

    def _check_layers(self, term: str) -> None:
        _require_part(self.term(term).channels, self.term(term).window, term)
        settings, known = self.term(term), taps(ARCHITECTURES[self.network.architecture]) if self.network.is_vgg else ()
        if term not in self.active() and settings.layers is None:
            return
        if settings.layers is not None and known:
            settings.layers = [taken_for(layer, known) for layer in settings.layers]
        if term in self.active() and self.depth is not None:
            deepest = len(self.by_depth(term))
            expected = f"1 to {deepest}" if deepest else f"{term}.layers, since this network has no layers by depth"
            _require(1 <= self.depth <= deepest, "depth", self.depth, expected)
        layers = self.layers(term)
        key = f"{term}.layers"
        _require(bool(layers), key, "[]", "at least one layer, for example [relu4_2]")
        check(layers, known or layers, key)
        if settings.weights is not None:
            counts = f"{len(layers)} numbers, one for each of {', '.join(layers)}"
            _require(len(settings.weights) == len(layers), f"{term}.weights", settings.weights, counts)
            for weight in settings.weights:
                _require_positive(weight, f"{term}.weights")


def check_place(runs: str, name: str) -> None:
    """Results go into the folder ``runs/name``, and nowhere else because of a slip."""
    _require(bool(runs.strip()), "runs", runs, "a folder")
    parts = PurePath(name).parts
    inside = bool(name.strip()) and ".." not in parts and not PurePath(name).is_absolute() and bool(parts)
    _require(inside, "name", name, "the name of a folder below runs")


# What torchvision's networks are normalised over, and the weights that a suffix of their names stands for.
PHOTOGRAPHS = ("pagoda", "astronaut", "coffee", "cat", "rocket")
WEIGHTS = {"": "torchvision", "_bn": "torchvision_bn", "_untrained": "untrained"}
WITH_A_FILE = {"vgg16": "vgg16"}  # networks whose weights are an asset
OTHERS = {  # networks that are no VGG: name -> architecture, weights, the layer of each depth
    "alexnet": (ALEXNET, "lpips_alexnet", ["relu1", "relu2", "relu3", "relu4", "relu5"]),
    "efficientnet_lite0": (
        "timm:tf_efficientnet_lite0",
        "efficientnet_lite0",
        ["blocks.0", "blocks.1", "blocks.2", "blocks.4", "blocks.6"],  # positions 2, 4, 8, 16 and 32 pixels apart
    ),
}


def known_networks() -> dict[str, NetworkSettings]:
    """Name -> settings of the networks that are no file of ``configs/``."""
    vgg = {f"{each}{suffix}": (each, weights) for each in ARCHITECTURES for suffix, weights in WEIGHTS.items()}
    found = {name: NetworkSettings(each, WITH_A_FILE.get(name, w)) for name, (each, w) in vgg.items()}
    for node in found.values():
        node.normalize_over = list(PHOTOGRAPHS)
    for name, (architecture, weights, by_depth) in OTHERS.items():
        for suffix, chosen in (("", weights), ("_untrained", WEIGHTS["_untrained"])):
            found[f"{name}{suffix}"] = NetworkSettings(architecture, chosen, by_depth=by_depth)
    return found


def register(words: Iterable[str] = ()) -> None:
    """Make the schema and the networks known to Hydra: VGG's, and those that a command line names."""
    store = ConfigStore.instance()
    store.store(group="schema", name="config", node=Config)
    store.store(group="schema/network", name="network", node=NetworkSettings)
    for canvas in (PixelsSettings, PyramidSettings, FourierSettings):
        store.store(group="schema/canvas", name=_bare_name(canvas), node=canvas)
    for optimizer in (LBFGSSettings, AdamSettings):
        store.store(group="schema/optimizer", name=_bare_name(optimizer), node=optimizer)
    for name, node in known_networks().items():
        store.store(group="network", name=name, node=node)
    given = ",".join(word.removeprefix("network=") for word in words if word.startswith("network="))
    for each in (each for each in given.split(",") if ":" in each):
        store.store(group="network", name=each, node=NetworkSettings(each, "default", by_depth=[]))


def _bare_name(settings: type) -> str:
    return settings.__name__.removesuffix("Settings").lower()


def register_benchmark(settings: type) -> None:
    """Make the benchmark's own settings known to Hydra."""
    ConfigStore.instance().store(group="schema", name="benchmark", node=settings)
