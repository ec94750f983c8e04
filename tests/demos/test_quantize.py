"""Weights in four bits."""

import torch

from demos.kit.quantize import GROUP, dequantize, quantize


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_what_comes_back_has_its_shape_and_is_near() -> None:
    tensors = {
        "kernel": torch.randn(5, 7, 3, 3, generator=seeded()),
        "net.weight": torch.randn(64, 64, generator=seeded()) * 1e-3,
        "bias": torch.randn(9, generator=seeded()),
    }
    back = dequantize(quantize(tensors))
    assert back.keys() == tensors.keys()
    assert torch.equal(back["bias"], tensors["bias"])
    for key in ("kernel", "net.weight"):
        assert back[key].shape == tensors[key].shape
        error = (back[key] - tensors[key]).square().mean() / tensors[key].square().mean()
        assert error < 0.015, key  # 18 dB and more


def test_it_takes_a_quarter_of_the_fp16_size() -> None:
    weight = torch.randn(128, 128, generator=seeded())
    stored = sum(x.numel() * x.element_size() for x in quantize({"w": weight}).values())
    assert stored < 1.1 * weight.numel() * 2 / 4


def test_whole_numbers_times_a_scale_come_back_exactly() -> None:
    numbers = torch.arange(-7, 8).float().repeat(GROUP)[: 2 * GROUP].reshape(2, GROUP)
    scales = torch.tensor([[0.5], [2.0]])
    assert torch.equal(dequantize(quantize({"w": numbers * scales}))["w"], numbers * scales)


def test_zeros_stay_zeros() -> None:
    assert torch.equal(dequantize(quantize({"w": torch.zeros(3, 5)}))["w"], torch.zeros(3, 5))
