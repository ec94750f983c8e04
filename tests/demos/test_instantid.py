"""InstantID: nothing changes while it is off, only the adapter is trained, and both parts know who."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.avatars.dataset import portraits
from demos.data.captions.tokens import numbers
from demos.kit.functions import direct
from demos.kit.random import normal
from demos.kit.training import Budget
from demos.kit.weights import WeightsError, read_card
from demos.models.diffusion.conditions import ATTRIBUTES
from demos.models.diffusion.examples import Examples
from demos.models.diffusion.functions import step_by_caption
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import noise
from demos.models.faces.model import EMBEDDING
from demos.models.faces.people import five_points
from demos.models.identitynet.model import OF_PERSONS, load_identitynet
from demos.models.identitynet.train import OF_POSES
from demos.models.instantid import evaluate
from demos.models.instantid import train as training
from demos.models.instantid.functions import step_by_prompt_and_person
from demos.models.instantid.model import WEIGHTS, check_others, fresh, load_adapter
from tests.demos.kit import check_resuming, examples

CPU = torch.device("cpu")
FLOW = load_diffusion(CPU).flow
TEXTS = numbers(["a woman with a red cap", "en mann med solbriller", ""])
STEP = {
    "latent": noise(3, 5), "time": torch.tensor([0.0, 0.3, 0.7]), "until": torch.tensor([0.1, 0.5, 0.9]),
}  # fmt: skip


def unit(seed: int, n: int) -> Tensor:
    return torch.nn.functional.normalize(normal(seed, n, EMBEDDING), dim=1)


POINTS = five_points(portraits(3).factors())
TOLD = {"wanted": TEXTS, "person": unit(1, 3), "seen": unit(1, 3), "points": POINTS, "placed": torch.ones(3)}


def step(net: Tensor, adapter: Tensor, guidance: float = 2.0, **changed: Tensor) -> Tensor:
    told = TOLD | changed
    strength = torch.full((3,), guidance)
    found = direct(step_by_prompt_and_person, **STEP, **told, guidance=strength, strength=net, scale=adapter)
    latent: Tensor = found["latent"]
    return latent


@pytest.fixture(scope="module")
def data() -> Examples:
    return examples()


# Switched off


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_with_both_strengths_0_the_base_is_as_it_was_to_the_bit(guidance: float) -> None:
    zero, one = torch.zeros(3), torch.ones(3)
    empty = numbers(["", "", ""])
    strength = torch.full((3,), guidance)
    base = direct(step_by_caption, **STEP, guidance=strength, wanted=TEXTS, avoided=empty)["latent"]
    assert torch.equal(step(zero, zero, guidance), base)
    for net, adapter in ((one, zero), (zero, one), (one, one)):
        assert not torch.equal(step(net, adapter, guidance), base)


def test_each_row_has_its_own_strengths() -> None:
    zero, one = torch.zeros(3), torch.ones(3)
    mixed = step(torch.tensor([0.0, 1.0, 0.0]), torch.tensor([0.0, 0.0, 1.0]))
    alone = step(zero, zero), step(one, zero), step(zero, one)
    assert all(torch.allclose(mixed[i], alone[i][i], atol=1e-5) for i in range(3))


# Who is told what


def test_identitynet_reads_its_person_and_the_adapter_the_one_it_sees() -> None:
    zero, one, others = torch.zeros(3), torch.ones(3), unit(2, 3)
    assert torch.equal(step(one, zero), step(one, zero, seen=others))
    assert not torch.equal(step(one, zero), step(one, zero, person=others))
    assert torch.equal(step(zero, one), step(zero, one, person=others))
    assert not torch.equal(step(zero, one), step(zero, one, seen=others))


def test_landmarks_reach_identitynet_alone_and_only_if_they_are_placed() -> None:
    zero, one, moved = torch.zeros(3), torch.ones(3), POINTS + 4
    assert torch.equal(step(zero, one), step(zero, one, points=moved))
    assert not torch.equal(step(one, zero), step(one, zero, points=moved))
    assert torch.equal(step(one, zero, placed=zero), step(one, zero, placed=zero, points=moved))


def test_keys_and_values_begin_as_those_of_the_text() -> None:
    adapter = fresh(FLOW)
    for pair, attention in zip(adapter.pairs, FLOW.attentions, strict=True):
        assert torch.equal(pair.weight, attention.answer.weight)


# Training


def run_of(data: Examples, steps: int = 2) -> training.InstantRun:
    recipe = dataclasses.replace(training.SMOKE, batch=4)
    return training.InstantRun(
        recipe, data, unit(3, 32), five_points(portraits(32).factors()), Budget(steps), CPU, 0
    )


def test_only_the_adapter_learns(data: Examples) -> None:
    net = load_identitynet(CPU)
    before = [weights.clone() for part in (FLOW, net) for weights in part.parameters()]
    run = run_of(data)
    first = [weights.clone() for weights in run.model.parameters()]
    run.advance()
    after = [weights for part in (FLOW, net) for weights in part.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first, run.model.parameters(), strict=True))


def test_a_resumed_run_takes_the_same_steps(data: Examples) -> None:
    check_resuming(lambda: run_of(data))


def test_where_a_caption_is_of_somebody_else_it_is_right(
    data: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is taken from the other, the rest of the person from the person, the pose from the
    landmarks where there are any."""
    run, asked = run_of(data), []
    monkeypatch.setattr(
        run.flow.attributes, "forward", lambda *given: asked.append(given) or FLOW.nothing.expand(2, 1, -1)
    )
    hair, yaw = ATTRIBUTES.index("hair"), ATTRIBUTES.index("yaw")
    said = torch.zeros(2, len(ATTRIBUTES), dtype=torch.bool)
    said[:, [hair, yaw]] = True
    index, told = torch.tensor([0, 1]), torch.tensor([2, 3])
    run.named(index, told, said, torch.tensor([True, False]))
    ((categorical, continuous, chosen),) = asked
    others = [k for k in OF_PERSONS if k != hair and k < categorical.shape[1]]
    assert torch.equal(categorical[:, hair], data.categorical[told, hair])
    assert torch.equal(categorical[:, others], data.categorical[index][:, others])
    column = yaw - categorical.shape[1]
    assert continuous[0, column] == data.continuous[0, column], "placed by landmarks"
    assert continuous[1, column] == data.continuous[3, column], "said by the caption"
    assert chosen[:, OF_PERSONS].all()
    assert chosen[0, OF_POSES].all()
    assert chosen[1, OF_POSES].tolist() == [k == yaw for k in OF_POSES]


def test_the_judges_take_no_part_in_training() -> None:
    code = Path(training.__file__).read_text(encoding="utf-8")
    assert not [name for name in ("load_verifier", "load_landmarks", "load_judge") if name in code]


# Measuring


def test_prompts_ask_for_what_does_not_make_a_person_unless_they_may_ask_for_anything() -> None:
    _, free = evaluate.prompts(30)
    _, any_ = evaluate.prompts(30, None)
    assert {fact.name for told in free for fact in told} <= evaluate.FREE
    assert {"hair", "beard"} <= {fact.name for told in any_ for fact in told}
    assert max(map(len, free)) <= evaluate.MOST


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(weights.numel() for weights in load_adapter(CPU).parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size <= 400_000
    assert card.details["strength"] == evaluate.DEFAULT
    assert card.details["guidance"] == evaluate.GUIDANCE
    assert card.metrics["same_as_base_when_off"].value == 1


def test_the_card_shows_what_each_strength_does() -> None:
    metrics = {name: metric.value for name, metric in read_card(WEIGHTS).metrics.items()}
    likeness = [metrics[f"similarity_at.{strength:g}"] for strength in evaluate.CURVE]
    assert likeness == sorted(likeness)
    assert metrics["auc_at.0"] < 0.65, "without anybody it is nobody"
    for alone in ("net_alone", "adapter_alone"):
        assert metrics["auc_at.0"] < metrics[f"auc_{alone}"] < metrics["auc"]
    assert metrics["landmark_error"] < metrics["landmark_error_adapter_alone"] / 2
    assert metrics["obeyed_anything"] < metrics["obeyed"]


@pytest.mark.parametrize("name", ["base", "identitynet"])
def test_it_was_trained_with_what_is_here(name: str, tmp_path: Path) -> None:
    check_others()
    card = json.loads((WEIGHTS / "card.json").read_text())
    card["details"][name] = "0" * 64
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=r"other weights.*python -m demos train instantid"):
        evaluate.evaluate(samples=4, folder=tmp_path)


@pytest.mark.slow
def test_measuring_again_gives_about_what_the_card_says() -> None:
    again, card = evaluate.evaluate(samples=40), read_card(WEIGHTS).metrics
    assert again.keys() == card.keys()
    for name, metric in again.items():
        slack = 1.0 if "landmark" in name else 0.1
        assert metric.value == pytest.approx(card[name].value, abs=slack), name
