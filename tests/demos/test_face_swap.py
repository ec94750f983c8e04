"""The face swap: its people, its nets, how faces are pasted, and the weights that are shipped."""

from __future__ import annotations

import pytest
import torch

from demos.data.avatars import FACTORS
from demos.data.avatars.dataset import from_bytes
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.face_swap import evaluate, paste
from demos.models.face_swap import train as training
from demos.models.face_swap.functions import redraw
from demos.models.face_swap.model import WEIGHTS, FaceSwap, load_swap
from demos.models.face_swap.people import (
    COUNT,
    HELD_OUT_SEED,
    NAMES,
    READERS_SEED,
    SEEN,
    TRAIN_SEED,
    WINDOW,
    as_person,
    drawn,
    pictured,
    windowed,
)

CPU = torch.device("cpu")
EVERYBODY = torch.arange(COUNT)
TINY = training.SwapTraining(steps=2, batch=2, pictures=4, held_out=1)


# The people


def test_a_picture_is_the_same_whoever_is_in_it() -> None:
    first, second = (pictured(torch.full((3,), person), 5) for person in (0, 4))
    for factor in FACTORS:
        same = torch.equal(first[factor.name], second[factor.name])
        assert same or factor.group == "identity"
    assert not torch.equal(first["skin_tone"], second["skin_tone"])
    other = as_person(first, torch.full((3,), 4))
    assert torch.equal(other.continuous, second.continuous)
    assert torch.equal(other.categorical, second.categorical)


def test_nobody_wears_glasses_and_all_look_towards_us() -> None:
    some = pictured(EVERYBODY.repeat(20), 3)
    assert some["glasses"].abs().max() == 0
    assert max(some[name].abs().max() for name in ("yaw", "pitch", "roll")) <= 0.5


def test_no_picture_is_in_two_sets() -> None:
    """Seeds of training, one for each person, are not those of measuring nor of readers."""
    trained = {TRAIN_SEED + person for person in range(COUNT)}
    assert not trained & {HELD_OUT_SEED + person for person in range(COUNT)}
    assert min(HELD_OUT_SEED, READERS_SEED) > max(trained)
    assert set(SEEN) < set(range(COUNT))
    assert len(NAMES) == COUNT


def test_faces_lie_inside_the_window() -> None:
    from demos.data.avatars import PARTS, render
    from demos.models.face_swap.people import FACE

    masks = render(pictured(EVERYBODY.repeat(4), 9)).masks[:, [PARTS.index(part) for part in FACE]].sum(1)
    outside = masks.sum() - windowed(masks).sum()
    assert outside < 0.005 * masks.sum()


# The nets


def test_each_person_has_a_decoder_and_all_share_the_rest() -> None:
    torch.manual_seed(0)
    swap = FaceSwap().eval()
    pictures = from_bytes(drawn(pictured(torch.tensor([0]), 1))[0]).expand(COUNT, -1, -1, -1)
    faces = swap(pictures, EVERYBODY)
    assert faces.shape == (COUNT, 4, WINDOW, WINDOW)
    assert all(not torch.allclose(faces[0], face) for face in faces[1:])
    mixed = swap(pictures, torch.tensor([3, 0, 3, 1, 5, 2]))
    assert torch.allclose(mixed[[1, 3, 5, 0, 4]], faces[[0, 1, 2, 3, 5]], atol=1e-5)
    assert faces[:, 3:].min() >= 0
    assert faces[:, 3:].max() <= 1
    assert faces[:, :3].abs().max() <= 1


def test_recoloring_depends_on_the_step_alone() -> None:
    pictures = from_bytes(drawn(pictured(EVERYBODY, 2))[0])
    first, second = (training.recolored(pictures, training.generator(1, 2)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.allclose(first, pictures, atol=0.05)


def test_disagreement_is_nothing_for_equal_codes_and_1_for_codes_that_say_who() -> None:
    expressions = torch.randn(1, 5, 64)
    assert training.disagreement(expressions.expand(COUNT, -1, -1)) == pytest.approx(0)
    assert training.disagreement(torch.randn(COUNT, 1, 64).expand(-1, 5, -1)) == pytest.approx(1)


def test_twins_are_the_same_picture_of_everybody() -> None:
    data = training.begin(TINY, Budget(1), CPU, seed=0).data
    wanted = [drawn(pictured(torch.full((4,), person), TINY.data_seed))[0] for person in range(COUNT)]
    assert torch.equal(data.pictures, torch.stack(wanted))


# Pasting


def test_pasting_changes_what_the_mask_covers_and_nothing_else() -> None:
    pictures = torch.zeros(2, 3, 64, 64)
    faces = torch.cat([torch.full((2, 3, 48, 48), 0.5), torch.zeros(2, 1, 48, 48)], 1)
    masks = torch.zeros(2, 1, 48, 48)
    masks[:, :, 10:30, 12:32] = 0.9
    hard = paste.pasted(pictures, faces, masks, feather=0, match=False)
    inside = torch.zeros(64, 64, dtype=torch.bool)
    inside[18:38, 20:40] = True
    assert torch.all(hard[:, :, inside] == 0.5)
    assert torch.all(hard[:, :, ~inside] == 0)
    soft = paste.pasted(pictures, faces, masks, feather=2, match=False)
    assert 0.1 < soft[0, 0, 28, 20] < 0.4
    assert soft[0, 0, 0, 0] == 0
    matched = paste.pasted(pictures, faces, masks, feather=0, match=True)
    assert matched.abs().max() < 1e-6, "a face of one color takes the color that was there"


def test_matching_moves_the_median_alone() -> None:
    colors, wanted = torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8) - 0.5
    where = torch.zeros(2, 1, 8, 8)
    where[..., 2:7, 1:6] = 1
    moved = paste.matched(colors, wanted, where)
    inside = (slice(None), slice(None), slice(2, 7), slice(1, 6))
    medians = [x[inside].flatten(2).median(2).values for x in (moved, wanted)]
    assert torch.allclose(*medians, atol=1e-6)
    assert (moved - colors).var((2, 3)).max() < 1e-10


# Training, and what is shipped


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(x.numel() for x in FaceSwap().parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 1_100_000
    assert card.metrics["psnr.swapped"].bar == evaluate.BARS["psnr.swapped"]


def test_measuring_again_gives_about_what_the_card_says() -> None:
    card = read_card(WEIGHTS)
    measured = evaluate.measure(load_swap(CPU), 2)
    for name in ("psnr.own", "psnr.swapped"):
        assert measured[name].value == pytest.approx(card.metrics[name].value, abs=1.0)


def test_a_swapped_face_is_nearer_to_the_other_than_to_the_first() -> None:
    """In color and features: the face of F with the expression of D."""
    who, other = torch.full((8,), 3), torch.full((8,), 5)
    factors = pictured(who, READERS_SEED)
    pictures, truth = (from_bytes(drawn(some)[0]) for some in (factors, as_person(factors, other)))
    mask = drawn(as_person(factors, other))[1] > 200
    face = direct(redraw, picture=pictures, person=other)[:, :3]
    error = [((face - windowed(x)).abs() * mask).sum() for x in (truth, pictures)]
    assert error[0] < 0.5 * error[1]
