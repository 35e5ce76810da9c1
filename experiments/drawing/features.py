"""The feature maps of finished cells, in float32, by the network that they were made with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from PIL.Image import Image
from torch import Tensor
from torch.nn.functional import interpolate

from experiments.cell.compute_plan import device
from experiments.drawing.measurements import Cell
from experiments.settings.schema import TermSettings
from reconstruct import images
from reconstruct.report.figures import Cells, Panel
from reconstruct.runs.results import PICTURE
from reconstruct.runs.wording import percent
from reconstruct.selection import Selection

SIDE = 256  # pixels of the longer side of a map, at least


@torch.no_grad()
def with_maps(cells: Cells, most: int) -> Cells:
    """Cells with at most so many channels of each of their layers, those that differ most."""
    return replace(cells, panels=[replace(panel, maps=dict(_of_cell(panel, most))) for panel in cells.panels])


def _of_cell(panel: Panel, most: int) -> Iterator[tuple[tuple[str, str], Mapping[str, Sequence[Image]]]]:
    if (result := panel.result) is None or panel.picture is None:
        return
    network = Cell(panel.folder, result).network
    for term in filter(result.layers.__contains__, result.originals):
        channels, window = result.config[term].get("channels", []), panel.window(term) or None
        chosen = TermSettings(channels=channels, window=window).selection or Selection()
        pair = [images.load(panel.folder / name).to(device("auto")) for name in (f"{term}.png", PICTURE)]
        for layer in result.layers[term]:
            P, F = (chosen(network(picture, [layer])[layer].float())[0] for picture in pair)
            words, maps = _of_layer(term, P, F, chosen, most)
            yield (term, f"{term} of {layer}: {words}"), maps


def _of_layer(term: str, P: Tensor, F: Tensor, chosen: Selection, most: int) -> tuple[str, dict[str, list[Image]]]:
    """Of features ``(C, H, W)`` of the original and of the reconstruction; style has the mean square of a channel."""
    A, G = (each.square().mean((1, 2))[:, None] if term == "style" else each.flatten(1) for each in (P, F))
    differences, numbers = (G - A).square().sum(1), chosen.channels or range(len(P))
    relative = (differences / A.square().sum(1)).nan_to_num(0).clamp(max=9.99).tolist()  # 0 / 0 is no difference
    order = differences.argsort(descending=True, stable=True)[:most].tolist()
    share = percent(float((differences[order].sum() / differences.sum()).nan_to_num(0)))
    among = f"{len(numbers)} channels{' of the chosen part' * (chosen != Selection())}"
    maps = {f"channel\n{numbers[i]}\n{percent(relative[i])}": _on_one_scale(P[i], F[i]) for i in order}
    return f"{len(order)} of {among}, with {share} of the squared difference", maps


def _on_one_scale(*maps: Tensor) -> list[Image]:
    """Maps ``(H, W)`` in grey, 0 or a smaller value black and the largest of all white; none is a mere line."""
    low, high = min(0.0, *(float(F.min()) for F in maps)), max(float(F.max()) for F in maps)
    grey = (((F - low) / max(high - low, 1e-30)).expand(1, 3, -1, -1) for F in maps)
    sizes = ([round(max(SIDE, *F.shape) * max(side / max(F.shape), 0.5)) for side in F.shape] for F in maps)
    return [images.to_image(interpolate(each, size)) for each, size in zip(grey, sizes, strict=True)]
