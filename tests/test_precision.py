import pytest
import torch

from reconstruct.hardware.precision import fastest, winograd_pays

CPU = torch.device("cpu")


@pytest.mark.parametrize("instructions", ["amx_bf16", "avx512_bf16"])
@pytest.mark.parametrize(("there", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_bfloat16_is_for_machines_that_multiply_in_it(instructions, there, expected, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {instructions: there}, raising=False)
    assert fastest(CPU) is expected


def test_an_older_torch_that_cannot_tell_computes_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert fastest(CPU) is torch.float32


@pytest.mark.parametrize(("capability", "pays"), [("AVX2", True), ("AVX512", False), ("DEFAULT", False)])
def test_winograd_is_for_machines_whose_matrix_products_are_as_fast_as_their_convolutions(
    capability, pays, monkeypatch
):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert winograd_pays(CPU) is pays
    assert not winograd_pays(torch.device("cuda"))
