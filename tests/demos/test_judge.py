"""The judge: shapes, one step, and the weights that are shipped."""

import pytest
import torch

from demos.data.avatars import FACTORS, render, sample
from demos.data.avatars.factors import BY_NAME, CATEGORICAL, CONTINUOUS
from demos.kit.functions import direct
from demos.kit.weights import read_card
from demos.models.attributes import AttributeHeads, attribute_loss, truth_columns, visible
from demos.models.judge import JUDGE_VERSION, Judge, load_judge
from demos.models.judge import train as judge_train
from demos.models.judge.evaluate import BAR, SHOWN, evaluate
from demos.models.judge.functions import read
from demos.models.judge.model import WEIGHTS
from demos.models.judge.train import degrade


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return render(sample(8, seed=1), 64).images


def test_reads_every_factor(pictures):
    read = Judge()(pictures)
    assert set(read) == {factor.name for factor in FACTORS}
    for name in CATEGORICAL:
        assert read[name].shape == (8, len(BY_NAME[name].classes))
    for name in CONTINUOUS:
        assert read[name].shape == (8,)


def test_the_function_that_demos_call_reads_what_the_judge_does(pictures):
    found, expected = direct(read, picture=pictures), load_judge(torch.device("cpu")).read(pictures)
    assert found.keys() == {factor.name for factor in FACTORS}
    for name in CATEGORICAL:
        assert torch.equal(found[name], expected[name])
    for name in CONTINUOUS:
        assert torch.allclose(found[name], expected[name], atol=1e-4)


def test_features_are_in_the_unit_of_the_scale(pictures):
    judge = Judge().eval()
    before = judge.features(pictures)
    judge.feature_scale.fill_(3)
    assert before.shape == (8, 192)
    assert torch.allclose(judge.features(pictures), 3 * before)


def test_loss_is_one_for_a_guess_and_zero_for_the_truth():
    factors = sample(2000, seed=2)
    categorical, continuous = factors.labels()
    low = torch.tensor([BY_NAME[name].low for name in CONTINUOUS])
    truth = truth_columns(torch.where(low == 0, continuous * 2 - 1, continuous), categorical)
    exact = {
        name: 50 * torch.nn.functional.one_hot(x, len(BY_NAME[name].classes)).float()
        if name in CATEGORICAL
        else x
        for name, x in truth.items()
    }
    guess = {name: x * 0 for name, x in exact.items()}
    assert attribute_loss(exact, truth, visible(factors)).item() == pytest.approx(0, abs=1e-6)
    assert 0.8 < attribute_loss(guess, truth, visible(factors)).item() < 1.3


def test_hidden_factors_do_not_count():
    heads, features = AttributeHeads(4), torch.randn(2, 4)
    truth = truth_columns(torch.zeros(2, len(CONTINUOUS)), torch.zeros(2, len(CATEGORICAL), dtype=torch.long))
    read = heads(features)
    wrong = read | {"iris": read["iris"] * 0 + torch.tensor([0.0, *[99.0] * 5])}
    unseen = {"iris": torch.tensor([False, False])}
    with_it, without = (attribute_loss(x, truth, unseen) for x in (wrong, read))
    assert torch.equal(with_it, without)
    assert attribute_loss(wrong, truth, {}) > with_it + 1


def test_visible_knows_what_hides_what():
    from demos.data.avatars import replace

    seen = visible(replace(sample(1, seed=3), glasses="sunglasses", hat="none", hair="bald", blink=0.0))
    assert not seen["iris"]
    assert seen["glasses_color"]
    assert not seen["hat_color"]
    assert not seen["hair_color"]
    assert seen["hair"]


def test_degrading_touches_some_pictures_and_is_reproducible(pictures):
    def once() -> torch.Tensor:
        return degrade(pictures, torch.Generator().manual_seed(4))

    changed = (once() != pictures).flatten(1).any(1)
    assert 0 < changed.sum() < 8
    assert torch.equal(once(), once())


# The weights that are shipped


def test_card_describes_the_shipped_file():
    card = read_card(WEIGHTS)
    judge = load_judge()  # checks sha256 and fit
    assert card.demo == "judge"
    assert card.config["version"] == JUDGE_VERSION
    assert card.parameters == sum(p.numel() for p in judge.parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 4e6


def test_card_meets_its_bars_on_every_factor_that_demos_show():
    metrics = read_card(WEIGHTS).metrics
    barred = {name.partition(".")[2] for name, metric in metrics.items() if metric.bar is not None}
    assert barred == set(SHOWN)
    assert all(metric.met for metric in metrics.values())
    assert BAR == 0.8


def test_ladder_rises_with_the_damage():
    ladder = read_card(WEIGHTS).details["ladder"]
    assert ladder["real"] < ladder["noise 0.1"] < ladder["uniform noise"]
    assert ladder["real"] < ladder["blur"] < ladder["uniform noise"]
    assert ladder["real"] == pytest.approx(judge_train.REAL_TO_REAL, rel=0.05)


def test_shipped_judge_measured_again_on_a_small_sample():
    again, card = evaluate(samples=300), read_card(WEIGHTS).metrics
    for name in SHOWN:
        key = f"accuracy.{name}" if name in CATEGORICAL else f"r2.{name}"
        assert again[key].value == pytest.approx(card[key].value, abs=0.08), key
