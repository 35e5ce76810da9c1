import csv

import pytest
from support.optimisations import made

from reconstruct.recorders.recording import Checkpoint, Trace, saved

LAYERS = {"content": ["relu1_1"]}


def read(path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_trace_has_one_row_a_step(tmp_path):
    synthesis = made()
    trace = Trace(tmp_path / "trace.csv", LAYERS, 0)
    totals = []
    for step in synthesis:
        trace(step)
        totals.append(step.total)
    trace.close()
    rows = read(tmp_path / "trace.csv")
    assert [int(row["step"]) for row in rows] == list(range(60))
    assert [float(row["total"]) for row in rows] == pytest.approx(totals)
    assert all(0 < float(row["content relu1_1"]) < 10 for row in rows)
    assert "content relu2_1" not in rows[0]
    assert float(rows[-1]["seconds"]) == pytest.approx(synthesis.seconds, abs=1e-3)


def test_a_resumed_trace_forgets_the_steps_that_are_taken_again(tmp_path):
    for done, steps in ((0, 10), (4, 60)):
        synthesis = made()
        synthesis.done = done
        trace = Trace(tmp_path / "trace.csv", LAYERS, done)
        for step in synthesis:
            trace(step)
            if step.number == steps - 1:
                break
        trace.close()
    assert [int(row["step"]) for row in read(tmp_path / "trace.csv")] == list(range(60))


@pytest.mark.parametrize("done", [0, 3])
def test_a_trace_that_a_full_disk_left_empty_is_begun_anew(tmp_path, done):
    (tmp_path / "trace.csv").write_text("")
    synthesis = made()
    synthesis.done = done
    trace = Trace(tmp_path / "trace.csv", LAYERS, done)
    trace(next(iter(synthesis)))
    trace.close()
    (row,) = read(tmp_path / "trace.csv")
    assert int(row["step"]) == done
    assert float(row["content relu1_1"]) > 0


def test_the_trace_reaches_the_disk_line_by_line(tmp_path):
    synthesis = made()
    trace = Trace(tmp_path / "trace.csv", LAYERS, 0)
    for step, _ in zip(synthesis, range(5), strict=False):
        trace(step)
    assert len(read(tmp_path / "trace.csv")) == 5
    trace.close()


def test_a_damaged_checkpoint_is_left_alone(tmp_path, caplog):
    (tmp_path / "checkpoint.pt").write_bytes(b"PK, but no more")
    fresh = made()
    Checkpoint(tmp_path, "one", fresh).resume(saved(tmp_path, "one"))
    assert fresh.done == 0
    assert "is damaged" in caplog.text


def test_a_checkpoint_of_other_settings_is_left_alone(tmp_path):
    synthesis = made()
    next(iter(synthesis))
    synthesis.done = 1
    Checkpoint(tmp_path, "one", synthesis).save()
    fresh = made()
    Checkpoint(tmp_path, "other", fresh).resume(saved(tmp_path, "other"))
    assert fresh.done == 0
    Checkpoint(tmp_path, "one", fresh).resume(saved(tmp_path, "one"))
    assert fresh.done == 1
