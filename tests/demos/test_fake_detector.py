"""The detector of fakes: what it learns from and is measured on, and the weights that are shipped."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from demos.data.avatars import sample
from demos.data.avatars.ahead import portrait
from demos.data.avatars.dataset import from_bytes, to_bytes
from demos.kit.functions import direct
from demos.kit.pictures import bytes_of
from demos.kit.training import Budget, generator
from demos.kit.weights import read_card
from demos.models.face_swap.people import COUNT, SEEN, drawn, pictured
from demos.models.fake_detector import evaluate, fakes
from demos.models.fake_detector import train as training
from demos.models.fake_detector.disturb import LEVELS, Disturbance, disturbed
from demos.models.fake_detector.functions import suspect
from demos.models.fake_detector.model import WEIGHTS, Detector, load_detector
from demos.models.watermark.edits import jpeg, tensor_of

CPU = torch.device("cpu")
FACES = torch.cat([portrait(seed) for seed in range(4)])
TINY = training.DetectorTraining(steps=2, batch=12, portraits=40, pictures=6, redrawn=8, held_out=6)


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("demos.data.avatars.dataset.CACHE", tmp_path)
    monkeypatch.setattr("demos.data.avatars.dataset.SHARD", 40)
    return tmp_path


def in_bytes(pictures: torch.Tensor) -> bool:
    return bool(torch.equal(from_bytes(to_bytes(pictures)), pictures))


# Disturbances


def test_nothing_is_done_by_default() -> None:
    assert torch.equal(disturbed(FACES, Disturbance()), FACES)


@pytest.mark.parametrize("name", LEVELS)
def test_each_disturbance_grows_with_its_level_and_leaves_bytes(name: str) -> None:
    changes = []
    for level in LEVELS[name]:
        after = disturbed(FACES, Disturbance(**{name: level}))  # type: ignore[arg-type]
        assert after.shape == FACES.shape
        assert in_bytes(after)
        changes.append(float((after - FACES).abs().mean()))
    assert changes[0] == 0
    assert changes == sorted(changes)


def test_jpeg_is_that_of_real_files() -> None:
    (after,) = disturbed(FACES[:1], Disturbance(quality=30))
    file = jpeg(Image.fromarray(bytes_of(FACES[:1])[0]), 30)
    assert torch.equal(after[None], tensor_of(Image.open(io.BytesIO(file))))


def test_noise_depends_on_its_seed() -> None:
    noisy = Disturbance(noise=12)
    assert torch.equal(disturbed(FACES, noisy, 1), disturbed(FACES, noisy, 1))
    assert not torch.equal(disturbed(FACES, noisy, 1), disturbed(FACES, noisy, 2))


# Fakes


def test_a_swap_changes_the_face_and_leaves_the_corners() -> None:
    who, other = torch.tensor([0, 1]), torch.tensor([2, 0])
    pictures = from_bytes(drawn(pictured(who, 5))[0])
    made = fakes.swaps(direct, pictures, who, other, 5)
    assert in_bytes(made)
    assert (made - pictures)[:, :, 25:45, 25:40].abs().mean() > 0.05
    assert torch.equal(made[..., :8, :], pictures[..., :8, :])


def test_self_blending_changes_little_and_only_around_the_face() -> None:
    masks = torch.zeros(4, 1, 64, 64)
    masks[:, :, 20:50, 20:44] = 1
    made = fakes.blends(FACES, masks, generator(1, 1))
    assert torch.equal(made, fakes.blends(FACES, masks, generator(1, 1)))
    assert 0.005 < (made - FACES)[:, :, 20:50, 20:44].abs().mean() < 0.3
    assert (made - FACES)[:, :, :8].abs().max() == 0


def test_a_montage_needs_no_net_and_keeps_pose_and_surroundings() -> None:
    base, others = fakes.without_glasses(3, 8), sample(3, 9)
    originals, made = fakes.montages(base, others)
    assert torch.equal(originals, from_bytes(drawn(base)[0]))
    assert (made - originals)[:, :, 24:44, 24:40].abs().mean() > 0.02
    assert torch.equal(made[..., :8, :], originals[..., :8, :])


def test_other_generators_give_bytes_that_depend_on_the_seed() -> None:
    for make in (fakes.generated, fakes.diffused):
        first, again, other = make(direct, 2, 3), make(direct, 2, 3), make(direct, 2, 4)
        assert in_bytes(first)
        assert torch.equal(first, again)
        assert not torch.equal(first, other)
    assert in_bytes(fakes.redrawn(direct, FACES))


def test_what_is_unseen_is_not_in_training() -> None:
    assert not set(fakes.SEEN) & set(fakes.UNSEEN)
    trained = Path(training.__file__).read_text(encoding="utf-8")
    assert not [name for name in ("montages", "generated", "diffused") if name in trained]


# Training, and what is shipped


def test_a_batch_is_half_real_and_swapped_people_are_those_of_training(cached: Path) -> None:
    run = training.begin(TINY, Budget(2), CPU, seed=1)
    pictures, fake = run.batch(generator(1, 1))
    assert pictures.shape == (12, 3, 64, 64)
    assert fake.sum() == 6
    assert in_bytes(pictures)
    pairs = [(a, b) for a in SEEN for b in SEEN if a != b]
    people = torch.tensor([source for source, _ in pairs])
    assert torch.equal(run.data.people[:6], drawn(pictured(people, TINY.data_seed))[0])


def test_the_card_has_a_curve_for_every_fake_and_disturbance() -> None:
    lengths = {name: len(levels) for name, levels in LEVELS.items()}
    curves = read_card(WEIGHTS).details["curves"]
    assert set(curves) == {*fakes.SEEN, *fakes.UNSEEN}
    for curve in curves.values():
        assert {name: len(values) for name, values in curve.items()} == lengths


def test_measured_people_were_not_trained_on() -> None:
    from demos.data.avatars.dataset import HELD_OUT_SEED, TRAIN_SEED

    assert training.RECIPE.data_seed == TRAIN_SEED != HELD_OUT_SEED
    originals, _ = evaluate.swapped_people(6)
    strangers = torch.tensor([person for person in range(COUNT) if person not in SEEN])
    wanted = from_bytes(drawn(pictured(strangers.repeat_interleave(2), evaluate.PEOPLE_SEED))[0])
    assert torch.equal(originals, wanted)


def test_the_heat_is_what_the_chance_is_made_of() -> None:
    found = direct(suspect, picture=FACES)
    assert found["heat"].shape == (4, 64, 64)
    places = load_detector(CPU)(FACES)
    assert torch.allclose(found["chance"], torch.sigmoid(places.mean((1, 2))), atol=1e-4)
    assert torch.allclose(found["heat"].mean((1, 2)), places.mean((1, 2)), atol=0.05 * places.abs().max())


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(x.numel() for x in Detector().parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 200_000
    assert {f"auc.{name}" for name in evaluate.DISTURBED} <= card.metrics.keys()
    assert {name: card.metrics[name].bar for name in evaluate.BARS} == evaluate.BARS


def test_measuring_again_gives_about_what_the_card_says() -> None:
    card = read_card(WEIGHTS)
    names = ("swap", "autoencoder", "gan")
    for name, (real, fake) in evaluate.outcomes(60, names).items():
        scores = [evaluate.logits(load_detector(CPU), pictures) for pictures in (fake, real)]
        assert evaluate.auc(*scores) == pytest.approx(card.metrics[f"auc.{name}"].value, abs=0.08)
