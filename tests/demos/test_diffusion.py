"""The latent diffusion model: autoencoder, flow net, what it is told, sampling, training and measuring."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from demos.data.avatars import render, sample
from demos.data.avatars.dataset import portraits
from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS, replace
from demos.data.avatars.render import PARTS
from demos.data.captions.facts import Fact
from demos.data.captions.tokens import LENGTH, PADDING, START, UNKNOWN, numbers
from demos.kit.device import autocast
from demos.kit.functions import ModelFunction, direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.diffusion import evaluate as measuring
from demos.models.diffusion import train as training
from demos.models.diffusion.autoencoder import LATENT, SIDE, SIZE, Autoencoder
from demos.models.diffusion.conditions import (
    ATTRIBUTES,
    WIDTH,
    AttributeEncoder,
    Context,
    Decoupled,
    Layer,
    TextEncoder,
    asked,
    attend,
)
from demos.models.diffusion.examples import CAPTIONS, Examples, captions_of, examples, place_weights
from demos.models.diffusion.functions import step_by_attributes, step_by_caption, stepped, walk, watched_step
from demos.models.diffusion.model import HEAD, Flow, FlowConfig, LatentDiffusion, load_diffusion
from demos.models.diffusion.sampling import at_time, back_to, euler, noise, velocity
from demos.models.diffusion.train_autoencoder import (
    PART_WEIGHTS,
    AutoencoderRun,
    AutoencoderTraining,
    finished,
    pixel_weights,
    scale_penalty,
)
from demos.models.diffusion.train_text import (
    CLASSES,
    Heads,
    TextReader,
    TextRun,
    TextTraining,
    TextTuning,
    TuningRun,
    swapped,
    words,
)
from demos.models.judge.model import load_judge
from tests.demos.kit import check_resuming

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
        hats().expand(64, CAPTIONS, -1),
    )


def hats() -> Tensor:
    return torch.tensor([name in ("hat", "hat_color") for name in ATTRIBUTES])


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


def test_what_is_asked_for_is_named() -> None:
    found = asked({"hat": "cap", "smile": -0.5}, 2)
    chosen = [name for name, one in zip(ATTRIBUTES, found["chosen"][1].tolist(), strict=True) if one]
    assert chosen == ["hat", "smile"]
    assert (found["categorical"][:, CATEGORICAL.index("hat")] == BY_NAME["hat"].classes.index("cap")).all()
    assert (found["continuous"][:, CONTINUOUS.index("smile")] == -0.5).all()
    assert not asked({}, 2)["chosen"].any()
    for wrong, error in [({"crown": "gold"}, KeyError), ({"hat": "crown"}, ValueError)]:
        with pytest.raises(error):
            asked(wrong)


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

    def forward(self, latents: Tensor, time: Tensor, context: Context, *_: object) -> Tensor:
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


def test_a_walk_is_equal_steps_from_a_time_of_each_row_to_the_end(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same latents as `euler`; and a row that begins later takes as many, shorter steps."""
    model = nn.Module()
    model.flow = flow
    monkeypatch.setattr("demos.models.diffusion.functions.load_diffusion", lambda device: model)
    start, wishes = noise(2, 1), asked({"hat": "cap"}, 2)
    *_, last = walk(direct, step_by_attributes, start, steps=3, guidance=2.0, **wishes)
    with torch.inference_mode(), autocast(CPU):
        context = flow.attributes(*wishes.values())
    expected = euler(flow, start, context, steps=3, guidance=2.0)
    assert torch.allclose(last["latent"], expected, atol=1e-4)
    assert torch.allclose(last["clean"], last["latent"], atol=1e-4), "the last step ends where it looked"

    asked_for: list[tuple[list[float], list[float]]] = []

    def recorded(_: ModelFunction, /, **inputs: Tensor) -> dict[str, Tensor]:
        asked_for.append((inputs["time"].tolist(), inputs["until"].tolist()))
        return {"latent": inputs["latent"], "clean": inputs["latent"]}

    assert len(list(walk(recorded, step_by_attributes, start, steps=2, guidance=1.0,
                         begin=torch.tensor([0.0, 0.6])))) == 2  # fmt: skip
    for (times, ends), expected_times, expected_ends in zip(
        asked_for, ([0, 0.6], [0.5, 0.8]), ([0.5, 0.8], [1, 1]), strict=True
    ):
        assert times == pytest.approx(expected_times)
        assert ends == pytest.approx(expected_ends)


def test_a_watched_step_also_says_how_much_of_each_token_every_place_took(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nn.Module()
    model.flow = flow
    monkeypatch.setattr("demos.models.diffusion.functions.load_diffusion", lambda device: model)
    step: dict[str, Tensor] = {
        "latent": noise(2, 1), "time": torch.zeros(2), "until": torch.full((2,), 0.5),
        "wanted": numbers(["a red hat", "green eyes"]), "avoided": numbers(["glasses", ""]),
    }  # fmt: skip
    found = {g: direct(watched_step, **step, guidance=torch.full((2,), g)) for g in (1.0, 3.0)}
    maps = found[3.0]["maps"]
    assert maps.shape == (2, LENGTH, SIDE, SIDE)
    assert torch.allclose(maps.sum(1), torch.ones(2, SIDE, SIDE), atol=0.02)
    assert (maps[0, 4:] == 0).all()
    assert (maps[1, 3:] == 0).all()
    assert maps[0, :4].amin((1, 2)).min() > 0
    assert torch.allclose(found[1.0]["maps"], maps, atol=0.02), "those of what is wanted, whatever is avoided"
    plain = direct(step_by_caption, **step, guidance=torch.full((2,), 3.0))
    assert torch.equal(plain["latent"], found[3.0]["latent"])


def beside(flow: Flow, scale: list[float]) -> list[Decoupled]:
    """Some keys and values for each attention."""
    n, found = len(scale), []
    for attention in flow.attentions:
        key, value = random(2, n, attention.count, 5, HEAD).unbind(0)
        found.append(Decoupled(key, value, torch.tensor(scale)))
    return found


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_what_an_adapter_adds_changes_nothing_at_scale_0_to_the_bit(flow: Flow, guidance: float) -> None:
    context, strength = told(["a red hat", "green eyes"], flow.text), torch.full((2,), guidance)
    steps = (flow, noise(2, 1), torch.tensor([0.2, 0.7]), context, flow.empty(context), strength)
    with torch.no_grad():
        plain, off, mixed = (
            velocity(*steps, decoupled=others)
            for others in ((), beside(flow, [0.0, 0.0]), beside(flow, [0.0, 1.0]))
        )
    assert torch.equal(off, plain)
    assert torch.equal(mixed[0], plain[0])
    assert not torch.allclose(mixed[1], plain[1], atol=1e-2)


def test_guidance_leads_away_from_what_is_without_the_adapter(flow: Flow) -> None:
    context, others = told(["a red hat", "green eyes"], flow.text), beside(flow, [0.5, 1.0])
    start, time = noise(2, 1), torch.tensor([0.2, 0.7])
    with torch.no_grad(), autocast(CPU):
        guided = velocity(
            flow, start, time, context, flow.empty(context), torch.full((2,), 3.0), decoupled=others
        )
        towards, away = flow(start, time, context, None, others), flow(start, time, flow.empty(context))
    assert torch.allclose(guided, away + 3 * (towards - away), atol=0.15)
    assert not torch.allclose(towards, away, atol=0.5)


def test_rows_of_one_noise_are_what_each_is_alone(flow: Flow) -> None:
    """What no condition has led apart yet is computed once."""
    context, start = told(["a red hat", "green eyes"], flow.text), noise(1, 1).expand(2, -1, -1, -1)
    time, strength = torch.full((2,), 0.2), torch.tensor([3.0, 2.0])
    with torch.no_grad():
        both = velocity(flow, start, time, context, flow.empty(context), strength)
        for i in range(2):
            own = Context(context.tokens[[i]], context.seen[[i]])
            alone = velocity(flow, start[[i]], time[[i]], own, flow.empty(own), strength[[i]])
            assert torch.allclose(both[[i]], alone, atol=1e-2)
    assert not torch.allclose(both[0], both[1], atol=0.1)


def test_what_an_adapter_adds_grows_with_its_scale() -> None:
    query, key, value = random(3, 2, 2, 5, HEAD).unbind(0)
    found = [Decoupled(key, value, torch.tensor([scale, 1.0])).find(query) for scale in (0.0, 0.5, 1.0)]
    assert (found[0][0] == 0).all()
    assert torch.allclose(2 * found[1][0], found[2][0])
    assert torch.equal(found[0][1], found[2][1])


def test_an_adapter_gives_something_to_every_attention_or_it_is_an_error(flow: Flow) -> None:
    context = told(["a red hat"], flow.text)
    with pytest.raises(StopIteration):
        flow(noise(1, 1), torch.tensor([0.5]), context, decoupled=beside(flow, [1.0])[:-1])


def test_going_back_in_time_leaves_as_much_of_the_picture_and_of_noise_as_there_was() -> None:
    clean = torch.full((400, LATENT, SIDE, SIDE), 2.0)
    now = at_time(clean, noise(400, 1), 0.75)
    assert now.mean().item() == pytest.approx(1.5, abs=0.01)
    for earlier in (0.0, 0.5):
        before = back_to(now, 0.75, earlier, noise(400, 2))
        assert before.mean().item() == pytest.approx(2 * earlier, abs=0.01)
        assert before.std().item() == pytest.approx(1 - earlier, abs=0.01)


# Training


def flow_run(data: Examples, steps: int = 4, seed: int = 0) -> training.FlowRun:
    torch.manual_seed(seed)  # also for the reader, which the run does not make itself
    return training.FlowRun(TINY, data, TextReader(), Budget(steps), CPU, seed, SMALL)


def test_faces_count_more_than_their_surroundings() -> None:
    weights = place_weights(portraits(200, parts=True)).float()
    assert weights.mean().item() == pytest.approx(1, abs=0.01)
    assert weights[:, 5:9, 4:12].mean() > 1.5 * weights[:, :3].mean()


def test_the_flow_learns(data: Examples) -> None:
    same = dataclasses.replace(data, latents=data.latents[:1].expand(64, -1, -1, -1))
    run = flow_run(same, steps=40)
    run.warmup, run.rates = 1, (3e-3, 3e-3)  # type: ignore[misc]
    losses = [run.advance()["loss"] for _ in range(40)]
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_a_resumed_run_takes_the_same_steps(data: Examples) -> None:
    check_resuming(lambda: flow_run(data))


def test_words_are_lost_but_never_the_start(data: Examples) -> None:
    chosen, _ = words(data, torch.arange(8), 1.0, torch.Generator().manual_seed(0))
    assert (chosen[:, 0] == START).all()
    assert set(chosen.unique().tolist()) == {PADDING, START, UNKNOWN}


def test_some_are_told_nothing(data: Examples) -> None:
    run = flow_run(data)
    run.recipe = dataclasses.replace(TINY, nothing=1.0)
    seeded = torch.Generator().manual_seed(0)
    numbers, _ = words(data, torch.arange(6), 0.0, seeded)
    text = run.model.text(numbers)
    assert run.context(text, torch.arange(6, 8), seeded).seen.sum(1).tolist() == [1] * 8


def test_the_text_encoder_learns_what_captions_say_and_keeps_them_apart(data: Examples) -> None:
    shown = portraits(64)
    captions, said = captions_of(shown, 0, 1)
    about = dataclasses.replace(
        data, captions=captions, said=said, categorical=shown.categorical, continuous=shown.continuous
    )
    run = TextRun(TextTraining(batch=32), about, Budget(60), CPU, 0)
    unread = [run.advance()["unread"] for _ in range(60)]
    assert sum(unread[-10:]) < 0.95 * sum(unread[:10])
    means = run.model.text(captions[:, 0].long()).mean()
    assert means.std(0).mean() > 0.1 * means.std()


def test_what_captions_say_is_kept_with_them() -> None:
    captions, said = captions_of(portraits(32), 0, 1)
    assert said.shape == (32, CAPTIONS, len(ATTRIBUTES))
    red = numbers(["red"])[0, 1]
    colored = said[..., [i for i, name in enumerate(ATTRIBUTES) if "color" in name]].any(-1)
    assert colored[(captions == red).any(-1)].float().mean() > 0.5
    assert (said.sum(-1) > 0).all()


def test_only_what_a_caption_says_is_asked_of_it(data: Examples) -> None:
    heads, text = Heads(), told(["a red hat"] * 8, TextEncoder())
    index, said = torch.arange(8), hats().expand(8, -1)
    loss = heads.loss(text, data, index, said)
    loss.backward()
    of_iris = sum(CLASSES[: CATEGORICAL.index("iris")])
    assert heads.weight.grad is not None
    assert (heads.weight.grad[of_iris : of_iris + CLASSES[CATEGORICAL.index("iris")]] == 0).all()
    assert (heads.weight.grad != 0).any()


def tuning_run(data: Examples, flow: Flow, steps: int = 4) -> TuningRun:
    torch.manual_seed(0)
    return TuningRun(TextTuning(batch=8, rate=3e-3), data, flow, Heads(), Budget(steps), CPU, 0)


def test_captions_are_taught_what_attributes_do_and_the_flow_net_learns_nothing(
    data: Examples, flow: Flow
) -> None:
    before = {name: weights.clone() for name, weights in flow.state_dict().items()}
    run = tuning_run(data, flow, 60)
    run.warmup = 1  # type: ignore[misc]
    apart = [run.advance()["apart"] for _ in range(60)]
    assert sum(apart[-10:]) < 0.7 * sum(apart[:10])
    assert all(torch.equal(weights, before[name]) for name, weights in flow.state_dict().items())
    assert all(torch.equal(weights, before[name]) for name, weights in run.flow.state_dict().items())
    assert not torch.equal(run.average.text.norm.weight, flow.text.norm.weight)


def test_a_resumed_tuning_takes_the_same_steps(data: Examples, flow: Flow) -> None:
    check_resuming(lambda: tuning_run(data, flow))


def test_neighbors_change_places_and_nothing_is_lost() -> None:
    written = numbers(["a red hat", "hat", "a man with a blue cap and round glasses"] * 40)
    changed = swapped(written, torch.Generator().manual_seed(0))
    other = (changed != written).sum(1)
    assert set(other.tolist()) == {0, 2}
    assert (other[1::3] == 0).all(), "one word has no neighbor"
    assert torch.equal(changed.sort(1).values, written.sort(1).values)
    assert (changed[:, 0] == START).all()


def test_words_that_no_caption_holds_are_read_as_unknown(data: Examples, flow: Flow) -> None:
    text = tuning_run(data, flow).text()
    green, red = numbers(["green", "red"])[:, 1]
    assert torch.equal(text.embed.weight[green], text.embed.weight[UNKNOWN])
    assert not torch.equal(text.embed.weight[red], text.embed.weight[UNKNOWN])


def test_near_words_are_favored_and_the_encoder_may_unlearn_it() -> None:
    layer = TextEncoder().layers[0]
    assert isinstance(layer, Layer)
    steepest, flat = layer.near[0], layer.near[-1]
    assert (steepest[: LENGTH - 1].diff() > 0).all()
    assert (flat == 0).all()
    assert steepest[LENGTH - 1] == steepest.max() == 0
    assert layer.near.requires_grad


def test_a_caption_means_the_same_without_its_padding() -> None:
    encoder, written = TextEncoder(), numbers(["a red hat", "red glasses"])
    longest = int((written != PADDING).sum(1).max())
    long, short = encoder(written), encoder(written[:, :longest])
    assert torch.allclose(long.tokens[:, :longest], short.tokens, atol=1e-5)
    assert torch.allclose(long.mean(), short.mean(), atol=1e-5)


def test_examples_are_made_once_and_depend_on_portraits_seed_and_autoencoder(tmp_path: Path) -> None:
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
    other_seed = examples(shown, autoencoder, 1, tmp_path)
    assert not torch.equal(other_seed.captions, made.captions)
    other_portraits = examples(portraits(32, seed=8, parts=True), autoencoder, 0, tmp_path)
    assert not torch.equal(other_portraits.latents, made.latents)
    assert len(list(tmp_path.iterdir())) == 4


def test_training_writes_weights_and_a_card_with_every_bar(tmp_path: Path) -> None:
    out, work = tmp_path / "weights", tmp_path / "work"
    for _ in training.train(TINY, device=CPU, out=out, work=work, config=SMALL):
        pass
    card = read_card(out)
    assert set(measuring.BARS) <= set(card.metrics)
    assert not card.met
    assert card.details["pictures"] == TINY.steps * TINY.batch
    model = load_diffusion(CPU, out)
    assert isinstance(model, LatentDiffusion)
    shown = portraits(2).pictures(slice(None))
    assert measuring.decoded(model, measuring.encoded(model, shown)).shape == (2, 3, SIZE, SIZE)


# Measuring


def test_captions_are_obeyed_if_the_judge_reads_what_they_say() -> None:
    said = [[Fact("glasses", "round", "red"), Fact("hair", "any", "blue")], [Fact("glasses", "none")]]
    names = {name: BY_NAME[name].classes.index for name in ("glasses", "glasses_color", "hair_color")}
    read = {
        "glasses": torch.tensor([names["glasses"]("round"), names["glasses"]("none")]),
        "glasses_color": torch.tensor([names["glasses_color"]("red"), 0]),
        "hair_color": torch.tensor([names["hair_color"]("pink"), 0]),
    }
    assert measuring.obeyed(read, said) == 0.75


def test_hair_below_a_hat_is_not_asked_of_the_judge() -> None:
    hair, cap = Fact("hair", "long", "blond"), Fact("hat", "cap", "")
    assert measuring.claims(hair, [hair]) == [("hair", "long"), ("hair_color", "blond")]
    assert measuring.claims(hair, [hair, cap]) == []


def test_the_judge_reads_the_same_iris_on_both_halves_of_a_drawn_face_but_not_of_two() -> None:
    prompts = replace(
        sample(60, seed=9), yaw=0.0, roll=0.0, glasses="none", blink=0.0, eye_size=0.8, hat="none"
    )
    blue, brown = (render(replace(prompts, iris=iris)).images for iris in ("blue", "brown"))
    odd = torch.cat([blue[..., :32], brown[..., 32:]], dim=-1)
    judge = load_judge(CPU)
    assert measuring.eyes_match(judge, blue, prompts) > 0.85
    assert measuring.eyes_match(judge, odd, prompts) < 0.3
