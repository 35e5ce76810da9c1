import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import examples

from reconstruct.optimizers import BlockLBFGS


def lbfgs(x: torch.Tensor, reach: float = 1.0, history: int = 10) -> BlockLBFGS:
    return BlockLBFGS([x], lambda: x, lr=1, history=history, reach=reach)


def quadratic(curvatures: torch.Tensor):
    """x -> 1/2 Σ c_i x_i², its minimum at 0."""
    x = torch.ones_like(curvatures).requires_grad_()

    def closure() -> torch.Tensor:
        x.grad = None
        loss = (curvatures * x.square()).sum() / 2
        loss.backward()
        return loss

    return x, closure


@pytest.mark.parametrize("scale", [1e-12, 1e-9, 1e6, 1e9])
def test_the_minimum_of_a_quadratic_is_found_and_the_size_of_the_loss_changes_no_step(scale):
    ways = []
    for size in (1.0, scale):
        x, closure = quadratic(torch.tensor([1.0, 10.0, 100.0]) * size)
        optimizer, way = lbfgs(x), []
        for _ in range(40):
            optimizer.step(closure)
            way.append(x.detach().clone())
        ways.append(way)
        assert x.abs().max() < 1e-3
    assert all(torch.allclose(*places, rtol=1e-2, atol=1e-3) for places in list(zip(*ways, strict=True))[:8])


def test_the_first_step_goes_down_the_gradient_a_fifth_of_the_reach():
    x, closure = quadratic(torch.tensor([1.0, 1.0]) * 1e-6)
    lbfgs(x, reach=0.5).step(closure)
    assert x.detach().tolist() == pytest.approx([0.9, 0.9])


def test_channels_of_very_different_curvature_are_solved_at_once():
    """A diagonal guess with one number a channel is the inverse Hessian here, so that two pairs suffice."""
    x, closure = quadratic(torch.tensor([1.0, 100.0, 1e4]).view(1, 3, 1, 1).expand(1, 3, 4, 4))
    optimizer = lbfgs(x, reach=10.0)
    losses = [float(optimizer.step(closure).detach()) for _ in range(8)]
    assert min(losses) < 1e-6 * losses[0]


def test_no_step_is_longer_than_the_reach():
    x, closure = quadratic(torch.tensor([1.0, 50.0]) * 1e6)
    optimizer = lbfgs(x, reach=0.01)
    for _ in range(20):
        before = x.detach().clone()
        optimizer.step(closure)
        assert float((x.detach() - before).square().mean().sqrt()) <= 0.01 * 1.001


def seen_with(losses: list[float], gradients: list[float]) -> list[float]:
    """Where a single number goes from 1, one evaluation a step, whose loss and gradient are these whatever it is."""
    x, seen, told = torch.ones(1, requires_grad=True), [], iter(zip(losses, gradients, strict=True))

    def closure() -> torch.Tensor:
        loss, gradient = next(told)
        seen.append(float(x.detach()))
        x.grad = torch.full((1,), gradient)
        return torch.tensor(loss)

    optimizer = lbfgs(x)
    for _ in losses:
        optimizer.step(closure)
    return [*seen, float(x.detach())]


@pytest.mark.parametrize(
    ("losses", "gradients", "places"),
    [
        # After an explosion the step is taken back, and the reach is half as long.
        ([1.0, 0.5, 100.0, 0.5], [1.0] * 4, [1.0, 0.8, 0.6, 0.8, 0.7]),
        # After a rise that teaches nothing the next step begins where that one began, and is shorter each time.
        ([1.0, 0.5, 0.7, 0.7, 0.4], [1.0] * 5, [1.0, 0.8, 0.6, 0.7, 0.75, 0.55]),
        # Gradients of 0.1 at 0.8 and -0.1 at 0.7 put the minimum at 0.75; before, it seemed to be at 0.7.
        ([1.0, 0.5, 0.7], [0.3, 0.1, -0.1], [1.0, 0.8, 0.7, 0.75]),
    ],
    ids=["explosion", "rise", "rise that teaches"],
)
def test_a_step_too_long_is_taken_back_and_what_it_has_taught_is_kept(losses, gradients, places):
    assert seen_with(losses, gradients) == pytest.approx(places, abs=1e-6)


@examples(40)
@given(st.integers(0, 10**6), st.floats(0.05, 5.0), st.floats(0.1, 30.0))
def test_every_step_begins_where_the_loss_was_least_whatever_is_minimised(seed, reach, waves):
    """Valleys of many minima, in which steps of any length go astray."""
    generator = torch.Generator().manual_seed(seed)
    x, curvatures = torch.randn(2, 12, generator=generator)
    curvatures, x = curvatures.exp(), x.clone().requires_grad_()
    value = lambda x: (curvatures * x.square()).sum() + waves * (1 - (3 * x).cos()).sum()  # noqa: E731
    optimizer, seen = lbfgs(x, reach, history=5), []

    def closure() -> torch.Tensor:
        x.grad = None
        loss = value(x)
        loss.backward()
        return loss

    for _ in range(25):
        seen.append(float(optimizer.step(closure).detach()))
        memory = optimizer.state[x]
        if memory["moved"]:
            assert float(value(memory["x"])) == pytest.approx(min(seen), rel=1e-5)


@pytest.mark.parametrize("broken", ["loss", "gradient", "place"])
def test_a_step_to_where_nothing_is_finite_is_taken_back_and_forgotten(broken):
    x, closure = quadratic(torch.tensor([1.0, 2.0]))
    optimizer = lbfgs(x, reach=0.25, history=3)

    def failing() -> torch.Tensor:
        if broken == "place":
            x.data.fill_(torch.inf)
        loss = closure()
        if broken == "gradient":
            x.grad.fill_(torch.nan)
        return loss * torch.nan if broken == "loss" else loss

    losses = [float(optimizer.step(failing if number == 4 else closure).detach()) for number in range(20)]
    assert x.isfinite().all()
    assert min(losses[5:]) < 1e-3 * losses[0]


def test_where_the_gradient_is_zero_nothing_moves():
    x, closure = quadratic(torch.zeros(3))
    lbfgs(x).step(closure)
    assert x.detach().tolist() == [1.0, 1.0, 1.0]


def test_pictures_side_by_side_are_refused():
    with pytest.raises(ValueError, match="one picture at a time"):
        lbfgs(torch.zeros(2, 3, 4, 4))


def two_loops(pairs: list[tuple[torch.Tensor, torch.Tensor]], h: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """The direction of Nocedal & Wright, algorithm 7.4, oldest pair first, in double precision."""
    q, alphas = gradient.double(), []
    for s, y in reversed(pairs):
        alphas.append(s @ q / (s @ y))
        q = q - alphas[-1] * y
    r = h * q
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        r = r + (alpha - y @ r / (s @ y)) * s
    return -r


def test_the_direction_is_that_of_the_two_loop_recursion():
    """Also when the history is full, some pairs are rejected, some losses rise and there are several blocks."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 3, 2, 2, generator=generator).requires_grad_()
    other = torch.randn(5, generator=generator).requires_grad_()
    weights = torch.rand(17, generator=generator) + 0.1
    optimizer = BlockLBFGS([x, other], lambda: torch.cat([x.flatten(), other]), lr=1, history=4, reach=10.0)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        values = torch.cat([x.flatten(), other])
        loss = (weights * values**2).sum() + (1 - values.cos()).sum() + 50
        loss.backward()
        return loss

    pairs: list[tuple[torch.Tensor, torch.Tensor]] = []
    before, best, rises = None, torch.inf, 0
    for number in range(12):
        values = torch.cat([x.detach().flatten(), other.detach()]).double()
        loss = float(optimizer.step(closure).detach())
        gradient = torch.cat([x.grad.flatten(), other.grad]).double()
        if before is not None:
            s, y = values - before[0], gradient - before[1]
            pairs.append((s, y) if s @ y > 0 else (torch.zeros(0), torch.zeros(0)))
        if loss > best:
            rises += 1
        else:
            before, best = (values, gradient), loss
        gradient = before[1]  # of where the next step begins
        kept = [pair for pair in pairs[-4:] if len(pair[0])]
        if number < 2:
            continue
        h = optimizer._inverse_curvatures().repeat_interleave(torch.tensor([4, 4, 4, 5])).double()
        expected = two_loops(kept, h, gradient)
        assert torch.allclose(optimizer._direction(gradient.float()).double(), expected, rtol=1e-2, atol=1e-3)
    assert rises
