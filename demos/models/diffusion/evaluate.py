"""How near portraits nobody trained on come back, how far samples are from them, and how well they obey."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from demos.data.avatars import Factors, sample
from demos.data.avatars.dataset import HELD_OUT_SEED, LOW, Portraits, portraits
from demos.data.avatars.factors import BY_NAME, CATEGORICAL
from demos.data.avatars.render import PARTS
from demos.data.captions.facts import COLORS, Fact, facts, rows
from demos.data.captions.grammar import LANGUAGES, Writer
from demos.data.captions.tokens import numbers
from demos.kit.device import autocast
from demos.kit.metrics import accuracy, psnr, r2
from demos.kit.training import channels_last
from demos.kit.weights import Metric, metrics_of
from demos.models.attributes import truth_columns, visible
from demos.models.diffusion.conditions import ATTRIBUTES, Context
from demos.models.diffusion.model import WEIGHTS, Flow, LatentDiffusion, load_diffusion
from demos.models.diffusion.sampling import euler, noise
from demos.models.judge.compare import Reference
from demos.models.judge.model import Judge, load_judge, read_all

BARS = {
    "avatar_fid": 18.0, "recall": 0.5, "accuracy": 0.92, "accuracy.iris": 0.8, "accuracy.glasses": 0.88,
    "r2.smile": 0.5, "r2.mouth_open": 0.8, "r2.blink": 0.8,
    **{f"caption_accuracy.{language}": 0.9 for language in LANGUAGES},
    **{f"held_out_caption_accuracy.{language}": 0.9 for language in LANGUAGES},
}  # fmt: skip
LOWER = ("fid", "distance")  # what is better when it is lower
PROMPT_SEED, NOISE_SEED = 5_000_011, 8_000_009
STEPS, GUIDANCE = 12, 2.0
READ = ("smile", "mouth_open", "blink", "yaw", "gaze_x", "skin_tone", "freckles", "lip_fullness")
EYES = ("lid", "eye_white", "iris", "pupil")
FRONTAL = 0.35  # of yaw and roll, up to which a mirrored half is still a face
Draw = Callable[[Flow, Tensor, slice], Context]


def evaluate(samples: int = 3000, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on ``samples`` held-out portraits and prompts. Raises WeightsError."""
    return measure(load_diffusion(folder=folder), samples)[0]


def measure(model: LatentDiffusion, samples: int) -> tuple[dict[str, Metric], dict[str, object]]:
    """The card's metrics and details, on ``samples`` held-out portraits and as many prompts."""
    data = portraits(samples, HELD_OUT_SEED, parts=True)
    reference = Reference(load_judge(), data.pictures(slice(None)))
    prompts = sample(samples, PROMPT_SEED)
    found = measure_autoencoder(model, data, reference)
    found |= measure_samples(model, prompts, reference)
    found |= measure_captions(model, prompts, reference)
    ceiling = attributes_read(reference.judge, reference.pictures, data.factors())
    details: dict[str, object] = {
        "samples": samples,
        "steps": STEPS,
        "guidance": GUIDANCE,
        "drawn": {name: round(value, 4) for name, value in ceiling.items()},
    }
    return metrics_of(found, BARS, LOWER), details


def measure_autoencoder(model: LatentDiffusion, data: Portraits, reference: Reference) -> dict[str, float]:
    """What is left of held-out portraits."""
    device = model.autoencoder.mean.device
    pictures = reference.pictures
    drawn = torch.cat([decoded(model, encoded(model, some.to(device))) for some in pictures.split(250)])
    assert data.parts is not None
    found = {"reconstruction_psnr": psnr(drawn, pictures)}
    for name, members in {"eyes": EYES, "mouth": ("mouth",), "glasses": ("glasses",)}.items():
        mask = data.parts[:, [PARTS.index(part) for part in members]].sum(1, keepdim=True).float()
        found[f"reconstruction_psnr.{name}"] = psnr(drawn, pictures, F.interpolate(mask, scale_factor=2.0))
    found["reconstruction_fid"] = reference.quality(drawn)["avatar_fid"]
    read = attributes_read(reference.judge, drawn, data.factors())
    return found | {f"reconstruction_{name}": value for name, value in read.items()}


def measure_samples(model: LatentDiffusion, prompts: Factors, reference: Reference) -> dict[str, float]:
    """Without guidance how far samples are from portraits; with guidance how well attributes are obeyed."""
    n = len(prompts)
    plain = drawn(model, by_attributes(prompts), n, guidance=1.0)
    guided = drawn(model, by_attributes(prompts), n, guidance=GUIDANCE)
    found = reference.quality(plain) | reference.controls(plain)
    return found | attributes_read(reference.judge, guided, prompts)


def measure_captions(model: LatentDiffusion, prompts: Factors, reference: Reference) -> dict[str, float]:
    """Without guidance how far samples by captions are from portraits; with guidance, of a quarter of them,
    the share of what captions say that the judge reads, per language."""
    sample = drawn(model, by_captions(captions(prompts, LANGUAGES, False)[0]), len(prompts), guidance=1.0)
    quality = reference.quality(sample)
    found = {"caption_fid": quality["avatar_fid"], "caption_recall": quality["recall"]}
    prompts = prompts.select(slice(max(2, len(prompts) // 4)))
    for language in LANGUAGES:
        for held_out in (False, True):
            texts, said = captions(prompts, (language,), held_out)
            made = drawn(model, by_captions(texts), len(texts), guidance=GUIDANCE)
            name = "held_out_caption_accuracy" if held_out else "caption_accuracy"
            found[f"{name}.{language}"] = obeyed(read_all(reference.judge, made), said)
    return found


def drawn(model: LatentDiffusion, contexts: Draw, n: int, *, guidance: float, steps: int = STEPS) -> Tensor:
    """Samples (n, 3, 64, 64) on the CPU."""
    device = model.autoencoder.mean.device
    made = []
    for index in torch.arange(n).split(100):
        part = slice(int(index[0]), int(index[-1]) + 1)
        start = noise(len(index), NOISE_SEED, part.start, model.flow.config.latent).to(device)
        with torch.inference_mode(), autocast(device):
            wanted = contexts(model.flow, start, part)
        made.append(decoded(model, euler(model.flow, start, wanted, steps=steps, guidance=guidance)))
    return torch.cat(made)


@torch.inference_mode()
def encoded(model: LatentDiffusion, pictures: Tensor) -> Tensor:
    with autocast(pictures.device):
        return model.autoencoder.encode(pictures)


@torch.inference_mode()
def decoded(model: LatentDiffusion, latents: Tensor) -> Tensor:
    with autocast(latents.device):
        return channels_last(model.autoencoder.decode(latents).clamp(-1, 1).cpu())


def by_attributes(prompts: Factors) -> Draw:
    """Contexts that show all attributes."""
    categorical, continuous = prompts.labels()
    scaled = torch.where(LOW == 0, continuous * 2 - 1, continuous)

    def contexts(flow: Flow, like: Tensor, part: slice) -> Context:
        chosen = torch.ones(len(like), len(ATTRIBUTES), dtype=torch.bool)
        context: Context = flow.attributes(
            *(x.to(like.device) for x in (categorical[part], scaled[part], chosen))
        )
        return context

    return contexts


def by_captions(texts: Sequence[str]) -> Draw:
    table = numbers(texts)

    def contexts(flow: Flow, like: Tensor, part: slice) -> Context:
        return flow.by_words(table[part].to(like.device))

    return contexts


def captions(
    prompts: Factors, languages: Sequence[str], held_out: bool
) -> tuple[list[str], list[list[Fact]]]:
    """A caption of each, in the languages in turn, and what it says."""
    texts, said = [], []
    for i, row in enumerate(rows(prompts)):
        chance = random.Random(f"{PROMPT_SEED} {i}")
        text, named = Writer(languages[i % len(languages)], chance, held_out).write(facts(row))
        texts.append(text)
        said.append(named)
    return texts, said


def obeyed(read: dict[str, Tensor], said: Sequence[Sequence[Fact]]) -> float:
    """The share of classes named in captions that were read."""
    hits = [
        int(read[name][i]) == BY_NAME[name].classes.index(value)
        for i, named in enumerate(said)
        for fact in named
        for name, value in claims(fact, named)
    ]
    return sum(hits) / len(hits)


def claims(fact: Fact, named: Sequence[Fact]) -> list[tuple[str, str]]:
    """The classes (factor, class) that a fact names, where the judge can see them."""
    covered = {one.value for one in named if one.name == "hat"} - {"none", "headband"}
    if fact.name == "hair" and covered:
        return []
    found = []
    if fact.name in CATEGORICAL and fact.value not in ("any", ""):
        found.append((fact.name, fact.value))
    if fact.name == "background" and fact.value != "any":
        found = [("pattern", fact.value)]
    if fact.color:
        found.append((COLORS[fact.name], fact.color))
    return found


def attributes_read(judge: Judge, pictures: Tensor, prompts: Factors) -> dict[str, float]:
    """How well the judge, which took no part in training, reads the wanted attributes off pictures."""
    categorical, continuous = prompts.labels()
    truth = truth_columns(torch.where(LOW == 0, continuous * 2 - 1, continuous), categorical)
    read, seen = read_all(judge, pictures), visible(prompts)
    each = {f"accuracy.{name}": accuracy(read[name], truth[name], seen.get(name)) for name in CATEGORICAL}
    mean = sum(each.values()) / len(each)
    found = {f"r2.{name}": r2(read[name], truth[name], seen.get(name)) for name in READ}
    return {"accuracy": mean, **each, **found, "eyes_match": eyes_match(judge, pictures, prompts)}


def eyes_match(judge: Judge, pictures: Tensor, prompts: Factors) -> float:
    """The share of frontal faces with open eyes of which the judge reads the same iris off either half, each
    beside its mirror image. 0 if there are no such faces."""
    frontal = (prompts["yaw"].abs() < FRONTAL) & (prompts["roll"].abs() < FRONTAL)
    faces = pictures[frontal & visible(prompts)["iris"] & (prompts["blink"] < 0.3)]
    if not len(faces):
        return 0.0
    left, right = faces.chunk(2, dim=-1)
    halves = (torch.cat([left, left.flip(-1)], -1), torch.cat([right.flip(-1), right], -1))
    a, b = (read_all(judge, half)["iris"] for half in halves)
    return float((a == b).double().mean())
