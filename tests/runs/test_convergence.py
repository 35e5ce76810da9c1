import math

import pytest

from reconstruct.runs.convergence import Point, history, problem


def run(losses: list[float], gradients: list[float] | None = None) -> list[Point]:
    """A history of one term, whose gradient by default shrinks with its loss."""
    slopes = gradients or losses
    return [Point(loss, {"content": loss}, slope) for loss, slope in zip(losses, slopes, strict=True)]


FALLING = [0.8**k for k in range(60)]


def test_a_loss_that_falls_and_comes_to_rest_has_converged():
    assert problem(run(FALLING + [FALLING[-1]] * 60)) == ""


def test_a_loss_that_is_no_number_at_the_end_has_diverged_at_the_step_at_which_that_began():
    assert problem(run([*FALLING, math.nan, math.inf])) == "diverged: the content loss became nan at step 60"


def test_what_was_taken_back_is_no_divergence():
    assert problem(run([*FALLING[:30], math.nan, math.inf, 1e9, *FALLING[30:]])) == ""


def test_a_loss_far_above_its_best_has_exploded():
    assert problem(run([*FALLING, 0.5])) == "exploded: the content loss rose from 1.92e-06 at step 59 to 0.5 at step 60"


def test_the_term_that_rose_is_named():
    best, last = Point(2.0, {"content": 1.0, "style": 1.0}, 1), Point(101.0, {"content": 1.0, "style": 100.0}, 1)
    assert "the style loss rose from 1 at step 0 to 100 at step 1" in problem([best, last])


def test_a_loss_that_does_not_move_is_stalled():
    assert problem(run([1 - 1e-5 * k for k in range(50)])).startswith(
        "stalled: the content loss hardly fell, from 1 to"
    )


def test_a_gradient_that_vanishes_before_its_loss_is_a_stall():
    assert problem(run(FALLING, [*FALLING[:59], 0.0])) == "stalled: the gradient of the content loss is 0 at step 59"


def test_a_steep_slope_and_nothing_better_for_half_of_the_steps_is_a_stall():
    jumping = [0.9, 0.5] * 40
    expected = "stalled: the content loss found nothing better after step 1, though its gradient is steep"
    assert problem(run(jumping, [1.0] * 80)) == expected


@pytest.mark.parametrize("losses", [[], [1.0], [1.0] * 10, [0.0] * 50], ids=["none", "one", "few", "nothing to do"])
def test_of_a_few_steps_or_a_loss_of_zero_nothing_is_said(losses):
    assert problem(run(losses)) == ""


def test_the_history_is_that_of_the_trace(tmp_path):
    (tmp_path / "trace.csv").write_text("step,seconds,total,style,gradient_norm\n0,0.1,2,4,3\n1,0.2,nan,inf,3\n")
    first, second = history(tmp_path / "trace.csv", ["style"])
    assert first == Point(2.0, {"style": 4.0}, 3.0)
    assert math.isnan(second.total)
