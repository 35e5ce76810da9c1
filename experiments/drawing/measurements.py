"""Measure every picture of a sweep, in float32, with the network it was reconstructed with."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from experiments.cell import networks
from experiments.cell.compute_plan import device
from experiments.cell.originals import stretched
from experiments.drawing import observations
from experiments.settings import schema
from experiments.settings.inputs import network_inputs
from experiments.terminal.progress import counted, say
from reconstruct import images, layers, measures
from reconstruct.analysis.entries import MEASURES, UNTRAINED, Entry, Kind, current, read, write
from reconstruct.analysis.outcomes import plural
from reconstruct.analysis.selection import grouped
from reconstruct.network import Network
from reconstruct.objective import Objective, Term, encode
from reconstruct.recorders.snapshots import found
from reconstruct.representations import Content, Style, equal_weights
from reconstruct.runs.naming import NOT_SETTINGS
from reconstruct.runs.results import PICTURE, Result
from reconstruct.runs.sweeps import Sweep

EQUAL = 100.0  # dB, the PSNR of a picture that equals its original
STRUCTURES = "relu2_1"  # whose features are looked for in the original: they see 10 pixels, every second one
IGNORED = ("seed", "device", "compile", "winograd", *NOT_SETTINGS)  # settings in which seeds of a cell may differ

Measured = tuple[Entry, Tensor]
"""An entry and its picture ``(1, 3, H, W)``."""


def entries(sweep: Sweep) -> list[Entry]:
    """The entries of ``measures.csv``; measured again if they are missing, damaged or of another state of the sweep."""
    if current(sweep, MEASURES, Entry) is None:
        write((entry.row() for entry in _measured(sweep)), sweep, MEASURES)
    return read(sweep.folder / MEASURES, Entry)


@dataclass(frozen=True)
class Cell:
    """A finished cell."""

    folder: Path
    result: Result

    @classmethod
    def every(cls, sweep: Sweep) -> "list[Cell]":
        """Those of a sweep."""
        return [cls(sweep.folder / cell.folder, result) for cell, result in sweep.results() if result]

    @property
    def layers(self) -> set[str]:
        """Those that it was made from, and those that its network has by depth."""
        return {*self.result.network.get("by_depth", ()), *chain.from_iterable(self.result.layers.values())}

    @property
    def network(self) -> Network:
        """The network that it was made with."""
        record = self.result.network
        settings = {key: value for key, value in record.items() if key != "kind"}
        given = settings.get("preprocessing")
        named = {
            "pooling": schema.Pooling[record["pooling"]],
            "preprocessing": schema.Preprocessing[given] if given else None,
        }
        asked = schema.NetworkSettings(**settings | named)
        return networks.network(asked, network_inputs(asked), device("auto"))

    @property
    def network_name(self) -> str:
        """As entries have it: architecture, weights, the seed that drew them, pooling."""
        network = self.result.network
        seed = f" {network['seed']}" if network["weights"] == UNTRAINED else ""
        pooling = network["pooling"] if network["architecture"] in layers.ARCHITECTURES else "own"
        return f"{network['architecture']} {network['weights']}{seed} {pooling}"

    @property
    def name(self) -> str:
        """The original as it is named in the settings: files of one name in two folders are different originals."""
        return self.result.asked_for(next(iter(self.result.layers)))

    @property
    def original(self) -> Tensor:
        """The picture that it was made from, of content if it has both."""
        return images.load(self.folder / f"{next(iter(self.result.layers))}.png")

    def recipe(self) -> str:
        """The settings that are equal in cells that differ in the seed only."""
        return str(sorted((key, value) for key, value in self.result.config.items() if key not in IGNORED))

    def is_comparable(self) -> bool:
        """Whether it has pictures to compare with; if not, a line says so."""
        known = set(self.result.layers) <= set(self.result.originals)
        if not known:
            say(f"  left out: {self.folder.name} was made from a code without a picture to compare with")
        return known


def _measured(sweep: Sweep) -> list[Entry]:
    cells = [cell for cell in Cell.every(sweep) if cell.is_comparable()]
    by_network = grouped(cells, lambda cell: cell.network_name)
    groups = [same for of in by_network.values() for same in grouped(of, Cell.recipe).values()]
    originals = {name: cell.original for name, cell in {cell.name: cell for cell in reversed(cells)}.items()}
    asked = observations.asked_for(sweep, [cell.result for cell in cells])
    look = observations.observed(asked, originals, lambda name: _seen(by_network[name]))
    pictures = (pair for group in counted(groups, "measuring") for pair in _of_group(group))
    measured = [look(entry, picture) for entry, picture in chain(pictures, _baselines(cells))]
    say(f"{sweep.folder / MEASURES}: {plural(len(measured), 'picture')} measured")
    _say_what_is_missing(measured)
    return measured


def _seen(cells: Sequence[Cell]) -> tuple[Network, tuple[str, ...]]:
    """The network of these cells, and the layers that they look at."""
    return cells[0].network, tuple(sorted({layer for cell in cells for layer in cell.layers}))


def _say_what_is_missing(measured: Sequence[Entry]) -> None:
    """What is not measured."""
    if small := sum(e.ssim is None for e in measured):
        say(f"  {plural(small, 'picture')} too small for SSIM: not measured")
    if shallow := sum(min(map(len, e.errors.values())) < len(_rectified(e)) for e in measured):
        say(f"  {plural(shallow, 'picture')} too small for the deepest layers: errors there are not measured")


def _rectified(entry: Entry) -> list[str]:
    """All rectified layers of an entry's network, if it is a VGG."""
    convolutions = layers.ARCHITECTURES.get(entry.network.split()[0], ())
    return [tap for tap in layers.taps(convolutions) if tap.startswith("relu")]


def _of_group(cells: Sequence[Cell]) -> Iterator[Measured]:
    """The entries of cells that differ in the seed only, with their agreement, and the pictures."""
    measured = [pair for cell in cells for pair in _of_cell(cell)]
    for entry, own in measured:
        alike = [picture for other, picture in measured if (other.kind, other.level) == (entry.kind, entry.level)]
        if len(alike) > 1:
            pictures = torch.cat(alike)
            deviation = float(measures.deviation(pictures).mean())
            entry = replace(entry, agreement=measures.mutual_psnr(pictures), deviation=deviation)
        yield entry, own


def _of_cell(cell: Cell) -> Iterator[Measured]:
    """The entries of a reconstruction and, for content alone, of its snapshots, which are compared at equal error."""
    result, folder = cell.result, cell.folder
    original = stretched(cell.original, *images.load(folder / PICTURE).shape[-2:])
    reference = _reference(cell, original)
    matched = {term: tuple(names) for term, names in result.layers.items()}
    snapshots = found(folder, result.config.get("snapshots", [])) if list(result.layers) == ["content"] else {}
    for level, path in [(None, folder / PICTURE), *snapshots.items()]:
        picture, kind = images.load(path), Kind.RESULT if level is None else Kind.SNAPSHOT
        entry = _entry(cell, kind, picture, original, reference)
        entry = replace(entry, cell=folder.name, level=level, seed=result.seed, layers=matched)
        shared, balance = _coherence(cell, picture, original), _style_balance(cell, picture, original)
        yield replace(entry, coherence=shared, style_balance=balance), picture


def _entry(cell: Cell, kind: Kind, picture: Tensor, original: Tensor, reference: Objective) -> Entry:
    """What can be measured of any picture beside an original."""
    result = cell.result
    is_joined = len(result.losses) == 2
    losses = result.losses if is_joined and result.loss_convention == "relative" else {}
    return Entry(
        kind=kind,
        representation="both" if is_joined else next(iter(result.layers)),
        network=cell.network_name,
        canvas=result.canvas,
        picture=cell.name,
        ratio=result.ratio if is_joined else None,
        psnr=min(measures.psnr(picture, original), EQUAL),
        ssim=measures.ssim(picture, original),
        layout=measures.layout(picture, original),
        wavelength=min(measures.wavelength(picture), max(picture.shape[-2:])),
        **asdict(measures.ColourError.of(picture, original)),
        losses={term: loss for term, loss in losses.items() if loss is not None},
        errors=reference.relative_errors(picture.to(device("auto"))),
        painting=result.asked_for("style") if is_joined else "",
    )


def _style_balance(cell: Cell, picture: Tensor, photograph: Tensor) -> float | None:
    """How far a joined picture's style is from the painting's, as a multiple of how far from the photograph's."""
    if len(cell.result.layers) < 2:
        return None
    style = Style(equal_weights(cell.result.layers["style"]))
    pictures = picture, images.load(cell.folder / "style.png"), photograph
    G, painting, own = (encode(cell.network, style, each.to(device("auto"))) for each in pictures)
    to_own = float(style.loss(G, own))
    return float(style.loss(G, painting)) / to_own if to_own else None


def _coherence(cell: Cell, picture: Tensor, original: Tensor) -> float | None:
    """Of a style and its original, at a layer that sees ten pixels; ``None`` if they are too small for it."""
    side = min(*picture.shape[-2:], *original.shape[-2:])
    is_style = list(cell.result.layers) == ["style"]
    if not is_style or STRUCTURES not in cell.network.taps or side < layers.smallest_side([STRUCTURES]):
        return None
    F, P = (cell.network(each.to(device("auto")), [STRUCTURES])[STRUCTURES] for each in (picture, original))
    return measures.coherence(F, P, stride=2)


def _reference(cell: Cell, like: Tensor) -> Objective:
    """Content and style at every rectified layer; of a single representation, both are of its original.

    The pictures that are to be measured are as large as `like`, ``(1, 3, H, W)``.
    """
    names, terms = list(cell.result.layers), []
    for term, form, own in (("content", Content, names[0]), ("style", Style, names[-1])):
        original = images.load(cell.folder / f"{own}.png")
        original = stretched(original, *like.shape[-2:]) if term == "content" else original
        side = min(*like.shape[-2:], *original.shape[-2:])
        representation = form(equal_weights(observations.measured_layers(cell.network, cell.layers, side)))
        target = encode(cell.network, representation, original.to(device("auto")))
        terms.append(Term(term, representation, target))
    return Objective(cell.network, terms)


def _baselines(cells: Sequence[Cell]) -> Iterator[Measured]:
    """For each original: itself shuffled, and each other original, measured like reconstructions of it; the picture."""
    alone = [cell for cell in reversed(cells) if len(cell.result.layers) == 1]
    firsts = {(cell.network_name, cell.name): cell for cell in alone}.values()
    for cell in firsts:
        original = cell.original
        reference = _reference(cell, original)
        if (moved := measures.rearranged(original)) is not None:
            yield _entry(cell, Kind.SHUFFLED, moved, original, reference), moved
        for other in firsts:
            picture, is_other = other.original, other.network_name == cell.network_name and other is not cell
            if is_other and picture.shape == original.shape:
                yield _entry(cell, Kind.OTHER, picture, original, reference), picture
