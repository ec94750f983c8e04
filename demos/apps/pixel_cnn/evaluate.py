"""How well the PixelCNN predicts portraits that it was not trained on, and what its own look like to the
judge."""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.apps.pixel_cnn.model import COLORS, SIDE, WEIGHTS, PixelNet, load_net, paint_row
from demos.apps.pixel_cnn.palette import nearest, painted, reduced
from demos.data.avatars.dataset import HELD_OUT_SEED, portraits
from demos.kit.metrics import frechet_distance, psnr
from demos.kit.random import uniform
from demos.kit.weights import Metric
from demos.models.judge.model import features, load_judge

BITS_BAR = 0.95  # per pixel; a first trial reached 1.03 in four minutes of training
CHUNK = 100  # pictures at once
SAMPLES = 1000  # held-out portraits, and as many that the net paints


def evaluate(held_out: int = SAMPLES, samples: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics, on so many held-out portraits and samples. Raises WeightsError."""
    return measure(load_net(torch.device("cpu"), folder), held_out, samples)


@torch.inference_mode()
def measure(net: PixelNet, held_out: int, samples: int) -> dict[str, Metric]:
    """Bits per pixel with the net and without any context; how near the palette comes to the portraits; and
    the Fréchet distance of samples, and of other portraits, from held-out ones, all drawn in the palette."""
    pixels = reduced(portraits(held_out + samples, HELD_OUT_SEED).images)
    colors = nearest(pixels, net.palette)
    measured, others = colors[:held_out], colors[held_out:]
    counts = torch.bincount(measured.flatten(), minlength=COLORS).double()
    own = sample(net, samples)
    return {
        "bits_per_pixel": Metric(round(bits_per_pixel(net, measured), 4), BITS_BAR, "lower"),
        "bits_without_context": Metric(round(entropy(counts / counts.sum()), 4), None, "lower"),
        "palette_psnr": Metric(
            round(palette_psnr(pixels[:held_out], measured, net.palette), 2), None, "higher"
        ),
        "avatar_fid": Metric(distance(measured, own, net.palette), None, "lower"),
        "portraits_avatar_fid": Metric(distance(measured, others, net.palette), None, "lower"),
    }


def bits_per_pixel(net: PixelNet, colors: Tensor) -> float:
    """The mean over all pixels of pictures (n, 16, 16) of -log₂ of the probability of their color, given the
    pixels before them: so many bits a pixel would an ideal code need that knows the net."""
    nats = [F.cross_entropy(net(chunk), chunk, reduction="none") for chunk in colors.split(CHUNK)]
    return float(torch.cat(nats).double().mean() / math.log(2))


def entropy(shares: Tensor) -> float:
    """In bits, of shares (k,) that add up to 1."""
    return float(-torch.special.xlogy(shares, shares).sum() / math.log(2))


def palette_psnr(pixels: Tensor, colors: Tensor, palette: Tensor) -> float:
    """PSNR in dB of pictures in the palette against the pixels (n, 16, 16, 3) they stand for."""
    return psnr(painted(colors, palette), pixels.permute(0, 3, 1, 2) / 127.5 - 1)


def sample(net: PixelNet, n: int, temperature: float = 1.0, seed: int = 0) -> Tensor:
    """Pictures (n, 16, 16) that the net paints."""
    device = net.palette.device
    chances = uniform(seed, n, SIDE, SIDE, stream="samples").float().to(device)
    parts = []
    for some in chances.split(CHUNK):
        colors = torch.zeros(len(some), SIDE, SIDE, dtype=torch.long, device=device)
        heat = torch.full((len(some),), temperature, device=device)
        for row in range(SIDE):
            colors = paint_row(net, colors, torch.zeros_like(colors), some, heat, row)["colors"]
        parts.append(colors)
    return torch.cat(parts)


def distance(some: Tensor, others: Tensor, palette: Tensor) -> float:
    """Fréchet distance between pictures (n, 16, 16), seen by the judge at 64 px."""
    judge = load_judge()
    seen = [features(judge, F.interpolate(painted(x, palette), scale_factor=4)) for x in (some, others)]
    return round(frechet_distance(*seen), 2)
