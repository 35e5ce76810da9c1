"""What a cell minimises: its terms, their representations, targets and weights."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from experiments.cell.originals import Originals, stretched
from experiments.settings.own_class import own_class
from experiments.settings.schema import FEATURES, Config, Losses, Statistic
from reconstruct.errors import InputError, one_line
from reconstruct.network import Network
from reconstruct.objective import Term, encode, reference_loss
from reconstruct.representations import (
    Code,
    Content,
    Covariance,
    Moments,
    Part,
    Representation,
    Shifted,
    Sliced,
    Style,
    equal_weights,
)

Make = Callable[[Mapping[str, float], Sequence[int], int], Representation]
KNOWN: Mapping[str, Make] = {
    Statistic.gram.name: lambda weights, shifts, seed: Style(weights),
    Statistic.covariance.name: lambda weights, shifts, seed: Covariance(weights),
    Statistic.moments.name: lambda weights, shifts, seed: Moments(weights),
    Statistic.shifted.name: lambda weights, shifts, seed: Shifted(weights, shifts),
    Statistic.sliced.name: lambda weights, shifts, seed: Sliced(weights, seed),
}
"""Statistic of style -> what makes it of layers' weights, shifts and the seed."""

BOTH_SHOW = (1e-3, 10.0)  # relative ratios between which both pictures are seen, over layers, pictures and sizes
FAR = 10.0  # times beyond which there is a warning


def terms(config: Config, network: Network, originals: Originals) -> list[Term]:
    """The terms of the objective, their targets as this network sees them.

    `InputError` if losses are to be relative, and there is nothing to measure them against.
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
    chosen = _representation(config, name)
    try:
        if name in originals.features:
            target = chosen.encode(originals.features[name])
        else:
            target = encode(network, chosen, originals.pictures[name])
    except InputError as error:  # a part that is not there
        raise InputError(f"{name}.{error}") from error
    if not config.term(name).is_own:
        return Term(name, chosen, target, weight)
    _check_own(config, name, chosen, target)
    return Term(name, chosen, target, weight, has_errors=_has_errors(chosen, target))


def _representation(config: Config, term: str) -> Representation:
    selection, whole = config.term(term).selection, _whole(config, term)
    return Part(whole, selection) if selection else whole


def _whole(config: Config, term: str) -> Representation:
    """The representation of all features."""
    settings, layers = config.term(term), config.layers(term)
    weights = dict(zip(layers, settings.weights, strict=True)) if settings.weights else equal_weights(layers)
    if settings.is_own:
        return _own(settings.statistic, f"{term}.statistic", weights, settings.parameters)
    if settings.statistic == FEATURES:
        return Content(weights)
    return KNOWN[settings.statistic](weights, settings.effective_shifts, config.seed)


def _own(name: str, key: str, weights: Mapping[str, float], parameters: Mapping[str, object]) -> Representation:
    made = own_class(name, key, Representation)  # type: ignore[type-abstract]
    try:
        return made(weights, **parameters)
    except Exception as error:  # whatever a user's class raises
        raise InputError(f"{key}={name}: cannot be made with {dict(parameters)} ({one_line(str(error))})") from error


def _check_own(config: Config, term: str, made: Representation, target: Code) -> None:
    """Whether a class of the user's gives a tensor and one number a layer."""
    named = f"{term}.statistic={config.term(term).statistic}"
    for layer, code in target.items():
        if not isinstance(code, Tensor):
            raise InputError(f"{named}: code gives {_shown(code)} at {layer}, expected a tensor")
    for layer, loss in made.layer_losses(target, target).items():
        if not isinstance(loss, Tensor) or loss.ndim:
            raise InputError(f"{named}: layer_loss gives {_shown(loss)} at {layer}, expected a tensor of shape []")


def _shown(given: object) -> str:
    """What a user's class gave, for a message."""
    return f"a tensor of shape {list(given.shape)}" if isinstance(given, Tensor) else f"a {type(given).__name__}"


def _has_errors(made: Representation, target: Code) -> bool:
    """Whether relative errors mean anything: whether a loss is a multiple of ‖code − target‖²."""
    codes = ({layer: share * code for layer, code in target.items()} for share in (0.0, 0.5))
    whole, half = (made.layer_losses(code, target) for code in codes)
    return all(math.isclose(float(whole[layer]), 4 * float(half[layer]), rel_tol=0.01) for layer in whole)


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


def warnings(config: Config, reference: Sequence[Term], network: Network, originals: Originals) -> Iterator[str]:
    """What a user may not expect of these terms, a line each.

    `InputError` if until or snapshots were asked for, and there are no relative errors.
    """
    for term in reference:
        whole = term.representation.whole if isinstance(term.representation, Part) else term.representation
        if type(whole) is Shifted:  # and no class of the user's
            yield _without_room(whole, term.target)
        if not term.has_errors:
            what = f"{term.name}.statistic={config.term(term.name).statistic}: layer_loss is no multiple of"
            if config.until is not None or config.snapshots:
                raise InputError(f"{what} ‖code − target‖²; until and snapshots need one")
            yield f"{what} ‖code − target‖², so its loss is reported without a relative error"
    yield _one_sided(config, network, originals)


def _without_room(made: Shifted, target: Code) -> str:
    """A line about shifts that are too long for every layer; empty if there are none."""
    known = max(code.shape[1] // 2 for code in target.values())  # two matrices for each shift, and that of none
    left_out = ", ".join(map(str, made.shifts[known:]))
    return f"style.shifts: no layer of this size has room for {left_out}, which counts for nothing" if left_out else ""


def _one_sided(config: Config, network: Network, originals: Originals) -> str:
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
