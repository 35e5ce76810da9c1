"""What a cluster takes at once."""

from omegaconf import OmegaConf

from experiments.sweep.sweep import most_at_once


def test_a_cluster_is_asked_and_only_where_the_launcher_is_slurms(monkeypatch, tmp_path):
    asked = tmp_path / "scontrol"
    asked.write_text("#!/bin/sh\necho 'MailProg = x'\necho 'MaxArraySize            = 1001'\n")
    asked.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    slurm = OmegaConf.create({"_target_": "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher"})
    basic = OmegaConf.create({"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher"})
    assert most_at_once(slurm) == 1001
    assert most_at_once(basic) is None
    asked.write_text("#!/bin/sh\nexit 1\n")
    assert most_at_once(slurm) is None
    asked.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert most_at_once(slurm) is None
