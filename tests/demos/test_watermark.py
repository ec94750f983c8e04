"""The watermark: what it carries, what it adds, how it is found again, and the patterns that are shipped."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import torch
from PIL import Image
from torch import Tensor

from demos.data.avatars.ahead import portrait
from demos.kit import random
from demos.kit.filters import blurred
from demos.kit.functions import direct
from demos.kit.training import generator
from demos.kit.weights import Metric, read_card
from demos.models.watermark import attacks, edits, evaluate, functions
from demos.models.watermark import train as training
from demos.models.watermark.edits import Edit, edited, image_of, jpeg, tensor_of, to_read
from demos.models.watermark.message import (
    LARGEST_NUMBER,
    NEEDED,
    SITE,
    SITE_BITS,
    Message,
    bits_of,
)
from demos.models.watermark.model import (
    BITS,
    COARSE,
    MOST,
    STRENGTH,
    WEIGHTS,
    Watermark,
    cosines,
    fine,
    load_watermark,
    margin,
    smoothing,
)

CPU = torch.device("cpu")
NUMBERS = (0, 1, 4711, 40_000, LARGEST_NUMBER)
FACES = torch.cat([portrait(seed) for seed in range(len(NUMBERS))])


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    """Some portraits' files, each marked with its number."""
    bits = torch.stack([bits_of(number) for number in NUMBERS])
    marked = (FACES + direct(functions.mark, picture=FACES, bits=bits)).clamp(-1, 1)
    return [jpeg(image_of(one[None])) for one in marked]


def found_in(file: bytes) -> tuple[Message, list[float]]:
    picture = to_read(Image.open(io.BytesIO(file)), functions.LARGEST_SIDE)
    found = direct(functions.read, picture=picture)
    return Message(tuple(found["products"][0].tolist())), found["place"][0].tolist()


def after(file: bytes, edit: Edit) -> bytes:
    return jpeg(edited(Image.open(io.BytesIO(file)), edit), edit.quality)


# The message


@pytest.mark.parametrize("number", NUMBERS)
def test_a_message_says_its_number(number: int) -> None:
    message = Message(tuple((bits_of(number) * 2 - 1).tolist()))
    assert (message.number, message.matches, message.agreement) == (number, SITE_BITS, pytest.approx(1))
    assert message.is_found
    assert all(message.right(number))
    assert not all(message.right(number ^ 1))


@pytest.mark.parametrize("number", [-1, LARGEST_NUMBER + 1])
def test_a_number_without_room_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        bits_of(number)


def test_the_sites_bits_are_half_ones() -> None:
    assert SITE.sum() == SITE_BITS / 2


def test_nothing_read_is_nothing_found() -> None:
    assert Message((0.0,) * BITS).agreement == 0
    assert not Message((0.0,) * BITS).is_found


def test_agreement_counts_clear_bits_for_more() -> None:
    signs = (bits_of(0) * 2 - 1).tolist()
    unclear = Message(tuple(-0.1 * sign if i < 6 else sign for i, sign in enumerate(signs)))
    clear = Message(tuple(-2 * sign if i < 6 else sign for i, sign in enumerate(signs)))
    assert unclear.matches == clear.matches == SITE_BITS - 6
    assert clear.agreement < NEEDED < unclear.agreement


# What is added


def test_the_residual_has_its_strength_and_every_bit_is_read() -> None:
    bits = random.integers(1, 0, 2, len(FACES), BITS).float()
    residual = direct(functions.mark, picture=FACES, bits=bits)
    assert residual.square().mean((1, 2, 3)).sqrt() == pytest.approx(torch.full((len(FACES),), STRENGTH))
    watermark = load_watermark(CPU)
    read = watermark.products((FACES + residual).clamp(-1, 1)) > 0
    assert (read == (bits > 0)).float().mean() > 0.99
    before = (watermark.products(FACES) > 0) == (bits > 0)
    assert before.float().mean() < 0.65, "the portraits said it before they were marked"


def test_detail_is_bounded_and_flat_color_has_none() -> None:
    assert fine(FACES).abs().max() <= MOST
    assert fine(torch.full((1, 3, 20, 30), 0.4)).abs().max() < 1e-6


def test_smoothing_is_a_gaussian_blur() -> None:
    both = smoothing(64) @ FACES @ smoothing(64).T
    assert torch.allclose(both, blurred(FACES, COARSE), atol=1e-4)


@pytest.mark.parametrize("length", [0.1, 1.0, 5.0])
def test_the_margin_uses_up_the_length(length: float) -> None:
    products = random.normal(3, 7, BITS)
    lacking = (margin(products, length) - products).clamp(min=0)
    assert lacking.norm(dim=1) == pytest.approx(torch.full((7,), length), rel=1e-4)


def test_the_cosine_transform_is_orthonormal() -> None:
    assert torch.allclose(cosines(64) @ cosines(64).T, torch.eye(64), atol=1e-5)


# The layer of attacks


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_the_jpeg_of_training_is_close_to_pillows(quality: int) -> None:
    ours = attacks.jpeg(FACES, torch.full((len(FACES),), float(quality)))
    for before, mine in zip(FACES, ours, strict=True):
        image = Image.open(io.BytesIO(jpeg(image_at_64(before), quality)))
        theirs = tensor_of(image)[0]
        assert (mine - theirs).abs().mean() < 0.35 * (before - theirs).abs().mean() + 0.004


def image_at_64(picture: Tensor) -> Image.Image:
    from demos.kit.pictures import bytes_of

    return Image.fromarray(bytes_of(picture[None])[0])


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_repeatable_and_lets_gradients_through(attack: Callable[..., Tensor]) -> None:
    pictures = FACES.clone().requires_grad_(True)
    first, second = (attack(pictures, generator(1, 2)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == FACES.shape
    first.square().sum().backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().sum() > 0


def test_each_attack_gets_a_share_of_the_batch() -> None:
    count = len(attacks.ATTACKS)
    parts = attacks.attacked(FACES[:2].repeat(count, 1, 1, 1), generator(1, 2)).split(2)
    assert torch.equal(parts[0], FACES[:2])
    assert len(parts) == count
    assert all(not torch.allclose(part, FACES[:2], atol=1e-3) for part in parts[1:])


# Finding it again


@pytest.mark.parametrize(
    "edit",
    [
        Edit(), Edit(quality=30), Edit(scaled=25), Edit(blurred=3), Edit(noise=16), Edit(painted=30),
        Edit(light=0.7), Edit(kept=92), Edit(scaled=50, quality=50),
    ],
    ids=str,
)  # fmt: skip
def test_it_survives_what_files_go_through(files: list[bytes], edit: Edit) -> None:
    messages = [found_in(after(file, edit))[0] for file in files]
    assert all(message.is_found for message in messages)
    right = [sum(message.right(n)) / BITS for message, n in zip(messages, NUMBERS, strict=True)]
    assert min(right) > 0.85
    assert sum(right) / len(right) > 0.95


def test_nobody_finds_it_in_a_turned_or_mirrored_picture(files: list[bytes]) -> None:
    """What the card and the page say that it doesn't survive."""
    for file in files:
        image = Image.open(io.BytesIO(file))
        mirrored = jpeg(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        assert not found_in(mirrored)[0].is_found
        assert not found_in(after(file, Edit(turned=8)))[0].is_found


def test_what_is_not_marked_is_not_found() -> None:
    for face in FACES:
        assert not found_in(jpeg(image_of(face[None])))[0].is_found


def test_the_place_of_a_part_is_found(files: list[bytes]) -> None:
    image = Image.open(io.BytesIO(files[2]))
    part = image.crop((24, 8, 24 + 224, 8 + 224))
    _, (size, left, top) = found_in(jpeg(part))
    assert size == pytest.approx(224 / 4, abs=1)
    assert (left, top) == (pytest.approx(24 / 4, abs=1), pytest.approx(8 / 4, abs=1))


@pytest.mark.parametrize("size", [(1, 1), (64, 64), (37, 50), (400, 300)], ids=str)
def test_pictures_of_any_size_can_be_read(size: tuple[int, int]) -> None:
    message, place = found_in(jpeg(Image.new("RGB", size, (200, 30, 60))))
    assert len(message.products) == BITS
    assert functions.SMALLEST <= place[0] <= 64
    assert not message.is_found


# Edits


def test_an_edit_without_changes_is_none() -> None:
    assert not Edit().changes_pixels
    image = image_of(FACES[:1])
    assert edited(image, Edit()) is image
    assert all(Edit(**{name: value}).changes_pixels for name, value in {"kept": 98, "quality": 90}.items())


def test_edits_do_what_they_say() -> None:
    image = image_of(FACES[:1])
    assert edited(image, Edit(kept=75)).size == (192, 192)
    assert edited(image, Edit(scaled=10)).size == (26, 26)
    before, noisy = (tensor_of(one) for one in (image, edited(image, Edit(noise=20))))
    assert (noisy - before).std() * 127.5 == pytest.approx(20, rel=0.2)
    painted = tensor_of(edited(image, Edit(painted=50)))
    assert ((painted - before).abs().amax(1) > 0).float().mean() == pytest.approx(0.25, abs=0.03)
    assert tensor_of(edited(image, Edit(blurred=5))).std() < before.std()
    assert image.width == edits.SIDE


# Training, and what is shipped


def test_unevenness_is_nothing_where_all_places_are_alike() -> None:
    assert training.unevenness(torch.ones(2, 3, 64, 64)) == pytest.approx(0)
    alone = torch.zeros(1, 3, 64, 64)
    alone[..., :8, :8] = 1
    assert training.unevenness(alone) == pytest.approx(63)


def test_the_card_describes_the_shipped_file() -> None:
    card = read_card(WEIGHTS)
    assert card.parameters == sum(x.numel() for x in Watermark().parameters())
    assert (WEIGHTS / "model.safetensors").stat().st_size < 320_000
    assert card.config["strength"] == STRENGTH
    assert card.metrics.keys() >= {f"bits.{name}" for name in evaluate.EDITS}
    assert card.metrics["false_positives"] == Metric(card.metrics["false_positives"].value, 1e-4, "lower")


def test_measuring_again_gives_about_what_the_card_says() -> None:
    card = read_card(WEIGHTS)
    measured = evaluate.measure(load_watermark(CPU), 20, 40)
    assert measured["psnr"].value == pytest.approx(card.metrics["psnr"].value, abs=0.5)
    assert measured["bits.jpeg_50"].value == pytest.approx(card.metrics["bits.jpeg_50"].value, abs=0.05)
    assert measured["false_positives"].value == 0
