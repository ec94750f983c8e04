"""IdentityNet: nothing changes while it is off, only it is trained, and each condition does its part."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.avatars.dataset import HELD_OUT_SEED, portraits
from demos.data.captions.tokens import numbers
from demos.kit.functions import direct
from demos.kit.random import normal
from demos.kit.training import Budget
from demos.kit.weights import WeightsError, as_loaded, read_card
from demos.models.diffusion.conditions import ATTRIBUTES
from demos.models.diffusion.examples import Examples
from demos.models.diffusion.functions import step_by_caption, walk
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import noise, velocity
from demos.models.faces import model as faces
from demos.models.faces.model import EMBEDDING
from demos.models.faces.people import five_points, people_at
from demos.models.identitynet import evaluate
from demos.models.identitynet import train as training
from demos.models.identitynet.functions import sketch, step_by_person
from demos.models.identitynet.model import (
    COPIED,
    OF_PERSONS,
    TOKENS,
    WEIGHTS,
    IdentityNet,
    Wanted,
    base_hash,
    check_base,
    load_identitynet,
    restored,
    rounded,
    stored,
)
from demos.models.identitynet.spatial import COLORS, landmark_picture
from tests.demos.kit import check_resuming, examples

CPU = torch.device("cpu")
FLOW = load_diffusion(CPU).flow
PEOPLE = people_at(HELD_OUT_SEED, 70, 3)
POINTS = five_points(PEOPLE)
PERSON = normal(1, 3, EMBEDDING)
PERSON = PERSON / PERSON.norm(dim=1, keepdim=True)
STEP = {
    "latent": noise(3, 5), "time": torch.tensor([0.0, 0.3, 0.7]), "until": torch.tensor([0.1, 0.5, 0.9]),
}  # fmt: skip
ASKED = {"person": PERSON, "points": POINTS, "known": torch.ones(3), "placed": torch.ones(3)}


@pytest.fixture(scope="module")
def net() -> IdentityNet:
    torch.manual_seed(0)
    return IdentityNet(FLOW).eval()


@pytest.fixture(scope="module")
def data() -> Examples:
    return examples()


# Switched off


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_at_strength_0_the_base_is_as_it_was_to_the_bit(guidance: float) -> None:
    strength = torch.full((3,), guidance)
    off = direct(step_by_person, **STEP, **ASKED, guidance=strength, strength=torch.zeros(3))
    on = direct(step_by_person, **STEP, **ASKED, guidance=strength, strength=torch.ones(3))
    nothing = evaluate.silent(FLOW, 3)
    with torch.inference_mode():
        speed = velocity(FLOW, STEP["latent"], STEP["time"], nothing, nothing, strength)
    step = (STEP["until"] - STEP["time"])[:, None, None, None]
    assert torch.equal(off["latent"], STEP["latent"] + step * speed)
    assert not torch.equal(on["latent"], off["latent"])


def test_the_base_is_what_it_is_without_a_caption() -> None:
    strength = torch.full((3,), 1.0)
    off = direct(step_by_person, **STEP, **ASKED, guidance=strength, strength=torch.zeros(3))
    empty = numbers(["", "", ""])
    plain = direct(step_by_caption, **STEP, guidance=strength, wanted=empty, avoided=empty)
    assert torch.allclose(off["clean"], plain["clean"], atol=0.05)


def test_rows_of_one_noise_are_what_each_is_alone() -> None:
    """The base's half before the control is added is computed once for all of them."""
    same = {name: x[:1].expand_as(x) for name, x in STEP.items()}
    strength = torch.tensor([1.0, 0.0, 0.5])
    asked = same | ASKED | {"guidance": torch.full((3,), 2.0), "strength": strength}
    together = direct(step_by_person, **asked)["latent"]
    for i in range(3):
        alone = direct(step_by_person, **{name: x[[i]] for name, x in asked.items()})["latent"]
        assert torch.allclose(together[[i]], alone, atol=1e-2)
    assert not torch.allclose(together[0], together[1], atol=1e-2)


def test_one_row_that_is_off_stays_as_it_was_beside_others_that_are_on() -> None:
    strength = torch.tensor([1.0, 0.0, 0.5])
    mixed = direct(step_by_person, **STEP, **ASKED, guidance=torch.full((3,), 2.0), strength=strength)
    off = direct(step_by_person, **STEP, **ASKED, guidance=torch.full((3,), 2.0), strength=torch.zeros(3))
    same = [torch.equal(a, b) for a, b in zip(mixed["latent"], off["latent"], strict=True)]
    assert same == [False, True, False]


# What it is


def test_an_untrained_copy_is_the_base_and_adds_nothing(net: IdentityNet) -> None:
    copied, base = net.state_dict(), FLOW.state_dict()
    names = [name for name in base if name.partition(".")[0] in COPIED]
    assert names
    assert all(torch.equal(copied[name], base[name]) for name in names)
    with torch.no_grad():
        control = net(STEP["latent"], STEP["time"], wanted())
    assert control.fine.abs().max() == 0
    assert control.coarse.abs().max() == 0


def wanted(**changed: Tensor) -> Wanted:
    flags = {"known": torch.ones(3, dtype=torch.bool), "placed": torch.ones(3, dtype=torch.bool)}
    return Wanted(**({"person": PERSON, "points": POINTS, "scale": torch.ones(3)} | flags | changed))


def test_the_copy_reads_the_person_alone(net: IdentityNet) -> None:
    context = net.persons(PERSON, torch.tensor([True, True, False]))
    assert context.tokens.shape == (3, TOKENS, 128)
    assert torch.equal(context.tokens[2], net.persons.nobody)
    assert not torch.equal(context.tokens[0], context.tokens[1])


def test_each_condition_counts_for_nothing_when_it_is_off() -> None:
    trained, off = load_identitynet(CPU), torch.zeros(3, dtype=torch.bool)
    with torch.inference_mode():
        start = STEP["latent"], STEP["time"]
        for flag, name, other in (("known", "person", PERSON.flip(0)), ("placed", "points", POINTS.flip(0))):
            a, b = (
                trained(*start, wanted(**{flag: off, name: x})) for x in (wanted()._asdict()[name], other)
            )
            assert torch.equal(a.fine, b.fine)
            c, d = (trained(*start, wanted(**{name: x})) for x in (wanted()._asdict()[name], other))
            assert not torch.equal(c.fine, d.fine)


def test_landmarks_are_drawn_where_they_are() -> None:
    picture = landmark_picture(POINTS)
    assert picture.shape == (3, 3, 64, 64)
    assert torch.equal(direct(sketch, points=POINTS), picture)
    for i in range(3):
        for k, (x, y) in enumerate(POINTS[i].tolist()):
            assert torch.allclose(picture[i, :, int(y), int(x)], COLORS[k], atol=0.1), (i, k)
    assert (picture.amax(1) > 0).float().mean() < 0.15, "all else is dark"
    moved = landmark_picture(POINTS + 0.1)
    assert 0 < (moved - picture).abs().max() < 0.3, "a tenth of a pixel shows"


def test_a_file_holds_only_how_the_copy_differs(net: IdentityNet) -> None:
    changed = IdentityNet(FLOW)
    changed.load_state_dict(net.state_dict())
    with torch.no_grad():
        changed.shrink.weight += 0.01 * torch.randn_like(changed.shrink.weight)
    back = restored(as_loaded(stored(changed, FLOW)), FLOW)
    assert back.keys() == changed.state_dict().keys()
    off = (back["shrink.weight"] - changed.shrink.weight).abs().mean()
    assert off < 0.1 * (changed.shrink.weight - FLOW.shrink.weight).abs().mean()
    assert torch.equal(back["middle.0.first.weight"], FLOW.state_dict()["middle.0.first.weight"])
    again = IdentityNet(FLOW)
    again.load_state_dict(rounded(changed, FLOW))


# Training


def run_of(data: Examples, steps: int = 4) -> training.IdentityRun:
    recipe = dataclasses.replace(training.SMOKE, batch=4)
    people = portraits(32).factors()
    person = torch.nn.functional.normalize(
        torch.randn(32, EMBEDDING, generator=torch.Generator().manual_seed(2)), dim=1
    )
    return training.IdentityRun(recipe, data, person, five_points(people), Budget(steps), CPU, 0)


def test_only_the_copy_learns(data: Examples) -> None:
    before = {name: weights.clone() for name, weights in FLOW.state_dict().items()}
    run = run_of(data, steps=3)
    first = [weights.clone() for weights in run.model.parameters()]
    for _ in range(3):  # what lies behind two layers of zeros learns from the third step on
        run.advance()
    assert all(torch.equal(before[name], weights) for name, weights in FLOW.state_dict().items())
    assert all(weights.grad is None for weights in FLOW.parameters())
    moved = [not torch.equal(a, b) for a, b in zip(first, run.model.parameters(), strict=True)]
    assert sum(moved) > 0.95 * len(moved)


def test_tokens_first_learn_what_the_base_would_say_of_a_person(data: Examples) -> None:
    torch.manual_seed(0)
    net = IdentityNet(FLOW)
    person = torch.nn.functional.normalize(torch.randn(32, EMBEDDING), dim=1)
    on = torch.ones(32, dtype=torch.bool)
    with torch.no_grad():
        chosen = torch.ones(32, len(ATTRIBUTES), dtype=torch.bool)
        said = FLOW.attributes(data.categorical, data.continuous, chosen).tokens
    wanted_tokens = said[:, [0, *(1 + k for k in OF_PERSONS)]]

    def apart() -> float:
        with torch.no_grad():
            return float((net.persons(person, on).tokens - wanted_tokens).square().mean())

    before = apart()
    training.learn_tokens(net.persons, FLOW.attributes, person, data, 60)
    assert apart() < 0.5 * before


def test_the_base_gets_no_condition_in_most_steps(data: Examples) -> None:
    assert training.RECIPE.captioned < 0.5
    assert evaluate.silent(FLOW, 4).tokens.shape[1] == 1
    for captioned in (0.0, 1.0):
        run = run_of(data)
        run.recipe = dataclasses.replace(run.recipe, captioned=captioned)
        assert ("apart" in run.advance()) == (captioned == 0), "distilled without captions only"


def test_the_base_that_is_distilled_knows_what_counts_and_no_more(data: Examples) -> None:
    known, placed = torch.tensor([1, 1, 0, 0]).bool(), torch.tensor([1, 0, 1, 0]).bool()
    seen = run_of(data).named(torch.arange(4), known, placed).seen.sum(1)
    assert seen.tolist() == [TOKENS + len(training.OF_POSES), TOKENS, 1 + len(training.OF_POSES), 1]


def test_a_resumed_run_takes_the_same_steps(data: Examples) -> None:
    check_resuming(lambda: run_of(data, steps=2))


def test_the_judges_take_no_part_in_training() -> None:
    code = Path(training.__file__).read_text(encoding="utf-8")
    assert "load_verifier" not in code
    assert "load_landmarks" not in code
    assert "load_recognizer" in code


# Measuring


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(weights.numel() for weights in load_identitynet(CPU).parameters())
    sizes = [
        path.stat().st_size for folder in (WEIGHTS, faces.WEIGHTS) for path in folder.glob("*.safetensors")
    ]
    assert sum(sizes) <= 4_000_000
    assert card.metrics["same_as_base_when_off"].value == 1


def test_the_card_shows_what_each_condition_does() -> None:
    metrics = {name: metric.value for name, metric in read_card(WEIGHTS).metrics.items()}
    assert metrics["auc_without_person"] < 0.7 < metrics["auc_without_landmarks"]
    assert metrics["landmark_error"] < metrics["landmark_error_without_landmarks"] / 2
    assert metrics["landmark_error_without_person"] < metrics["landmark_error_without_landmarks"] / 2
    assert metrics["auc_drawn"] >= metrics["auc"]


def test_it_was_trained_on_the_flow_net_that_is_here() -> None:
    check_base()


def test_better_words_leave_it_valid_and_another_flow_net_does_not(tmp_path: Path) -> None:
    model = load_diffusion(CPU)
    changed = type(FLOW)(FLOW.config)
    changed.load_state_dict(model.flow.state_dict())
    with torch.no_grad():
        next(changed.text.parameters()).add_(1)
    assert base_hash(changed) == base_hash(FLOW)
    with torch.no_grad():
        changed.place.add_(0.1)
    assert base_hash(changed) != base_hash(FLOW)
    card = json.loads((WEIGHTS / "card.json").read_text())
    card["details"]["base"] = "0" * 64
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=r"another base model.*python -m demos train identitynet"):
        evaluate.evaluate(samples=4, folder=tmp_path)


@pytest.mark.slow
def test_measuring_again_gives_about_what_the_card_says() -> None:
    again, card = evaluate.evaluate(samples=40), read_card(WEIGHTS).metrics
    assert again.keys() == card.keys()
    for name, metric in again.items():
        assert metric.value == pytest.approx(card[name].value, abs=0.1 if "auc" in name else 1.0), name


def test_walking_with_a_person_ends_where_the_last_step_looked() -> None:
    *_, last = walk(
        direct, step_by_person, noise(3, 1), steps=2, guidance=2.0, strength=torch.ones(3), **ASKED
    )  # fmt: skip
    assert torch.allclose(last["clean"], last["latent"], atol=1e-4)
