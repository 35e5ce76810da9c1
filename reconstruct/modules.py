"""Any module of torch's as a network: its layers are the calls of its modules, in the order in which they return.

A layer has its module's name, with ``_1`` behind it at a second call, as torchvision's feature extraction counts them.
Maps ``(N, C, H, W)`` are features as they are; tokens ``(N, L, C)`` become a column ``(N, C, L, 1)``, vectors
``(N, C)`` one position.
"""

import copy
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

import torch
from torch import Tensor, nn

from reconstruct.hardware.algorithms import ConvAlgorithm, Rounded
from reconstruct.network import Network, Read
from reconstruct.receptive_fields import as_map, hooked, survey


class Modules(Network):
    """A network whose code is its own.

    Args:
        module: from a picture ``(N, 3, H, W)`` to anything.
        preprocess: what stands between RGB in [0, 1] and the module.
        size: height and width of a picture that passes it.
    """

    def __init__(
        self, module: nn.Module, preprocess: nn.Module | None = None, size: tuple[int, int] = (224, 224)
    ) -> None:
        super().__init__(preprocess)
        self.module = module
        self._frozen()
        self.layers = survey(module, *size)

    @property
    def taps(self) -> tuple[str, ...]:
        """Names of all layers, in the order in which they are known."""
        return tuple(self.layers)

    def forward(self, picture: Tensor, layers: Iterable[str], read: Read = lambda _, F: F) -> dict[str, Any]:
        """Features of `layers`; see `Network`."""
        wanted, features = frozenset(layers), dict[str, Any]()

        def keep(layer: str, name: str, output: Tensor) -> Tensor | None:
            if layer not in wanted:
                return None
            features[layer] = read(layer, as_map(output, self.layers[layer].order))
            if len(features) == len(wanted):
                raise _Enough
            return output.clone()  # which may be changed in place by what follows

        x = self.preprocess(picture).contiguous(memory_format=torch.channels_last)
        with hooked(self.module, (self.layers[layer].module for layer in wanted), keep), suppress(_Enough):
            self.module(x)
        return features

    def kept(self, layers: Iterable[str], height: int, width: int) -> list[int]:
        """How many numbers are in each tensor that the gradient of a picture needs, weights aside."""
        network, found = copy.deepcopy(self).to("meta"), dict[int, int]()
        own = {each.untyped_storage()._cdata for each in (*network.parameters(), *network.buffers())}

        def note(tensor: Tensor) -> Tensor:
            if (storage := tensor.untyped_storage()._cdata) not in own:
                found[storage] = max(found.get(storage, 0), tensor.numel())
            return tensor

        picture = torch.empty(1, 3, height, width, device="meta", requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            features = network(picture, layers)
        return list(found.values()) if features else []

    # Departure: the paper computes in float32, and so is whatever is reported here.
    def computed(self, algorithm: ConvAlgorithm, layers: Iterable[str]) -> Self:
        """The same weights in the number format of an algorithm; Winograd's is left to networks made of stages."""
        if algorithm is not ConvAlgorithm.bfloat16:
            return self
        network = copy.copy(self)
        whole = copy.deepcopy(self.module).to(torch.bfloat16)
        network._modules = self._modules | {"module": whole}
        parts = ((each.module, self.module.get_submodule(each.module)) for each in self.layers.values())
        for name, part in parts:
            if isinstance(part, nn.Conv2d):  # the first, which sees the picture
                above, _, last = name.rpartition(".")
                whole.get_submodule(above).add_module(last, Rounded(part))
                return network
        network._modules |= {"preprocess": nn.Sequential(self.preprocess, _Cast())}
        return network

    def checkpointed(self) -> Self:
        """The same: where it could be cut into parts is not known."""
        return self


class _Enough(Exception):
    """All features that are wanted are known."""


class _Cast(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.to(torch.bfloat16)
