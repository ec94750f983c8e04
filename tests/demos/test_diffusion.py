"""The latent diffusion model: autoencoder, flow net, what it is told, sampling, training and measuring."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from demos.data.avatars import render, sample
from demos.data.avatars.dataset import portraits
from demos.data.avatars.factors import BY_NAME, CATEGORICAL, replace
from demos.data.avatars.render import PARTS
from demos.data.captions.facts import Fact
from demos.data.captions.tokens import LENGTH, PADDING, START, UNKNOWN, numbers
from demos.kit.training import Budget, fit
from demos.kit.weights import read_card
from demos.models.diffusion import publish as publishing
from demos.models.diffusion import train as training
from demos.models.diffusion.autoencoder import LATENT, SIDE, SIZE, Autoencoder
from demos.models.diffusion.conditions import (
    ATTRIBUTES,
    WIDTH,
    AttributeEncoder,
    Context,
    TextEncoder,
    attend,
)
from demos.models.diffusion.examples import CAPTIONS, Examples, examples, place_weights
from demos.models.diffusion.functions import stepped
from demos.models.diffusion.model import Flow, FlowConfig, LatentDiffusion, load_diffusion
from demos.models.diffusion.sampling import euler, noise, velocity
from demos.models.diffusion.train_autoencoder import (
    PART_WEIGHTS,
    AutoencoderRun,
    AutoencoderTraining,
    finished,
    pixel_weights,
    scale_penalty,
)
from demos.models.judge.model import load_judge

CPU = torch.device("cpu")
SMALL = FlowConfig(channels=(64, 64), middle=1, style=32)
TINY = dataclasses.replace(
    training.SMOKE, portraits=64, autoencoder=AutoencoderTraining(steps=3, batch=4, portraits=64)
)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def told(texts: list[str], encoder: TextEncoder) -> Context:
    context: Context = encoder(numbers(texts))
    return context


def stirred(module: nn.Module) -> nn.Module:
    """The net with no weight at 0, as after some training."""
    seeded = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weights in module.parameters():
            weights.add_(0.05 * torch.randn(weights.shape, generator=seeded))
    return module.eval()


@pytest.fixture(scope="module")
def flow() -> Flow:
    torch.manual_seed(0)
    net = stirred(Flow(SMALL))
    assert isinstance(net, Flow)
    return net


@pytest.fixture(scope="module")
def data() -> Examples:
    made = portraits(64, parts=True)
    captions = numbers(["a red hat", "rød lue", "红帽子"] * 2)
    return Examples(
        random(64, LATENT, SIDE, SIDE).half(),
        place_weights(made),
        made.categorical,
        made.continuous,
        captions.expand(64, -1, -1).to(torch.int16),
    )


# Autoencoder


def test_latents_are_sixteen_by_sixteen_by_eight() -> None:
    autoencoder = Autoencoder()
    latents = autoencoder.encode(random(2, 3, SIZE, SIZE))
    assert latents.shape == (2, LATENT, SIDE, SIDE)
    assert autoencoder.decode(latents).shape == (2, 3, SIZE, SIZE)


def test_statistics_make_latents_standard_and_leave_pictures_alone() -> None:
    autoencoder = Autoencoder().eval()
    pictures = portraits(32).pictures(slice(None))
    with torch.no_grad():
        before = autoencoder.decode(autoencoder.encode(pictures))
        autoencoder.find_statistics(autoencoder.raw(pictures))
        latents = autoencoder.encode(pictures)
        after = autoencoder.decode(latents)
    assert torch.allclose(latents.mean((0, 2, 3)), torch.zeros(LATENT), atol=1e-4)
    assert torch.allclose(latents.std((0, 2, 3)), torch.ones(LATENT), atol=1e-4)
    assert torch.allclose(before, after, atol=1e-4)


def test_eyes_and_freckled_faces_count_more() -> None:
    shown = portraits(64, parts=True)
    weights = pixel_weights(shown, torch.arange(64))
    assert weights.mean().item() == pytest.approx(1, abs=1e-5)
    assert shown.parts is not None
    iris = shown.parts[:, PARTS.index("iris")].repeat_interleave(2, 1).repeat_interleave(2, 2)[:, None] > 200
    assert weights[iris].mean() > 0.8 * PART_WEIGHTS["iris"] * weights.median()


def test_penalty_is_zero_for_standard_latents_alone() -> None:
    standard = random(64, 4, 16, 16)
    assert scale_penalty(standard).item() < 1e-2
    assert scale_penalty(2 * standard).item() > 5
    assert scale_penalty(standard + 1).item() > 0.9


def test_the_autoencoder_learns() -> None:
    run = AutoencoderRun(
        AutoencoderTraining(steps=40, batch=4), portraits(64, parts=True), Budget(40), CPU, seed=0
    )
    run.warmup = 1  # type: ignore[misc]
    losses = [run.advance()["error"] for _ in range(40)]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


# What the net is told


def test_attention_looks_only_at_what_counts() -> None:
    query, key, value = random(1, 2, 5, 8), random(1, 2, 4, 8, seed=1), random(1, 2, 4, 8, seed=2)
    seen = torch.tensor([[True, True, False, True]])
    found = attend(query, key, value, seen)
    other = value.clone()
    other[:, :, 2] = 99
    assert torch.allclose(found, attend(query, key, other, seen), atol=1e-5)
    wanted = nn.functional.scaled_dot_product_attention(query, key, value, seen[:, None, None])
    assert torch.allclose(found, wanted, atol=1e-5)


def test_padding_changes_no_caption() -> None:
    encoder = TextEncoder().eval()
    short = numbers(["a red hat"])
    context = encoder(short)
    assert context.seen.sum() == 4
    assert context.tokens.shape == (1, LENGTH, WIDTH)
    both = encoder(torch.cat([short, numbers(["a man with green eyes and a big beard"])]))
    assert torch.allclose(both.tokens[0, :4], context.tokens[0, :4], atol=1e-5)


def test_words_are_read_in_order() -> None:
    encoder = TextEncoder().eval()
    a, b = encoder(numbers(["a red hat and blue glasses", "a blue hat and red glasses"])).tokens
    assert not torch.allclose(a.mean(0), b.mean(0), atol=1e-4)


def test_only_chosen_attributes_count(flow: Flow) -> None:
    shown = portraits(2)
    chosen = torch.zeros(2, len(ATTRIBUTES), dtype=torch.bool)
    chosen[:, ATTRIBUTES.index("smile")] = True
    encoder = AttributeEncoder().eval()
    context = encoder(shown.categorical, shown.continuous, chosen)
    assert context.seen.sum(1).tolist() == [2, 2]
    changed = shown.continuous.clone()
    changed[:, ATTRIBUTES.index("yaw") - len(CATEGORICAL)] += 0.5
    other = encoder(shown.categorical, changed, chosen)
    latents, time = random(2, LATENT, SIDE, SIDE), torch.tensor([0.3, 0.6])
    assert torch.allclose(flow(latents, time, context), flow(latents, time, other), atol=1e-5)


def test_every_class_of_every_factor_has_a_token_of_its_own() -> None:
    encoder = AttributeEncoder()
    rows = [
        (encoder.first[i] + k).item()
        for i, name in enumerate(CATEGORICAL)
        for k in range(len(BY_NAME[name].classes))
    ]
    assert sorted(rows) == list(range(len(encoder.classes.weight)))


def test_an_empty_context_asks_for_anything(flow: Flow) -> None:
    latents, time = random(2, LATENT, SIDE, SIDE), torch.full((2,), 0.5)
    full = told(["a red hat", "green eyes"], flow.text)
    a, b = flow(torch.cat([latents[:1]] * 2), time, flow.empty(full))
    assert torch.allclose(a, b, atol=1e-5)
    a, b = flow(torch.cat([latents[:1]] * 2), time, full)
    assert not torch.allclose(a, b, atol=1e-3)


def test_captions_without_words_say_nothing(flow: Flow) -> None:
    context = flow.by_words(numbers(["", "...", "a hat"]))
    assert context.seen.sum(1).tolist() == [1, 1, 3]
    assert torch.equal(context.tokens[0], context.tokens[1])
    assert torch.equal(context.tokens[0, 0], flow.nothing)


# The flow net


def test_an_untrained_net_moves_nothing() -> None:
    net = Flow(SMALL)
    context = told([""], net.text)
    assert (net(random(1, LATENT, SIDE, SIDE), torch.tensor([0.5]), context) == 0).all()


def test_each_place_sees_all_others(flow: Flow) -> None:
    latents = random(1, LATENT, SIDE, SIDE).requires_grad_()
    flow(latents, torch.tensor([0.5]), told(["a hat"], flow.text))[0, :, 0, 0].sum().backward()
    assert latents.grad is not None
    assert latents.grad[0, :, -1, -1].abs().sum() > 0


def test_rows_of_a_batch_do_not_meet(flow: Flow) -> None:
    latents, time = random(3, LATENT, SIDE, SIDE), torch.tensor([0.1, 0.5, 0.9])
    context = told(["a hat", "green eyes", "en mann"], flow.text)
    together = flow(latents, time, context)
    alone = flow(latents[1:2], time[1:2], Context(context.tokens[1:2], context.seen[1:2]))
    assert torch.allclose(together[1:2], alone, atol=1e-4)


def test_time_matters(flow: Flow) -> None:
    latents = random(1, LATENT, SIDE, SIDE)
    context = told([""], flow.text)
    early, late = (flow(latents, torch.tensor([t]), context) for t in (0.1, 0.9))
    assert not torch.allclose(early, late, atol=1e-3)


# Sampling


class Straight(nn.Module):
    """Moves everything to what each context asks for: its first token's first number, everywhere."""

    def forward(self, latents: Tensor, time: Tensor, context: Context) -> Tensor:
        return (context.tokens[:, :1, :1, None] - latents) / (1 - time)[:, None, None, None]

    def empty(self, like: Context) -> Context:
        return Context(torch.zeros_like(like.tokens), like.seen)


def asking(value: float, n: int = 2) -> Context:
    return Context(torch.full((n, LENGTH, WIDTH), value), torch.ones(n, LENGTH, dtype=torch.bool))


def test_euler_arrives_where_straight_lines_lead() -> None:
    found = euler(Straight(), noise(2, 1), asking(3.0), steps=5)  # type: ignore[arg-type]
    assert torch.allclose(found, torch.full_like(found, 3.0), atol=0.1)


def test_guidance_goes_past_what_is_asked() -> None:
    start, time = torch.zeros(2, LATENT, SIDE, SIDE), torch.zeros(2)
    wanted = asking(3.0)
    found = velocity(Straight(), start, time, wanted, asking(0.0), torch.tensor([1.0, 2.0]))  # type: ignore[arg-type]
    assert found[0].mean().item() == pytest.approx(3, abs=0.05)
    assert found[1].mean().item() == pytest.approx(6, abs=0.05)


def test_noise_depends_on_seed_and_row_alone() -> None:
    assert torch.equal(noise(3, seed=5)[1:], noise(2, seed=5, start=1))
    assert not torch.equal(noise(1, seed=5), noise(1, seed=6))


def test_a_step_also_shows_the_clean_latent_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    model = nn.Module()
    model.flow = Straight()
    monkeypatch.setattr("demos.models.diffusion.functions.load_diffusion", lambda device: model)
    wanted = asking(2.0)
    found = stepped(
        noise(2, 1), torch.full((2,), 0.25), torch.full((2,), 0.5), torch.ones(2), wanted, asking(0.0)
    )
    assert torch.allclose(found["clean"], torch.full_like(found["clean"], 2.0), atol=0.1)
    assert not torch.allclose(found["latent"], found["clean"], atol=0.5)


# Training


def flow_run(data: Examples, steps: int = 4, seed: int = 0) -> training.FlowRun:
    return training.FlowRun(TINY, data, Budget(steps), CPU, seed, SMALL)


def test_faces_count_more_than_their_surroundings() -> None:
    weights = place_weights(portraits(200, parts=True)).float()
    assert weights.mean().item() == pytest.approx(1, abs=0.01)
    assert weights[:, 5:9, 4:12].mean() > 1.5 * weights[:, :3].mean()


def test_the_flow_learns(data: Examples) -> None:
    same = dataclasses.replace(data, latents=data.latents[:1].expand(64, -1, -1, -1))
    run = flow_run(same, steps=40)
    run.warmup, run.rates = 1, (3e-3,)  # type: ignore[misc]
    losses = [run.advance()["loss"] for _ in range(40)]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_same_seed_same_weights_also_after_an_interruption(data: Examples, tmp_path: Path) -> None:
    straight, broken = flow_run(data), flow_run(data)
    list(fit(straight, tmp_path / "a.pt"))
    steps = fit(broken, tmp_path / "b.pt")
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    resumed = flow_run(data)
    list(fit(resumed, tmp_path / "b.pt", resume=True))
    for a, b in zip(straight.average.parameters(), resumed.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_words_are_lost_but_never_the_start(data: Examples) -> None:
    run = flow_run(data)
    run.recipe = dataclasses.replace(TINY, unknown=1.0)
    words = run.words(torch.arange(8), torch.Generator().manual_seed(0))
    assert (words[:, 0] == START).all()
    assert set(words.unique().tolist()) == {PADDING, START, UNKNOWN}


def test_some_are_told_nothing(data: Examples) -> None:
    run = flow_run(data)
    run.recipe = dataclasses.replace(TINY, nothing=1.0)
    context = run.context(torch.arange(8), torch.Generator().manual_seed(0))
    assert context.seen.sum(1).tolist() == [1] * 8


def test_examples_are_made_once_and_depend_on_the_autoencoder(tmp_path: Path) -> None:
    shown = portraits(32, parts=True)
    torch.manual_seed(0)
    autoencoder = finished(Autoencoder(), shown, count=32)
    made = examples(shown, autoencoder, 0, tmp_path)
    (path,) = tmp_path.iterdir()
    written = path.stat().st_mtime_ns
    again = examples(shown, autoencoder, 0, tmp_path)
    assert path.stat().st_mtime_ns == written
    assert torch.equal(made.latents, again.latents)
    assert made.captions.shape == (32, CAPTIONS, LENGTH)
    assert (made.captions[..., 0] == START).all()
    examples(shown, finished(Autoencoder(), shown, count=32), 0, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_training_writes_weights_and_a_card_with_every_bar(tmp_path: Path) -> None:
    out, work = tmp_path / "weights", tmp_path / "work"
    for _ in training.train(TINY, device=CPU, out=out, work=work, config=SMALL):
        pass
    card = read_card(out)
    assert set(publishing.BARS) <= set(card.metrics)
    assert not card.met
    assert card.details["pictures"] == TINY.steps * TINY.batch
    model = load_diffusion(CPU, out)
    assert isinstance(model, LatentDiffusion)
    shown = portraits(2).pictures(slice(None))
    assert publishing.decoded(model, publishing.encoded(model, shown)).shape == (2, 3, SIZE, SIZE)


# Measuring


def test_captions_are_obeyed_if_the_judge_reads_what_they_say() -> None:
    said = [[Fact("glasses", "round", "red"), Fact("hair", "any", "blue")], [Fact("glasses", "none")]]
    names = {name: BY_NAME[name].classes.index for name in ("glasses", "glasses_color", "hair_color")}
    read = {
        "glasses": torch.tensor([names["glasses"]("round"), names["glasses"]("none")]),
        "glasses_color": torch.tensor([names["glasses_color"]("red"), 0]),
        "hair_color": torch.tensor([names["hair_color"]("pink"), 0]),
    }
    assert publishing.obeyed(read, said) == 0.75


def test_hair_below_a_hat_is_not_asked_of_the_judge() -> None:
    hair, cap = Fact("hair", "long", "blond"), Fact("hat", "cap", "")
    assert publishing.claims(hair, [hair]) == [("hair", "long"), ("hair_color", "blond")]
    assert publishing.claims(hair, [hair, cap]) == []


def test_the_judge_reads_the_same_iris_on_both_halves_of_a_drawn_face_but_not_of_two() -> None:
    prompts = replace(
        sample(60, seed=9), yaw=0.0, roll=0.0, glasses="none", blink=0.0, eye_size=0.8, hat="none"
    )
    blue, brown = (render(replace(prompts, iris=iris)).images for iris in ("blue", "brown"))
    odd = torch.cat([blue[..., :32], brown[..., 32:]], dim=-1)
    judge = load_judge(CPU)
    assert publishing.eyes_match(judge, blue, prompts) > 0.85
    assert publishing.eyes_match(judge, odd, prompts) < 0.3
