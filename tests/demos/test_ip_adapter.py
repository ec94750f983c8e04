"""The IP-Adapter: nothing changes while it is off, only it is trained, and what is measured of it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.avatars import Factors
from demos.data.avatars.ahead import some_portraits
from demos.data.avatars.dataset import portraits
from demos.data.avatars.factors import CATEGORICAL, replace
from demos.data.captions.tokens import numbers
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import WeightsError, read_card
from demos.models.diffusion import model as diffusion
from demos.models.diffusion.examples import Examples, captions_of, place_weights
from demos.models.diffusion.functions import step_by_caption, walk
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import noise
from demos.models.ip_adapter import evaluate
from demos.models.ip_adapter import train as training
from demos.models.ip_adapter.functions import embed, step_by_picture
from demos.models.ip_adapter.model import (
    TOKENS,
    WEIGHTS,
    Adapter,
    check_base,
    fresh,
    load_adapter,
    look,
)
from demos.models.judge import model as judge
from tests.demos.kit import check_resuming

CPU = torch.device("cpu")
FLOW = load_diffusion(CPU).flow
FACES = some_portraits(1, 3, "ip_adapter")
STEP = {
    "latent": noise(3, 5), "time": torch.tensor([0.0, 0.3, 0.7]), "until": torch.tensor([0.1, 0.5, 0.9]),
    "wanted": numbers(["en dame med lue", "a man with sunglasses", ""]),
}  # fmt: skip
NOTHING = numbers(["", "", ""])


@pytest.fixture(scope="module")
def embedding() -> Tensor:
    found: Tensor = direct(embed, picture=FACES)
    return found


@pytest.fixture(scope="module")
def adapter() -> Adapter:
    torch.manual_seed(0)
    return fresh(FLOW).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def data() -> Examples:
    made = portraits(32, parts=True)
    with torch.inference_mode():
        latents = load_diffusion(CPU).autoencoder.encode(made.pictures(slice(None))).half()
    captions, said = captions_of(made, 0, 1)
    return Examples(latents, place_weights(made), made.categorical, made.continuous, captions, said)


# Switched off


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_at_scale_0_the_model_is_as_it_was_to_the_bit(embedding: Tensor, guidance: float) -> None:
    step = STEP | {"guidance": torch.full((3,), guidance)}
    plain = direct(step_by_caption, **step, avoided=NOTHING)
    off = direct(step_by_picture, **step, embedding=embedding, scale=torch.zeros(3))
    on = direct(step_by_picture, **step, embedding=embedding, scale=torch.ones(3))
    for name in ("latent", "clean"):
        assert torch.equal(off[name], plain[name])
        assert not torch.equal(on[name], plain[name])


def test_one_row_that_is_off_stays_as_it_was_beside_others_that_are_on(embedding: Tensor) -> None:
    step = STEP | {"guidance": torch.full((3,), 2.0)}
    plain = direct(step_by_caption, **step, avoided=NOTHING)["latent"]
    mixed = direct(step_by_picture, **step, embedding=embedding, scale=torch.tensor([1.0, 0.0, 0.5]))
    assert [torch.equal(a, b) for a, b in zip(mixed["latent"], plain, strict=True)] == [False, True, False]


# What it is


def test_a_picture_becomes_a_few_tokens_and_keys_and_values_begin_as_the_texts(adapter: Adapter) -> None:
    assert adapter.tokens(look(FACES)).shape == (3, TOKENS, 128)
    for pair, attention in zip(adapter.pairs, FLOW.attentions, strict=True):
        assert torch.equal(pair.state_dict()["weight"], attention.answer.weight)


def test_other_portraits_give_other_tokens(embedding: Tensor) -> None:
    first, second, third = load_adapter(CPU).tokens(embedding).flatten(1)
    assert (first - second).norm() > 0.3 * first.norm()
    assert (second - third).norm() > 0.3 * second.norm()


def test_the_net_that_looks_is_not_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the judge was asked")

    monkeypatch.setattr(judge.Judge, "forward", refuse)
    monkeypatch.setattr(judge.Judge, "embedding", refuse)
    direct(embed, picture=FACES)
    assert "judge" not in Path(training.__file__).read_text(encoding="utf-8")


# Training


def run_of(data: Examples, steps: int = 4) -> training.AdapterRun:
    recipe = dataclasses.replace(training.SMOKE, batch=4)
    with torch.inference_mode():
        seen = look(portraits(32).pictures(slice(None))).half()
    return training.AdapterRun(recipe, data, seen.clone(), Budget(steps), CPU, 0)


def test_only_the_adapter_learns(data: Examples) -> None:
    before = {name: weights.clone() for name, weights in FLOW.state_dict().items()}
    run = run_of(data)
    first = [weights.clone() for weights in run.model.parameters()]
    run.advance()
    assert all(torch.equal(before[name], weights) for name, weights in FLOW.state_dict().items())
    assert all(not torch.equal(a, b) for a, b in zip(first, run.model.parameters(), strict=True))
    assert all(weights.grad is None for weights in FLOW.parameters())


def test_it_learns_what_the_text_does_not_say(data: Examples) -> None:
    """On one portrait without its caption, over and over."""
    one = dataclasses.replace(data, latents=data.latents[:1].expand(32, -1, -1, -1))
    run = run_of(one, steps=40)
    run.recipe = dataclasses.replace(run.recipe, wordless=1.0)
    run.warmup = 1  # type: ignore[misc]
    losses = [run.advance()["loss"] for _ in range(40)]
    assert sum(losses[-10:]) < 0.95 * sum(losses[:10])


def test_a_resumed_run_takes_the_same_steps(data: Examples) -> None:
    check_resuming(lambda: run_of(data, steps=2))


# Measuring


def test_what_is_kept_and_obeyed_is_counted_where_it_can_be_seen() -> None:
    reference = replace(plain_faces(3), glasses="round", hat="none", background="teal")
    red_hat = {"hat": number_of("hat", "beanie"), "hat_color": number_of("hat_color", "red")}
    asked = [{}, red_hat, {"glasses": number_of("glasses", "round")}]
    read = {name: reference[name].clone() for name in CATEGORICAL}
    kept, obeyed = evaluate.shares(read, reference, asked)
    assert (kept, obeyed) == (1.0, 0.0), "as in the picture, with no hat"
    read["hat"][1], read["hat_color"][1] = red_hat["hat"], red_hat["hat_color"]
    assert evaluate.shares(read, reference, asked)[1] == 1.0
    read["hair"][1] = (read["hair"][1] + 1) % 3
    assert evaluate.shares(read, reference, asked)[0] == 1.0, "hair below the hat does not count"
    read["background"][:] = number_of("background", "coral")
    assert 0.85 < evaluate.shares(read, reference, asked)[0] < 1.0


def plain_faces(n: int) -> Factors:
    made = portraits(n).factors()
    return replace(made, hat="none", blink=0.0, beard="none", hair="bob")


def number_of(name: str, value: str) -> int:
    return int(replace(portraits(1).factors(), **{name: value})[name][0])


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(weights.numel() for weights in load_adapter(CPU).parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size <= 500_000
    flow = FLOW
    inner = sum(p.numel() for p in flow.parameters())
    inner -= sum(p.numel() for part in (flow.text, flow.attributes) for p in part.parameters())
    assert card.details["unet"] == inner


def test_the_adapter_was_measured_on_the_diffusion_model_that_is_here() -> None:
    check_base()


def test_another_diffusion_model_is_noticed(tmp_path: Path) -> None:
    card = json.loads((WEIGHTS / "card.json").read_text())
    card["details"]["base"] = "0" * 64
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=r"another base model.*python -m demos train ip_adapter"):
        evaluate.evaluate(samples=4, folder=tmp_path)
    assert read_card(diffusion.WEIGHTS).sha256 != card["details"]["base"]


def test_the_card_shows_the_trade_between_picture_and_text() -> None:
    """More is kept of the picture and less obeyed of the text from each scale to the next."""
    metrics = read_card(WEIGHTS).metrics
    for name, sign in (("kept", 1), ("kept_beside_text", 1), ("obeyed", -1)):
        values = [sign * metrics[f"{name}.{scale:g}"].value for scale in evaluate.SCALES]
        assert values == sorted(values), name
    assert metrics["same_as_base_at_0"].value == 1


@pytest.mark.slow
def test_measuring_again_gives_about_what_the_card_says() -> None:
    again, card = evaluate.evaluate(samples=40), read_card(WEIGHTS).metrics
    assert again.keys() == card.keys()
    for name, metric in again.items():
        assert metric.value == pytest.approx(card[name].value, abs=0.1), name


def test_walking_with_a_picture_ends_where_the_last_step_looked(embedding: Tensor) -> None:
    *_, last = walk(
        direct, step_by_picture, noise(3, 1), steps=2, guidance=2.0, wanted=NOTHING,
        embedding=embedding, scale=torch.full((3,), 0.5),
    )  # fmt: skip
    assert torch.allclose(last["clean"], last["latent"], atol=1e-4)
