"""Is it the person, and is the prompt obeyed? Both are measured by nets that took no part in training.

The references are people whom no net has seen, the landmarks other people's. The prompts are written of
somebody else again, and ask for what does not make a person: clothes, headwear, glasses, background,
expression, light. What happens when they ask for anything, another hair color or a beard too, is on the card
as well.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from demos.data.avatars import sample
from demos.data.captions.facts import Fact, facts, rows
from demos.data.captions.grammar import LANGUAGES, Writer
from demos.data.captions.tokens import numbers
from demos.kit.device import autocast
from demos.kit.weights import Metric, metrics_of
from demos.models.diffusion.conditions import Control
from demos.models.diffusion.evaluate import NOISE_SEED, PROMPT_SEED, decoded, obeyed
from demos.models.diffusion.model import load_diffusion
from demos.models.diffusion.sampling import euler, noise
from demos.models.faces.evaluate import same, verification
from demos.models.faces.model import in_batches, load_verifier
from demos.models.identitynet.evaluate import CHUNK, People, off
from demos.models.identitynet.model import Wanted, load_identitynet
from demos.models.instantid.model import WEIGHTS, ImageAdapter, check_others, fresh, load_adapter
from demos.models.judge.model import load_judge, read_all

STEPS, GUIDANCE = 12, 3.0
DEFAULT = 0.8  # both strengths, as in the original's own demo
CURVE = (0.0, 0.4, DEFAULT, 1.2)  # both strengths at once
MOST = 5  # things that a prompt asks for
FREE = frozenset({"glasses", "hat", "clothing", "background", "smile", "mouth", "eyelids", "blush", "light"})
SCORES = ("auc", "similarity", "obeyed", "landmark_error")
BARS = {"auc": 0.9, "obeyed": 0.85, "same_as_base_when_off": 1.0}
Strengths = tuple[float, float]  # of IdentityNet and of the image adapter
Prompts = tuple[list[str], list[list[Fact]]]  # and what they say


class Trial(NamedTuple):
    """What is tried on many people at once."""

    adapter: ImageAdapter
    prompts: Prompts
    strengths: Strengths


def evaluate(samples: int = 80, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on `samples` people. Raises WeightsError, also if what the adapter works with has
    changed."""
    check_others(folder)
    return measure(load_adapter(folder=folder), samples)


def measure(adapter: ImageAdapter, samples: int) -> dict[str, Metric]:
    """AUC of telling results for the right reference from those for others, similarity to it, the share of
    what prompts ask for, and the distance from the landmarks, in px, of all `trials`."""
    people = People.held_out(samples)
    found = {
        f"{key}{name}": value
        for name, trial in trials(adapter, samples).items()
        for key, value in scores(people, trial).items()
    }
    found |= {key: found[f"{key}_at.{DEFAULT:g}"] for key in SCORES}
    metrics = metrics_of(found, BARS, ("landmark",))
    texts = prompts(min(samples, 20))[0]
    nothing, base = (results(one, people, texts, (0.0, 0.0)) for one in (adapter, None))
    unchanged = (nothing == base).flatten(1).all(1).double().mean().item()
    return metrics | {"same_as_base_when_off": Metric(unchanged, 1.0, "higher")}


def trials(adapter: ImageAdapter, samples: int) -> dict[str, Trial]:
    """What is measured on as many people: along both strengths, with either part alone, with the adapter as
    it was before training, and with prompts that ask for anything."""
    device, asked = next(adapter.parameters()).device, prompts(samples)
    untrained = fresh(load_diffusion(device).flow).to(device)
    return {f"_at.{strength:g}": Trial(adapter, asked, (strength, strength)) for strength in CURVE} | {
        "_net_alone": Trial(adapter, asked, (DEFAULT, 0.0)),
        "_adapter_alone": Trial(adapter, asked, (0.0, DEFAULT)),
        "_untrained": Trial(untrained, asked, (DEFAULT, DEFAULT)),
        "_anything": Trial(adapter, prompts(samples, None), (DEFAULT, DEFAULT)),
    }


def scores(people: People, trial: Trial) -> dict[str, float]:
    """How well a trial goes, by the verifier, the judge and the reader of landmarks: the `SCORES`."""
    texts, said = trial.prompts
    made = results(trial.adapter, people, texts, trial.strengths)
    reference, shown = (in_batches(load_verifier(), pictures) for pictures in (people.pictures, made))
    values = (
        verification(reference, shown),
        float(same(reference, shown).mean()),
        obeyed(read_all(load_judge(), made), said),
        off(made, people.points),
    )
    return dict(zip(SCORES, values, strict=True))


def prompts(n: int, about: frozenset[str] | None = FREE) -> Prompts:
    """Captions of n people in the languages in turn, and what they say: some of the facts `about`, or of
    all."""
    texts, said = [], []
    for i, row in enumerate(rows(sample(n, PROMPT_SEED))):
        known = [fact for fact in facts(row) if about is None or fact.name in about]
        writer = Writer(LANGUAGES[i % len(LANGUAGES)], random.Random(f"{PROMPT_SEED} {i}"))
        text, named = writer.write(known, MOST)
        texts.append(text)
        said.append(named)
    return texts, said


@torch.inference_mode()
def results(
    adapter: ImageAdapter | None,
    people: People,
    texts: Sequence[str],
    strengths: Strengths,
    guidance: float = GUIDANCE,
) -> Tensor:
    """Portraits (n, 3, 64, 64) of the first n people for as many prompts; without an adapter those of the
    base for the prompts alone."""
    device = next(adapter.parameters()).device if adapter else None
    model, net, made = load_diffusion(device), load_identitynet(device), []
    device = model.autoencoder.mean.device
    for index in torch.arange(len(texts)).split(CHUNK):
        n, one = len(index), torch.ones(len(index), device=device)
        person, points = people.person[index].to(device), people.points[index].to(device)
        wanted = Wanted(person, points, one.bool(), one.bool(), strengths[0] * one)
        start = noise(n, NOISE_SEED, start=int(index[0])).to(device)
        with autocast(device):
            context = model.flow.by_words(numbers([texts[i] for i in index]).to(device))
            tokens = net.persons(person, wanted.known).tokens
            pictures = adapter(tokens, strengths[1] * one) if adapter else ()

        def added(latents: Tensor, time: Tensor, wanted: Wanted = wanted) -> Control:
            with autocast(device):
                return net(latents, time, wanted)

        control = added if adapter else None
        latents = euler(
            model.flow, start, context, steps=STEPS, guidance=guidance, decoupled=pictures, control=control
        )
        made.append(decoded(model, latents))
    return torch.cat(made)
