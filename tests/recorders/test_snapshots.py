import torch
from support.optimisations import inversion

from reconstruct import images
from reconstruct.recorders.snapshots import Snapshots, found, place


def test_a_snapshot_is_the_first_picture_whose_relative_error_is_no_larger(network, picture, tmp_path):
    synthesis = inversion(network, picture, "relu1_2", steps=40, unit=7.0)
    snapshots, errors, pictures = Snapshots(tmp_path, [0.1, 0.02, 1e-9], 0), [], []
    for step in synthesis:
        snapshots(step)
        pictures.append(step.picture)
        errors.append(synthesis.objective.relative_errors(step.picture)["content"]["relu1_2"])
    kept = found(tmp_path, [0.1, 0.02, 1e-9])
    assert set(kept) == {0.1, 0.02}  # 1e-9 was never met
    for level, path in kept.items():
        first = next(i for i, error in enumerate(errors) if error <= level)
        assert torch.allclose(images.load(path), pictures[first], atol=0.5 / 255 + 1e-6)


def test_what_an_earlier_session_kept_stays_and_what_another_run_left_goes(tmp_path):
    for done, stays in ((3, True), (0, False)):
        place(tmp_path, 0.1).write_text("earlier")
        Snapshots(tmp_path, [0.1], done)
        assert place(tmp_path, 0.1).exists() is stays
