"""The autoencoders: the trunk, its training, the shipped weights, and what both demos answer."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch

from demos.apps.autoencoder import app as plain
from demos.apps.vae import app as variational
from demos.data.avatars.ahead import portrait
from demos.data.avatars.dataset import HELD_OUT_SEED, Portraits, portraits
from demos.data.avatars.factors import CATEGORICAL, CONTINUOUS
from demos.kit.functions import direct
from demos.kit.metrics import psnr
from demos.kit.state import valid
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.attributes import visible
from demos.models.autoencoders import train as training
from demos.models.autoencoders.evaluate import BARS, ordered
from demos.models.autoencoders.functions import decode, encode, encode_normal, encode_plain
from demos.models.autoencoders.model import (
    BETAS,
    CODE,
    SIZES,
    WEIGHTS,
    Trunk,
    kl,
    load_trunk,
    reconstruct,
    sampled,
)
from tests.demos.kit import answer, app, demos, differ

CPU = torch.device("cpu")
TINY = training.AutoencoderTraining(steps=4, batch=16, portraits=100, samples=80)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# The trunk


def test_only_the_first_numbers_of_a_code_are_read() -> None:
    trunk = Trunk().eval()
    codes = torch.randn(2, CODE, generator=seeded())
    codes[1, :4] = codes[0, :4]
    for i, size in enumerate(SIZES):
        a, b = trunk.opened(codes, torch.full((2,), i))
        assert torch.equal(a, b) == (size <= 4)


def test_kl_of_a_standard_normal_is_zero_and_otherwise_its_integral() -> None:
    assert kl(torch.zeros(1), torch.zeros(1)).item() == 0
    mean, log_variance = torch.tensor([0.7]), torch.tensor([-1.2])
    q = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    exact = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))
    assert torch.allclose(kl(mean, log_variance), exact)


def test_samples_have_the_mean_and_variance_that_were_asked_for() -> None:
    noise = torch.randn(20_000, 1, generator=seeded())
    drawn = sampled(torch.tensor([2.0]), torch.tensor([-1.0]), noise)
    assert drawn.mean().item() == pytest.approx(2, abs=0.02)
    assert drawn.var().log().item() == pytest.approx(-1, abs=0.05)


def test_training_shares_a_batch_out_among_all_bottlenecks() -> None:
    trunk = Trunk()
    pictures = torch.rand(32, 3, 64, 64, generator=seeded()) * 2 - 1
    size = torch.randint(len(SIZES), (16,), generator=seeded())
    drawn, divergence, read = reconstruct(trunk, pictures, size, torch.randn(32, CODE, generator=seeded()))
    assert drawn.shape == pictures.shape
    assert len(read) == 32
    (drawn.square().mean() + divergence).backward()
    before = (trunk.to_plain.linear, trunk.to_code.linear, *trunk.to_normal)
    for layer in (*before, trunk.from_plain, trunk.from_code, *trunk.from_normal):
        assert layer.weight.grad is not None
        assert layer.weight.grad.abs().max() > 0


def test_eyes_and_mouths_weigh_more_and_all_weigh_one_on_average() -> None:
    coverage = torch.zeros(1, 1, 32, 32, dtype=torch.uint8)
    coverage[..., :4, :4] = 255
    weights = training.pixel_weights(coverage, 5.0)
    assert weights.mean().item() == pytest.approx(1)
    assert (weights[0, 0, 0, 0] / weights[0, 0, -1, -1]).item() == pytest.approx(6)


# Training


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and portraits in small shards."""
    monkeypatch.setattr("demos.data.avatars.dataset.CACHE", tmp_path)
    monkeypatch.setattr("demos.data.avatars.dataset.SHARD", 50)
    return tmp_path


@pytest.mark.slow
def test_interrupted_training_resumes_and_publishes_the_same_weights(cached: Path) -> None:
    def options(name: str) -> dict[str, Any]:
        return {"work": cached / name, "out": cached / name / "weights", "device": CPU}

    whole = list(training.train(TINY, **options("whole")))
    assert [(p.step, p.note) for p in whole] == [(1, ""), (2, ""), (3, ""), (4, ""), (4, "measuring")]
    interrupted: Any = training.train(TINY, **options("parts"))
    list(itertools.islice(interrupted, 2))
    interrupted.close()
    assert [p.step for p in training.train(TINY, resume=True, **options("parts"))] == [3, 4, 4]
    a, b = (read_card(cached / name / "weights") for name in ("whole", "parts"))
    assert a.sha256 == b.sha256
    assert a.metrics == b.metrics
    assert BARS.keys() <= a.metrics.keys()


def run_of(portraits_: Portraits) -> training.AutoencoderRun:
    return training.AutoencoderRun(TINY, portraits_, Budget(4), CPU, seed=0)


def test_a_step_has_clean_and_noisy_pictures_of_its_own(cached: Path) -> None:
    run = run_of(portraits(100, parts=True))
    pictures, noisy, size, *_ = run.batch()
    differs = (pictures != noisy).flatten(1).any(1)
    assert differs.nonzero().flatten().tolist() == [0]  # every eighth of the autoencoder's eight
    assert (size[::2] == len(SIZES) - 1).all()
    assert (size[1::2] < len(SIZES) - 1).all()
    run.step = 1
    assert not torch.equal(run.batch()[0], pictures)


def test_a_factor_that_is_hidden_counts_for_nothing(cached: Path) -> None:
    run = run_of(portraits(100, parts=True))
    *batch, seen = run.batch()
    hidden = list(visible(run.data.factors()))
    with torch.no_grad():
        blind = run.loss(*batch, torch.zeros_like(seen)).tolist()
        sighted = run.loss(*batch, torch.ones_like(seen)).tolist()
    share = len(hidden) / (len(CATEGORICAL) + len(CONTINUOUS))
    assert blind[0] == pytest.approx(sighted[0], rel=1e-3)
    assert blind[2] < (1 - share / 2) * sighted[2]


# The weights that are shipped


def test_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    trunk = load_trunk()  # checks sha256 and fit
    assert card.demo == "autoencoders"
    assert card.parameters == sum(p.numel() for p in trunk.parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 4.5e6
    assert {name: metric.bar for name, metric in card.metrics.items() if metric.bar is not None} == BARS
    assert card.met


def test_more_numbers_keep_more_and_a_larger_beta_less() -> None:
    metrics = read_card(WEIGHTS).metrics
    by_size = [metrics[f"psnr.{size}"].value for size in SIZES]
    by_beta = [metrics[f"vae_psnr.{beta}"].value for beta in BETAS]
    nats = [metrics[f"vae_kl.{beta}"].value for beta in BETAS]
    assert by_size == sorted(by_size)
    assert by_beta == sorted(by_beta, reverse=True)
    assert nats == sorted(nats, reverse=True)


def test_the_prior_of_the_best_beta_is_better_than_random_codes_of_the_plain_autoencoder() -> None:
    """With the β that fits best; too small a one leaves holes, too large a one blurs."""
    metrics = read_card(WEIGHTS).metrics
    small, best, large = (metrics[f"vae_prior_fid.{beta}"].value for beta in BETAS)
    assert best < 0.9 * min(small, large, metrics["plain_prior_fid"].value)


@torch.inference_mode()
def test_shipped_trunk_measured_again_on_a_small_sample() -> None:
    model, pictures = load_trunk(), portraits(200, HELD_OUT_SEED).pictures(slice(None))
    codes, card = model.to_code(model.read(pictures)), read_card(WEIGHTS).metrics
    for i, size in enumerate(SIZES):
        assert psnr(ordered(model, codes, i), pictures) == pytest.approx(card[f"psnr.{size}"].value, abs=0.5)


@pytest.mark.parametrize("encoder", [encode, encode_plain])
def test_codes_of_portraits_are_standardized(encoder: Any) -> None:
    codes = direct(encoder, picture=torch.cat([portrait(i) for i in range(60)]))
    assert codes.mean().abs() < 0.15
    assert codes.var(0).mean().item() == pytest.approx(1, abs=0.3)


def test_half_the_batch_gives_the_same_codes() -> None:
    pictures = torch.cat([portrait(i) for i in range(4)])
    both = direct(encode_normal, picture=pictures)
    assert torch.allclose(direct(encode_normal, picture=pictures[:2])["mean"], both["mean"][:2], atol=1e-4)


# The demo of the autoencoder


def squeezed(**changed: Any) -> dict[str, Any]:
    return answer("autoencoder", "squeeze", "en", **changed)


def quality(seed: int, noise: float) -> list[float]:
    _, _, made, _ = plain.squeezed(direct, seed, noise)
    return [psnr(one[None], portrait(seed)) for one in made]


def test_more_numbers_are_closer_to_most_portraits() -> None:
    better = [found[-1] > found[3] > found[0] for found in (quality(seed, 0) for seed in range(12))]
    assert sum(better) >= 11
    assert differ(squeezed(size="2")["flow"], squeezed(size="64")["flow"]) > 2


def test_noise_is_removed() -> None:
    """At the strongest noise of the training, what comes out is closer to the clean portrait than what goes
    in."""
    gains = []
    for seed in range(6):
        shown, _, made, _ = plain.squeezed(direct, seed, 0.6)
        gains.append(psnr(made[-1:], portrait(seed)) - psnr(shown, portrait(seed)))
    assert min(gains) > 1


def test_a_click_chooses_the_bottleneck() -> None:
    tab = app("autoencoder").tab("squeeze")
    sizes = next(show for show in tab.shows if show.name == "sizes")
    assert sizes.click((10, 10), tab.defaults) == {"size": "2"}  # type: ignore[attr-defined]
    width = squeezed()["sizes"].width
    assert sizes.click((width - 5, 10), tab.defaults) == {"size": "64"}  # type: ignore[attr-defined]


def change(number: int) -> float:
    """How much a number moves the portraits of some seeds, on average."""
    codes = direct(encode, picture=torch.cat([portrait(i) for i in range(6)]))
    moved = codes.clone()
    moved[:, number - 1] += 2
    size = torch.full((6,), len(SIZES) - 1)
    return float((direct(decode, code=moved, size=size) - direct(decode, code=codes, size=size)).abs().mean())


def test_the_first_number_changes_the_portrait_more_than_the_last() -> None:
    assert change(1) > 2 * change(CODE)


def test_the_preset_of_the_decoder_changes_the_background_and_the_next_number_the_face() -> None:
    demo = app("autoencoder")
    preset = demo.demo.presets["one_number"]
    tab = demo.tab(preset.state["tab"])
    state = tab.defaults | dict(valid(tab, preset.state))
    code = direct(encode, picture=portrait(state["seed"]))

    def changes(number: int) -> tuple[float, float]:
        moved = plain.with_number(code, number, torch.tensor([state["steps"]]))
        change = (plain.drawn(direct, moved, "64") - plain.drawn(direct, code, "64")).abs().mean((0, 1))
        return float(change[:16, :12].mean()), float(change[20:52, 20:44].mean())

    background, face = changes(state["number"])
    assert background > 5 * face
    background, face = changes(state["number"] + 1)
    assert face > 5 * background


def test_next_number_goes_round() -> None:
    assert plain.following({"number": CODE}) == {"number": 1}


def test_codes_of_the_three_kinds_have_one_spread_but_halfway_less() -> None:
    spread = {kind: float(plain.codes_of(direct, kind, 3).var(0).mean()) for kind in plain.KINDS}
    assert spread["random"] == pytest.approx(1, abs=0.25)
    assert spread["between"] < 0.7 * spread["portraits"]


# The demo of the variational autoencoder


def test_a_larger_beta_widens_the_cloud_and_uses_fewer_nats() -> None:
    deviations, nats = [], []
    for beta in variational.OPTIONS:
        mean, deviation = (
            torch.cat(parts)
            for parts in zip(
                *(variational.distribution(direct, seed, beta) for seed in range(8)), strict=True
            )
        )
        deviations.append(float(deviation.mean()))
        nats.append(float(kl(mean, 2 * deviation.log()).sum(1).mean()))
    assert deviations == sorted(deviations)
    assert nats == sorted(nats, reverse=True)


def scatter(beta: str, spread: float = 1.0) -> float:
    """How far samples around portraits are from each other."""
    made = torch.stack([variational.around(direct, seed, beta, spread, 1)[1:] for seed in range(6)])
    return float(made.std(1).mean())


def test_the_preset_of_variational_inference_has_a_small_cloud() -> None:
    state = demos()["vae"].presets["narrow"].state
    assert scatter(state["beta"]) < 0.6 * scatter("8")


def test_far_from_the_middle_samples_differ_more() -> None:
    assert scatter("1", 0.0) < 1e-6 < scatter("1", 1.0) < scatter("1", 3.0)


def test_both_autoencoders_draw_from_the_same_numbers() -> None:
    shown = answer("vae", "prior", "en", seed=4)
    again = answer("vae", "prior", "en", seed=4, beta="8")
    assert differ(shown["prior_plain"], again["prior_plain"]) == 0
    assert differ(shown["prior"], again["prior"]) > 1
    metrics = read_card(WEIGHTS).metrics
    for name in ("plain_prior_fid", *(f"vae_prior_fid.{beta}" for beta in BETAS)):
        assert f"{metrics[name].value:.1f}" in str(shown["distances"])


def test_the_walk_begins_and_ends_at_its_portraits() -> None:
    at_start = answer("vae", "between", "en", position=0)["here"]
    at_end = answer("vae", "between", "en", position=1)["here"]
    assert differ(at_start, answer("vae", "between", "en", position=0, end=30)["here"]) < 0.5
    assert differ(at_start, at_end) > 5
