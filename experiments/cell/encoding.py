"""The features that a network has of a picture, for a file."""

import torch

from experiments.cell import originals
from experiments.cell.codes import network_description
from experiments.cell.compute_plan import device
from experiments.cell.networks import network
from experiments.settings.inputs import inputs
from experiments.settings.schema import Config
from reconstruct.codes import SavedCode


def code_of(config: Config) -> SavedCode:
    """The features that content's layers have of content's picture, in float32."""
    found, chosen = inputs(config), device(config.device)
    originals.shapes(config, found)  # is it large enough?
    exact = network(config.network, found.network, chosen)
    picture = found.pictures["content"].picture(*config.result_scale).to(chosen)
    with torch.no_grad():
        features = exact(picture, config.layers("content"))
    code = {layer: F.cpu() for layer, F in features.items()}
    return SavedCode(code, (picture.shape[-2], picture.shape[-1]), network_description(config, found))
