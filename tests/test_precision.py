import torch

from reconstruct.precision import fastest


def test_bfloat16_is_for_machines_that_multiply_in_it(monkeypatch):
    for flag, expected in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda flag=flag: {"amx_bf16": flag}, raising=False)
        assert fastest(torch.device("cpu")) is expected


def test_an_older_torch_that_cannot_tell_computes_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert fastest(torch.device("cpu")) is torch.float32
