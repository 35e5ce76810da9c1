"""Products of a sweep, divided for a cluster that takes few cells at once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from experiments.sweep import cluster
from experiments.sweep.products import points, split


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 40))
def test_parts_of_a_product_are_small_enough_and_have_every_point_once(lengths, most):
    product = {f"key{k}": [str(value) for value in range(length)] for k, length in enumerate(lengths)}
    parts = split(product, most)
    assert all(len(points(part)) <= most for part in parts)
    assert Counter(str(p) for part in parts for p in points(part)) == Counter(str(p) for p in points(product))


def test_one_key_is_divided_into_as_few_parts_as_there_can_be():
    product = {"seed": [str(k) for k in range(120)], "size": ["64"]}
    assert [len(points(part)) for part in split(product, 50)] == [50, 50, 20]
    assert split(product, 120) == [product]


def test_a_cluster_is_asked_and_only_where_the_launcher_is_slurms(monkeypatch, tmp_path):
    asked = tmp_path / "scontrol"
    asked.write_text("#!/bin/sh\necho 'MailProg = x'\necho 'MaxArraySize            = 1001'\n")
    asked.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    slurm = OmegaConf.create({"_target_": "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"})
    basic = OmegaConf.create({"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher"})
    assert cluster.most_at_once(slurm) == 1001
    assert cluster.most_at_once(basic) is None
    asked.write_text("#!/bin/sh\nexit 1\n")
    assert cluster.most_at_once(slurm) is None
    asked.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cluster.most_at_once(slurm) is None
