import csv
import time

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from test_synthesis import made

from reconstruct.recording import Board, Checkpoint, Trace, is_milestone


def read(path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_the_trace_has_one_row_a_step(tmp_path):
    synthesis = made()
    trace = Trace(tmp_path / "trace.csv", ["content"], 0)
    totals = []
    for step in synthesis:
        trace(step)
        totals.append(step.total)
    trace.close()
    rows = read(tmp_path / "trace.csv")
    assert [int(row["step"]) for row in rows] == list(range(60))
    assert [float(row["total"]) for row in rows] == pytest.approx(totals)
    assert float(rows[-1]["seconds"]) == pytest.approx(synthesis.seconds, abs=1e-3)


def test_a_resumed_trace_forgets_the_steps_that_are_taken_again(tmp_path):
    for done, steps in ((0, 10), (4, 60)):
        synthesis = made()
        synthesis.done = done
        trace = Trace(tmp_path / "trace.csv", ["content"], done)
        for step in synthesis:
            trace(step)
            if step.number == steps - 1:
                break
        trace.close()
    assert [int(row["step"]) for row in read(tmp_path / "trace.csv")] == list(range(60))


def test_the_trace_reaches_the_disk_line_by_line(tmp_path):
    synthesis = made()
    trace = Trace(tmp_path / "trace.csv", ["content"], 0)
    for step, _ in zip(synthesis, range(5), strict=False):
        trace(step)
    assert len(read(tmp_path / "trace.csv")) == 5
    trace.close()


def test_a_damaged_checkpoint_is_left_alone(tmp_path, caplog):
    (tmp_path / "checkpoint.pt").write_bytes(b"PK, but no more")
    fresh = made()
    Checkpoint(tmp_path, "one", fresh).resume()
    assert fresh.done == 0
    assert "is damaged" in caplog.text


def test_a_run_that_begins_again_hides_the_curves_of_the_first_attempt(tmp_path):
    for _ in range(2):
        board = Board(tmp_path, 0)
        for step, _ in zip(made(), range(3), strict=False):
            board(step)
        board.close()
        time.sleep(1.1)  # TensorBoard names its files by the second
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [event.step for event in events.Scalars("loss/total")] == [0, 1, 2]


def test_tensorboard_gets_every_loss_pictures_at_milestones_and_one_row_of_hyperparameters(tmp_path):
    synthesis = made()
    board = Board(tmp_path, 0)
    board.originals({"content": torch.rand(1, 3, 16, 16)})
    for step in synthesis:
        board(step)
    board.finish(synthesis.best.picture, 60, {"size": 16, "layers": ["a"]}, {"error": 0.5})
    board.close()
    events = EventAccumulator(str(tmp_path), size_guidance={"images": 0, "scalars": 0}).Reload()
    assert len(events.Scalars("loss/total")) == len(events.Scalars("loss/content")) == 60
    assert len(events.Scalars("optimisation/gradient_norm")) == 60
    assert [image.step for image in events.Images("pictures/reconstruction")] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert len(events.Images("pictures/content")) == 1
    assert events.Scalars("final/error")[0].value == 0.5
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_milestones_are_powers_of_two():
    assert [number for number in range(70) if is_milestone(number)] == [0, 1, 2, 4, 8, 16, 32, 64]


def test_a_checkpoint_of_other_settings_is_left_alone(tmp_path):
    synthesis = made()
    next(iter(synthesis))
    synthesis.done = 1
    Checkpoint(tmp_path, "one", synthesis).save()
    fresh = made()
    Checkpoint(tmp_path, "other", fresh).resume()
    assert fresh.done == 0
    Checkpoint(tmp_path, "one", fresh).resume()
    assert fresh.done == 1
