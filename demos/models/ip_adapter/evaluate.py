"""What of a picture prompt is kept and what of a text obeyed at each scale, as the judge reads it.

The judge took no part in training, and is not the net that looks at the picture prompt.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars import Factors, sample
from demos.data.avatars.dataset import HELD_OUT_SEED, portraits
from demos.data.avatars.factors import BY_NAME, CATEGORICAL
from demos.data.captions.facts import Fact
from demos.data.captions.grammar import LANGUAGES
from demos.data.captions.tokens import numbers
from demos.kit.device import autocast
from demos.kit.weights import Metric
from demos.models.attributes import visible
from demos.models.diffusion.evaluate import NOISE_SEED, PROMPT_SEED, captions, claims, decoded
from demos.models.diffusion.model import LatentDiffusion, load_diffusion
from demos.models.diffusion.sampling import euler, noise
from demos.models.ip_adapter.model import WEIGHTS, Adapter, check_base, load_adapter, look
from demos.models.judge.model import load_judge, read_all

SCALES = (0.0, 0.25, 0.5, 0.75, 1.0)
STEPS, GUIDANCE = 12, 2.0
CHUNK = 50
Row = dict[str, int]  # class numbers of attributes


def evaluate(samples: int = 150, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` references. Raises WeightsError, also if the adapter was measured
    on another diffusion model."""
    check_base(folder)
    return measure(load_adapter(folder=folder), samples)


def measure(adapter: Adapter, samples: int) -> dict[str, Metric]:
    """For each scale: the share of the reference's attributes in results without text (`kept`), and, with a
    text that was written of somebody else, of what it asks for against the reference (`obeyed`) and of the
    reference's attributes that it doesn't name (`kept_beside_text`).
    """
    judge, model = load_judge(), load_diffusion(next(adapter.parameters()).device)
    data = portraits(samples, HELD_OUT_SEED)
    with torch.inference_mode():
        seen = look(data.pictures(slice(None)))
    texts, said = captions(sample(samples, PROMPT_SEED), LANGUAGES, False)
    factors, asked = data.factors(), [claimed(told) for told in said]
    found = {}
    for scale in SCALES:
        alone = read_all(judge, drawn(model, adapter, [""] * samples, seen, scale))
        found[f"kept.{scale:g}"], _ = shares(alone, factors, [{}] * samples)
        both = read_all(judge, drawn(model, adapter, texts, seen, scale))
        kept, obeyed = shares(both, factors, asked)
        found |= {f"obeyed.{scale:g}": obeyed, f"kept_beside_text.{scale:g}": kept}
    metrics = {name: Metric(round(value, 4), None, "higher") for name, value in found.items()}
    few = texts[:CHUNK]
    off, base = drawn(model, adapter, few, seen, 0.0), drawn(model, None, few, seen, 0.0)
    same = (off == base).flatten(1).all(1).double().mean().item()
    return metrics | {"same_as_base_at_0": Metric(same, 1.0, "higher")}


@torch.inference_mode()
def drawn(
    model: LatentDiffusion, adapter: Adapter | None, texts: Sequence[str], seen: Tensor, scale: float
) -> Tensor:
    """Portraits (n, 3, 64, 64) for texts and what is seen in as many references; without an adapter for the
    texts alone."""
    made, device = [], model.autoencoder.mean.device
    for index in torch.arange(len(texts)).split(CHUNK):
        start = noise(len(index), NOISE_SEED, start=int(index[0])).to(device)
        with autocast(device):
            context = model.flow.by_words(numbers([texts[i] for i in index]).to(device))
            scales = torch.full((len(index),), scale, device=device)
            pictures = adapter(seen[index].to(device), scales) if adapter else ()
        latents = euler(model.flow, start, context, steps=STEPS, guidance=GUIDANCE, decoupled=pictures)
        made.append(decoded(model, latents))
    return torch.cat(made)


def claimed(told: Sequence[Fact]) -> Row:
    """The classes that a text names, where the judge can see them."""
    return {name: BY_NAME[name].classes.index(value) for fact in told for name, value in claims(fact, told)}


def shares(read: dict[str, Tensor], reference: Factors, asked: Sequence[Row]) -> tuple[float, float]:
    """Of the reference's attributes that no text names the share that is read; and of what texts ask for
    against the reference. What cannot be seen counts for neither; 0 if there is nothing to count."""
    expected = reference.categorical.clone()
    for i, row in enumerate(asked):
        for name, number in row.items():
            expected[i, CATEGORICAL.index(name)] = number
    seen = visible(Factors(reference.continuous, expected))
    kept, obeyed = [], []
    for i, row in enumerate(asked):
        for k, name in enumerate(CATEGORICAL):
            if name in seen and not seen[name][i]:
                continue
            hit = int(read[name][i]) == int(expected[i, k])
            if name not in row:
                kept.append(hit)
            elif row[name] != int(reference.categorical[i, k]):
                obeyed.append(hit)
    return mean(kept), mean(obeyed)


def mean(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
