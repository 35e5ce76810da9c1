import math
from itertools import islice

import pytest
import torch
from support.optimisations import made
from support.tiny import smooth_picture
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from reconstruct import optimizers
from reconstruct.canvas import Pixels, white_noise
from reconstruct.objective import Objective, Term, encode
from reconstruct.optimizers import BlockLBFGS
from reconstruct.representations import Content, Style
from reconstruct.synthesis import PATIENCE, Diverged, Synthesis


@pytest.mark.parametrize("canvas", ["pixels", "pyramid", "fourier"])
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("kind", ["content", "style"])
def test_sixty_steps_bring_the_loss_down_for_every_canvas_and_optimizer(kind, optimizer, canvas):
    """A step carries the very picture that has its loss, between 0 and 1, and the best one is kept."""
    synthesis = made(kind, optimizer, canvas)
    steps = list(synthesis)
    totals = [step.total for step in steps]
    share = {"content": 1 / 10, "style": 1 / 100}[kind]  # random filters, half of them dead, keep less than VGG's
    assert min(totals) < share * totals[0]
    assert synthesis.best.total == min(totals)
    assert all(step.picture.min() >= 0 and step.picture.max() <= 1 for step in steps)
    for step in steps[::7]:
        assert float(synthesis.objective.evaluate(step.picture).total) == pytest.approx(step.total, rel=1e-5)


class _NoDoubles(TorchDispatchMode):
    """As on a device that cannot compute in double precision."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        given = function(*args, **(kwargs or {}))
        for each in tree_leaves(given):
            assert not (isinstance(each, torch.Tensor) and each.dtype in (torch.float64, torch.complex128)), function
        return given


@pytest.mark.parametrize("canvas", ["pixels", "pyramid", "fourier"])
@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("kind", ["content", "style"])
def test_only_small_systems_are_solved_in_double_precision(monkeypatch, kind, optimizer, canvas):
    monkeypatch.setattr(optimizers, "_solve", lambda triangle, right, upper: right)
    with _NoDoubles():
        assert len([step.total for step in islice(made(kind, optimizer, canvas), 5)]) == 5


def test_small_systems_are_solved_elsewhere_where_a_device_has_no_double_precision():
    places = {name: optimizers._with_double(torch.device(name)).type for name in ("mps", "cuda", "cpu")}
    assert places == {"mps": "cpu", "cuda": "cuda", "cpu": "cpu"}
    triangle, right = torch.rand(5, 5).triu() + torch.eye(5), torch.rand(5)
    assert torch.allclose(triangle @ optimizers._solve(triangle, right, upper=True), right, atol=1e-5)


@pytest.mark.parametrize(("optimizer", "reach"), [("lbfgs", 0.1), ("lbfgs", 1e-3), ("adam", 0.1)])
def test_going_on_from_a_saved_state_is_bit_for_bit_the_same(optimizer, reach, tmp_path):
    whole = list(made(optimizer=optimizer, reach=reach))
    first, second = made(optimizer=optimizer, reach=reach), made(optimizer=optimizer, reach=reach)
    for step in first:
        if step.number == 24:
            torch.save(first.state_dict(), tmp_path / "state.pt")
            break
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    rest = list(second)
    assert [step.number for step in rest] == list(range(25, 60))
    assert [step.total for step in rest] == [step.total for step in whole[25:]]
    assert torch.equal(rest[-1].picture, whole[-1].picture)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_a_loss_that_stays_no_number_stops_with_the_term_and_step_and_keeps_the_best_picture(optimizer):
    synthesis = made(optimizer=optimizer)
    forward, calls = synthesis.canvas.forward, iter(range(100))
    synthesis.canvas.forward = lambda: forward() * (math.nan if next(calls) >= 10 else 1)
    with pytest.raises(Diverged, match="the content loss became nan at step 10"):
        list(synthesis)
    assert torch.isfinite(synthesis.best.picture).all()
    assert synthesis.best.number <= 9
    assert synthesis.done == 10 + PATIENCE


@pytest.mark.parametrize("weightless", ["content", "style"])
def test_a_term_of_weight_0_is_watched_and_decides_nothing(network, picture, weightless):
    """Neither when it ends, nor which error a step has, nor who is to blame."""
    content, style = Content({"relu1_2": 1.0}), Style({"relu1_1": 1.0})
    other = smooth_picture(16, 20, seed=5)
    terms = [
        Term("content", content, encode(network, content, picture), weight=float(weightless != "content")),
        Term("style", style, encode(network, style, other), weight=float(weightless != "style")),
    ]
    canvas = Pixels(white_noise(16, 20, 0.2, torch.Generator().manual_seed(0)))
    lbfgs = BlockLBFGS(canvas.parameters(), canvas.position, 1, 20, 0.1)
    steps = list(Synthesis(canvas, Objective(network, terms), lbfgs, steps=60, until=0.05))
    (decides,) = {"content", "style"} - {weightless}
    assert [step.error for step in steps] == [sum(step.errors[decides].values()) for step in steps]
    assert steps[-1].error <= 0.05 < steps[-2].error
    assert sum(steps[-1].errors[weightless].values()) > 0.05


def test_it_ends_at_the_first_step_with_the_wanted_error_and_stays_there(tmp_path):
    whole = list(made())
    until = whole[20].error
    first = next(step.number for step in whole if step.error <= until)
    short = made(until=until)
    steps = list(short)
    assert [step.total for step in steps] == [step.total for step in whole[: first + 1]]
    assert short.done == first + 1
    torch.save(short.state_dict(), tmp_path / "state")
    again = made(until=until)
    again.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert list(again) == []
    assert list(made(until=1e-12))[-1].number == 59


def test_the_gradient_norm_is_that_of_the_unscaled_loss():
    synthesis = made()
    step = next(iter(synthesis))
    start = Pixels(white_noise(16, 16, 0.29, torch.Generator().manual_seed(0)))
    synthesis.objective(start()).total.backward()
    assert step.gradient_norm == pytest.approx(float(start.pixels.grad.norm()), rel=1e-5)
