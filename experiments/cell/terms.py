"""What a cell minimises: its terms, their targets and weights."""

import math
from dataclasses import replace

import torch

from experiments.cell.originals import Originals, stretched
from experiments.cell.representations import check_own, has_errors, representation
from experiments.settings.schema import Config, Losses
from reconstruct.errors import InputError
from reconstruct.network import Network
from reconstruct.objective import Term, encode, reference_loss

BOTH_SHOW = (1e-3, 10.0)  # relative ratios between which both pictures are seen, over layers, pictures and sizes
FAR = 10.0  # times beyond which there is a warning


def terms(config: Config, network: Network, originals: Originals) -> list[Term]:
    """The terms of the objective, their targets as this network sees them.

    Raises:
        InputError: losses are to be relative, and there is nothing to measure them against.
    """
    weights, relative = _weights(config), config.losses is Losses.relative
    plain = [_term(name, weights[name], config, network, originals) for name in config.active()]
    return [replace(term, unit=_unit(term, config, network, originals)) for term in plain] if relative else plain


def _weights(config: Config) -> dict[str, float]:
    """α and β from α/β; at 0 and infinity one of the terms is only watched."""
    if len(config.active()) == 1:
        return dict.fromkeys(config.active(), 1.0)
    return {"content": 1.0, "style": 0.0} if math.isinf(config.ratio) else {"content": config.ratio, "style": 1.0}


def _term(name: str, weight: float, config: Config, network: Network, originals: Originals) -> Term:
    chosen = representation(config, name)
    if name in originals.features:
        target = chosen.encode(originals.features[name])
    else:
        target = encode(network, chosen, originals.pictures[name])
    check_own(config, name, chosen, target)
    return Term(name, chosen, target, weight, has_errors=not config.term(name).is_own or has_errors(chosen, target))


def _unit(term: Term, config: Config, network: Network, originals: Originals) -> float:
    """The loss of the other picture, or of a code that is zero where there is no other."""
    own, size = originals.pictures.get(term.name), originals.shape  # at which the other picture is looked at
    if own is not None and config.scale(term.name) == config.result_scale:
        size = own.shape[-2], own.shape[-1]
    others = [stretched(picture, *size) for other, picture in originals.pictures.items() if other != term.name]
    code = encode(network, term.representation, others[0]) if others else None
    if own is not None and not others and (own.shape[-2], own.shape[-1]) != size:  # nothing, but as large as the result
        here = encode(network, term.representation, stretched(own, *size))
        code = {layer: torch.zeros_like(each) for layer, each in here.items()}
    unit = reference_loss(term.representation, term.target, code)
    if unit == 0:
        same = f"nothing to measure {term.name} against, both pictures are the same; try losses=paper"
        nothing = f"the code of {term.name} is zero at these layers; try lower ones, or a larger size"
        raise InputError(f"losses=relative: {same if others else nothing}")
    return unit


def one_sided(config: Config, network: Network, originals: Originals) -> str:
    """A line about a ratio at which, by far, only one of both pictures will show; empty if there is nothing to say."""
    if len(originals.pictures) < 2 or config.ratio in (0, math.inf):
        return ""
    scale = _in_relative_units(config, network, originals)
    least, most = BOTH_SHOW[0] / FAR, BOTH_SHOW[1] * FAR
    if not scale or least <= config.ratio * scale <= most:
        return ""
    hidden = "content" if config.ratio * scale < least else "style"
    low, high = (f"{float(f'{bound / scale:.0e}'):g}" for bound in BOTH_SHOW)
    other = "with losses=relative a ratio means the same at every size"
    if config.losses is Losses.relative:
        other = "losses=paper takes the paper's, which depend on the size"
    return f"ratio={config.ratio:g}: {hidden} will be invisible; use {low} to {high} to see both ({other})"


def _in_relative_units(config: Config, network: Network, originals: Originals) -> float:
    """What a ratio is to be multiplied by to be one of relative losses; 0 if there is no such number."""
    if config.losses is Losses.relative:
        return 1.0
    try:
        units = {term.name: term.unit for term in terms(replace(config, losses=Losses.relative), network, originals)}
    except InputError:  # both pictures are the same
        return 0.0
    return units["content"] / units["style"]
