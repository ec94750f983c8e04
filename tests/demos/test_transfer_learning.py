"""What the transfer-learning demo answers: its adapter, its races, and what its presets say."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest
import torch

from demos.apps.transfer_learning import app, model, people
from demos.apps.transfer_learning.evaluate import BARS, evaluate
from demos.apps.transfer_learning.train import SMOKE, PretrainingRun
from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED, Portraits, to_bytes
from demos.data.avatars.factors import CONTINUOUS, sample
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from tests.demos.kit import app as declared
from tests.demos.kit import check_resuming, demos, words

RANK = 4


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    return people.portraits_of(3, people.TEST_SEED, 20, "color")


# The adapter


def test_an_adapter_adds_the_product_of_two_thin_matrices() -> None:
    """Hu et al. 2021, by hand: W + B A for a layer read as a matrix, and its rank."""
    base = {"conv1.weight": torch.randn(16, 3, 3, 3), "conv1.bias": torch.randn(16)}
    up, down = torch.randn(16, 2), torch.randn(2, 27)
    made = model.adapted(base, {"conv1.weight.up": up, "conv1.weight.down": down})
    added = made["conv1.weight"] - base["conv1.weight"]
    for i in range(16):
        for j in range(27):
            by_hand = sum(float(up[i, k] * down[k, j]) for k in range(2))
            assert float(added.reshape(16, 27)[i, j]) == pytest.approx(by_hand, abs=1e-5)
    assert torch.linalg.matrix_rank(added.reshape(16, 27), rtol=1e-4) == 2
    assert made["conv1.bias"] is base["conv1.bias"]


def test_a_new_adapter_changes_nothing(faces: torch.Tensor) -> None:
    vector = model.begin("adapter", RANK, seed=5)
    on = model.in_use("adapter", vector, RANK)
    assert torch.equal(model.features(on, faces), model.features(model.pretrained(), faces))


def test_with_the_adapter_off_the_net_is_as_before_to_the_bit(faces: torch.Tensor) -> None:
    before = {name: tensor.clone() for name, tensor in model.pretrained().items()}
    one = after("adapter", faces)
    on = model.in_use("adapter", one, RANK)
    assert not torch.equal(model.features(on, faces), model.features(before, faces)), "it has learned"
    assert all(torch.equal(tensor, model.pretrained()[name]) for name, tensor in before.items())


def after(method: str, faces: torch.Tensor, steps: int = 3) -> torch.Tensor:
    """What a method has trained after some steps."""
    vector = model.begin(method, RANK, seed=5)[None]
    made = direct(
        model.learn,
        vector=vector,
        mean=torch.zeros_like(vector),
        square=torch.zeros_like(vector),
        step=torch.zeros(1),
        rate=torch.tensor([1e-3]),
        pictures=faces[None],
        people=people.in_turn(len(faces))[None],
        order=torch.arange(10).expand(1, steps, 10),
        method=method,
        rank=RANK,
    )
    trained: torch.Tensor = made["vector"][0]
    return trained


# The methods


def test_methods_train_as_many_numbers_as_they_say() -> None:
    head = model.PEOPLE * model.FEATURES + model.PEOPLE
    net = 16 * 27 + 32 * 144 + 64 * 288 + 96 * 576 + 96 * 384 + 16 + 32 + 64 + 96 + 96
    thin = RANK * (16 + 27 + 32 + 144 + 64 + 288 + 96 + 576 + 96 + 384)
    assert model.count("frozen", RANK) == head
    assert model.count("tuned", RANK) == model.count("scratch", RANK) == head + net
    assert model.count("adapter", RANK) == head + thin
    assert all(len(model.begin(name, RANK, 0)) == model.count(name, RANK) for name in model.METHODS)


@pytest.mark.parametrize("method", model.METHODS)
def test_training_is_what_torch_does(method: str, faces: torch.Tensor) -> None:
    """The same steps with torch's Adam, and a net whose weights are changed in place."""
    start = model.begin(method, RANK, seed=5)
    shapes = model.trained(method, RANK)
    parts = {name: part.clone().requires_grad_(True) for name, part in model.named(start, shapes).items()}
    heads, others = (
        [parts["head.weight"], parts["head.bias"]],
        [part for name, part in parts.items() if name not in model.HEAD],
    )
    groups: list[dict[str, Any]] = [{"params": heads, "lr": model.HEAD_RATE}]
    groups += [{"params": others, "lr": 1e-3}] if others else []
    optimizer = torch.optim.Adam(groups)
    for _ in range(3):
        before = dict(model.pretrained())
        weights = model.adapted(before, parts) if method == "adapter" else before | parts
        found = model.features(weights, faces[:10])
        logits = torch.nn.functional.linear(found, parts["head.weight"], parts["head.bias"])
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits, people.in_turn(10)).backward()
        optimizer.step()
    expected = torch.cat([part.detach().flatten() for part in parts.values()])
    # Adam makes a full step of any gradient, also of one that is rounding alone: those may differ.
    off = (after(method, faces) - expected).abs()
    assert off.median() < 1e-6
    assert (off > 2e-5).float().mean() < 0.01


def test_races_that_share_a_batch_do_not_touch_each_other(faces: torch.Tensor) -> None:
    """The server may run equal calls of several readers as one."""
    both = torch.stack([model.begin("adapter", RANK, seed) for seed in (5, 6)])
    made = direct(
        model.learn,
        vector=both,
        mean=torch.zeros_like(both),
        square=torch.zeros_like(both),
        step=torch.zeros(2),
        rate=torch.full((2,), 1e-3),
        pictures=torch.stack([faces, faces.flip(0)]),
        people=people.in_turn(20).expand(2, 20),
        order=torch.arange(10).expand(2, 3, 10),
        method="adapter",
        rank=RANK,
    )
    assert torch.equal(made["vector"][0], after("adapter", faces))


# What is learned from


def test_no_portrait_is_one_the_net_was_pretrained_or_measured_on() -> None:
    starts = (people.PEOPLE_SEED, people.TRAINING_SEED, people.TEST_SEED)
    ranges = [range(start, start + people.GROUPS) for start in starts]
    used = {TRAIN_SEED, HELD_OUT_SEED}
    assert not any(seed in some for seed in used for some in ranges)
    assert people.OLD_SEED not in used
    assert all(a.stop <= b.start for a, b in itertools.pairwise(ranges)), "tests are no training"


def test_fewer_pictures_are_the_first_of_more() -> None:
    few, many = (people.portraits_of(7, people.TRAINING_SEED, n, "color") for n in (5, 20))
    assert torch.equal(few, many[:5])


def test_every_picture_is_looked_at_as_often_as_every_other() -> None:
    for n in (5, 20, 100):
        order = app.batches(7, n)
        seen = order.flatten().bincount(minlength=n)
        assert order.shape == (app.STEPS, min(n, model.BATCH))
        assert seen.max() - seen.min() <= 1


@pytest.mark.parametrize("style", people.STYLES)
def test_a_style_keeps_pictures_in_their_range(style: str) -> None:
    made = people.portraits_of(7, people.TRAINING_SEED, 5, style)
    assert made.shape == (5, 3, 32, 32)
    assert made.min() >= -1
    assert made.max() <= 1
    assert made.std() > 0.1


# Races


@cache
def race(**changed: Any) -> dict[str, tuple[float, float]]:
    """Where every method ends: its share right on the new task, and on the old one (NaN if it has none)."""
    state = declared("transfer_learning").tab("").defaults | changed
    rank, rate, n = int(state["rank"]), float(state["rate"]), int(state["pictures"])
    lesson = app.lesson_of(direct, state["seed"], state["style"], n)
    order = app.batches(state["seed"], n)
    ends = {}
    for method in model.METHODS:
        one = app.racer(method, rank, state["seed"])
        app.measure(direct, one, lesson, 0, rank)
        app.train(direct, one, lesson, order, rank, rate)
        app.measure(direct, one, lesson, app.STEPS, rank)
        ends[method] = (one.new[-1][1], one.old[-1][1] if one.old else float("nan"))
    return ends


def preset(name: str) -> dict[str, tuple[float, float]]:
    tab = declared("transfer_learning").tab("")
    given = demos()["transfer_learning"].presets[name].state
    controls = {control.name: control for control in tab.settings}
    return race(**{key: controls[key].parse(text) for key, text in given.items()})


SEEDS = range(4)


@pytest.mark.parametrize("n", ["5", "20"])
def test_few_pictures_favor_what_builds_on_the_pretrained_net(n: str) -> None:
    """One picture of each person is a matter of luck for each seed, so the mean is what counts."""
    leads = [end["frozen"][0] - end["scratch"][0] for end in (race(pictures=n, seed=seed) for seed in SEEDS)]
    assert sum(leads) / len(leads) > 0.05


def test_many_pictures_in_a_new_style_favor_fine_tuning() -> None:
    ends = [race(pictures="100", style="negative", seed=seed) for seed in SEEDS]
    assert all(end["tuned"][0] >= end["frozen"][0] for end in ends)


def test_fine_tuning_forgets_and_frozen_features_forget_nothing() -> None:
    known = app.old_task(direct, model.begin("frozen", RANK, 0)[None], "frozen", RANK)
    ends = [race(pictures="20", seed=seed) for seed in SEEDS]
    assert all(end["tuned"][1] < known - 0.1 for end in ends)
    assert all(end["frozen"][1] == known for end in ends)


def test_the_answer_ends_where_the_races_do_and_shows_numbers_of_parameters() -> None:
    tab, labels = declared("transfer_learning").tab(""), words("transfer_learning", "en")
    state = tab.defaults | {"pictures": "5"}
    first, *parts = tab.answer(direct, labels, **state)
    assert set(first) == {show.name for show in tab.shows}
    assert len(parts) == app.STEPS // app.STRIDE + 1
    ends = race(pictures="5")
    for method, row in zip(("tuned", "adapter"), parts[-1]["table"].splitlines()[2:], strict=False):
        assert labels.thousands(model.count(method, RANK)) in row
        assert row.count(labels.percent(ends[method][0])) >= 1


# Presets show what their sentences say


def test_preset_few() -> None:
    ends = preset("few")
    assert all(ends[method][0] > ends["scratch"][0] for method in ("tuned", "adapter", "frozen"))


def test_preset_tune() -> None:
    ends = preset("tune")
    assert ends["tuned"][0] == max(right for right, _ in ends.values())
    assert ends["tuned"][0] > ends["frozen"][0] + 0.05
    assert ends["tuned"][1] < ends["frozen"][1] - 0.1


def test_preset_forget() -> None:
    ends, chance = preset("forget"), (1 / 6 + 1 / 5 + 1 / 8) / 3
    assert ends["tuned"][1] < chance + 0.1
    assert ends["tuned"][0] == min(right for right, _ in ends.values())
    assert ends["frozen"] == race(pictures="100")["frozen"], "the learning rate is that of fine-tuning"


# The weights that are shipped


def test_pretraining_goes_on_where_it_was_interrupted() -> None:
    factors = sample(40, seed=3)
    values = torch.zeros(40, len(CONTINUOUS))
    data = Portraits(to_bytes(people.drawn(factors)), values, factors.categorical)

    def start() -> PretrainingRun:
        return PretrainingRun(SMOKE, data, Budget(4), torch.device("cpu"), seed=5)

    check_resuming(start)


def test_card_meets_its_bars_and_describes_the_shipped_file() -> None:
    card = read_card(model.WEIGHTS)
    assert card.parameters == sum(x.numel() for x in model.pretrained().values())
    assert {name: metric.bar for name, metric in card.metrics.items() if metric.bar} == BARS
    assert card.met
    assert (model.WEIGHTS / "model.safetensors").stat().st_size < 1e6


def test_shipped_net_measured_again_on_a_small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demos.data.avatars.dataset.SHARD", 250)
    again, card = evaluate(samples=250), read_card(model.WEIGHTS).metrics
    for name in BARS:
        assert again[name].value == pytest.approx(card[name].value, abs=0.08), name
