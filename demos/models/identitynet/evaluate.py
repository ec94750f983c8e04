"""Is it the person, and is the face where it shall be? Measured by nets that took no part in training.

The references are people whom no net has seen. The landmarks are those of other people's portraits, as a
reader copies them; what changes when they are of the same person in another picture is on the card as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from demos.data.avatars import Factors
from demos.data.avatars.dataset import HELD_OUT_SEED, from_bytes
from demos.kit.device import autocast
from demos.kit.metrics import auc
from demos.kit.weights import Metric
from demos.models.diffusion.conditions import Context, Control
from demos.models.diffusion.evaluate import NOISE_SEED, decoded
from demos.models.diffusion.model import Flow, LatentDiffusion, load_diffusion
from demos.models.diffusion.sampling import euler, noise
from demos.models.faces.evaluate import OTHER_PICTURES, lookalikes, same, verification
from demos.models.faces.model import in_batches, load_landmarks, load_recognizer, load_verifier
from demos.models.faces.people import drawn, five_points, others, people_at
from demos.models.identitynet.model import WEIGHTS, IdentityNet, Wanted, check_base, load_identitynet

STEPS, GUIDANCE = 12, 4.0
CHUNK = 50
BARS = {"auc": 0.95, "landmark_error": 1.5, "same_as_base_when_off": 1.0}


@dataclass
class People:
    """Held-out people: a first and a second picture, who the recognizer sees in the first, the landmarks of
    the second, and those of somebody else."""

    factors: Factors
    pictures: Tensor
    second: Tensor
    person: Tensor
    own_points: Tensor
    points: Tensor

    @classmethod
    def held_out(cls, n: int) -> People:
        factors = people_at(HELD_OUT_SEED, 0, n)
        second = others(factors, OTHER_PICTURES)
        pictures, more = (from_bytes(drawn(some)) for some in (factors, second))
        points = five_points(people_at(HELD_OUT_SEED, n, n))
        person = in_batches(load_recognizer(), pictures)
        return cls(factors, pictures, more, person, five_points(second), points)


def evaluate(samples: int = 120, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` people. Raises WeightsError."""
    check_base(folder)
    return measure(load_identitynet(folder=folder), samples)


def measure(net: IdentityNet, samples: int) -> dict[str, Metric]:
    """AUC of telling results for the right reference from those for others, also for lookalikes; the mean
    distance of landmarks, in px; both with either condition switched off; and what there is to reach: the
    same of drawn pictures."""
    model, people = load_diffusion(next(net.parameters()).device), People.held_out(samples)
    reference = in_batches(load_verifier(), people.pictures)
    alike = lookalikes(people.factors)
    n, few = samples, max(2, samples // 2)
    true = in_batches(load_verifier(), people.second)
    found = {"auc_drawn": verification(reference, true)}
    found["auc_alike_drawn"] = auc(same(reference, true), (reference[alike] * true).sum(1))
    made = results(model, net, wishes(people.person, people.points))
    shown = in_batches(load_verifier(), made)
    found["auc"] = verification(reference, shown)
    found["auc_alike"] = auc(same(reference, shown), (reference[alike] * shown).sum(1))
    errors = {"landmark_error_drawn": off(people.second, people.own_points)}
    errors["landmark_error"] = off(made, people.points)
    own = results(model, net, wishes(people.person[:few], people.own_points[:few]))
    found["auc_own_landmarks"] = verification(reference[:few], in_batches(load_verifier(), own))
    errors["landmark_error_own"] = off(own, people.own_points[:few])
    nobody = results(model, net, wishes(people.person[:few], people.points[:few], known=False))
    found["auc_without_person"] = verification(reference[:few], in_batches(load_verifier(), nobody))
    errors["landmark_error_without_person"] = off(nobody, people.points[:few])
    nowhere = results(model, net, wishes(people.person[:few], people.points[:few], placed=False))
    found["auc_without_landmarks"] = verification(reference[:few], in_batches(load_verifier(), nowhere))
    errors["landmark_error_without_landmarks"] = off(nowhere, people.points[:few])
    metrics = {name: Metric(round(value, 4), BARS.get(name), "higher") for name, value in found.items()}
    metrics |= {name: Metric(round(value, 3), BARS.get(name), "lower") for name, value in errors.items()}
    return metrics | {
        "same_as_base_when_off": Metric(unchanged(model, net, people, min(n, 20)), 1.0, "higher")
    }


def wishes(
    person: Tensor, points: Tensor, *, known: bool = True, placed: bool = True, scale: float = 1.0
) -> Wanted:
    """Of n people, the same for all."""
    n = len(person)
    flags = (torch.full((n,), known), torch.full((n,), placed), torch.full((n,), scale))
    return Wanted(person, points, *flags)


@torch.inference_mode()
def results(model: LatentDiffusion, net: IdentityNet | None, wanted: Wanted) -> Tensor:
    """Portraits (n, 3, 64, 64) without any text; without a net those of the base alone."""
    made, device = [], model.autoencoder.mean.device
    for index in torch.arange(len(wanted.person)).split(CHUNK):
        some = Wanted(*(part[index].to(device) for part in wanted))
        start = noise(len(index), NOISE_SEED, start=int(index[0])).to(device)

        def added(latents: Tensor, time: Tensor, some: Wanted = some) -> Control:
            assert net is not None
            with autocast(device):
                return net(latents, time, some)

        control = added if net else None
        context = silent(model.flow, len(index))
        latents = euler(model.flow, start, context, steps=STEPS, guidance=GUIDANCE, control=control)
        made.append(decoded(model, latents))
    return torch.cat(made)


def silent(flow: Flow, n: int) -> Context:
    """A context that says nothing, n times, in one token."""
    tokens = flow.nothing.expand(n, 1, -1)
    return flow.empty(Context(tokens, torch.ones_like(tokens[..., 0], dtype=torch.bool)))


def off(pictures: Tensor, points: Tensor) -> float:
    """Mean distance in px of landmarks, as the reader finds them, from where they shall be."""
    return float((in_batches(load_landmarks(), pictures) - points).norm(dim=2).mean())


def unchanged(model: LatentDiffusion, net: IdentityNet, people: People, n: int) -> float:
    """The share of portraits that are the base's to the bit where the strength is 0."""
    nothing = results(model, net, wishes(people.person[:n], people.points[:n], scale=0.0))
    base = results(model, None, wishes(people.person[:n], people.points[:n]))
    return (nothing == base).flatten(1).all(1).double().mean().item()
