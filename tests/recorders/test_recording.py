import csv
from pathlib import Path

import pytest
import torch
from support.optimisations import made

from reconstruct.recorders.recording import FORMAT, Checkpoint, Trace, saved
from reconstruct.synthesis import Step


def traced(path: Path, done: int = 0, until: int = 59, close: bool = True) -> list[Step]:
    """The steps of an optimisation that goes on after `done` steps, with their trace."""
    synthesis, steps = made(), []
    synthesis.done = done
    trace = Trace(path, {"content": ["relu1_1"]}, done)
    for step in synthesis:
        trace(step)
        steps.append(step)
        if step.number == until:
            break
    if close:
        trace.close()
    return steps


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_trace_has_one_row_a_step(tmp_path):
    steps, written = traced(tmp_path / "trace.csv"), rows(tmp_path / "trace.csv")
    assert [int(row["step"]) for row in written] == list(range(60))
    assert [float(row["total"]) for row in written] == pytest.approx([step.total for step in steps])
    assert all(0 < float(row["content relu1_1"]) < 10 for row in written)
    assert "content relu2_1" not in written[0]
    assert float(written[-1]["seconds"]) == pytest.approx(steps[-1].seconds, abs=1e-3)


def test_a_resumed_trace_forgets_the_steps_that_are_taken_again(tmp_path):
    for done, until in ((0, 9), (4, 59)):
        traced(tmp_path / "trace.csv", done, until)
    assert [int(row["step"]) for row in rows(tmp_path / "trace.csv")] == list(range(60))


@pytest.mark.parametrize("done", [0, 3])
def test_a_trace_that_a_full_disk_left_empty_is_begun_anew(tmp_path, done):
    (tmp_path / "trace.csv").write_text("")
    traced(tmp_path / "trace.csv", done, until=done)
    (row,) = rows(tmp_path / "trace.csv")
    assert int(row["step"]) == done
    assert float(row["content relu1_1"]) > 0


@pytest.mark.filterwarnings("ignore:unclosed file")  # as a killed process leaves it
def test_the_trace_reaches_the_disk_line_by_line(tmp_path):
    traced(tmp_path / "trace.csv", until=4, close=False)
    assert len(rows(tmp_path / "trace.csv")) == 5


def test_a_damaged_checkpoint_is_left_alone(tmp_path, caplog):
    (tmp_path / "checkpoint.pt").write_bytes(b"PK, but no more")
    fresh = made()
    Checkpoint(tmp_path, "one", fresh).resume(saved(tmp_path, "one"))
    assert fresh.done == 0
    assert "is damaged" in caplog.text


def test_a_checkpoint_of_other_settings_or_another_form_is_left_alone(tmp_path):
    synthesis, fresh = made(), made()
    next(iter(synthesis))
    synthesis.done = 1
    Checkpoint(tmp_path, "one", synthesis).save()
    state = saved(tmp_path, "one")
    for path, format_ in ((tmp_path / "earlier", FORMAT - 1), (tmp_path / "later", FORMAT + 1)):
        path.mkdir()
        torch.save(state | {"format": format_}, path / "checkpoint.pt")
        assert saved(path, "one") == {}
    for fingerprint, done in (("other", 0), ("one", 1)):
        Checkpoint(tmp_path, fingerprint, fresh).resume(saved(tmp_path, fingerprint))
        assert fresh.done == done
