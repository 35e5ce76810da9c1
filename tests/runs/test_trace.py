"""What a trace says, however it ends: its whole rows, and whether the optimisation came to rest."""

import math

import pytest

from reconstruct.runs.trace import problem, read

HEAD, ROW = "step,seconds,total\n", "0,0.5,2\n"


@pytest.mark.parametrize("rest", ["", "1,0.6", "1,0.6,12", "1,0.6,1\0\0\n", "1,x,1\n", "1\n"])
def test_rows_that_are_cut_off_or_damaged_are_left_out(tmp_path, rest):
    assert read(tmp_path / "trace.csv") == []
    (tmp_path / "trace.csv").write_text(HEAD + ROW + rest, encoding="utf-8")
    assert read(tmp_path / "trace.csv") == [{"step": 0, "seconds": 0.5, "total": 2}]


def problem_of(losses: list[float], gradients: list[float] | None = None) -> str:
    """Of one term, whose gradient by default shrinks with its loss."""
    slopes = gradients or losses
    columns = zip(losses, slopes, strict=True)
    return problem([{"total": loss, "content": loss, "gradient_norm": slope} for loss, slope in columns], ["content"])


FALLING = [0.8**k for k in range(60)]


@pytest.mark.parametrize(("losses", "gradients", "found"), [
    (FALLING + [FALLING[-1]] * 60, None, ""),
    ([*FALLING, math.nan, math.inf], None, "diverged: the content loss became nan at step 60"),
    ([*FALLING[:30], math.nan, math.inf, 1e9, *FALLING[30:]], None, ""),  # was taken back
    ([*FALLING, 0.5], None, "exploded: the content loss rose from 1.92e-06 at step 59 to 0.5 at step 60"),
    ([1 - 1e-5 * k for k in range(50)], None, "stalled: the content loss hardly fell, from 1 to 0.9995 at step 49"),
    (FALLING, [*FALLING[:59], 0.0], "stalled: the gradient of the content loss is 0 at step 59"),
    ([1.0] * 3, [0.0] * 3, "stalled: the gradient of the content loss is 0 at step 0"),
    ([0.9, 0.5] * 40, [1.0] * 80,
     "stalled: the content loss found nothing better after step 1, though its gradient is steep"),
    ([], None, ""), ([1.0], None, ""), ([1.0] * 10, None, ""), ([0.0] * 50, None, ""),  # few steps, or nothing to do
])  # fmt: skip
def test_what_kept_a_loss_from_its_rest_is_named_with_the_step(losses, gradients, found):
    assert problem_of(losses, gradients) == found


def test_the_term_that_rose_is_named():
    best, last = ({"total": 1 + style, "content": 1.0, "style": style, "gradient_norm": 1.0} for style in (1.0, 100.0))
    assert "the style loss rose from 1 at step 0 to 100 at step 1" in problem([best, last], ["content", "style"])
