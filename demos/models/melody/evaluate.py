"""What the three nets do with tunes that they were not trained on.

The bars were set before training:

bits        a net that sees a tune's form must need clearly fewer bits than counting, whose context ends after
            a few notes: 0.85 times as many, for the last phrase of most tunes repeats an earlier one; of folk
            tunes, few of which it has seen, as many as counting at most
in_key      at most one new note in twenty may lie outside the scale, for which the tune gives all it takes
novelty     new notes may not repeat training tunes much more than unseen tunes do: 0.8 of their novelty
hits        the AR-CNN must bring the tune closer in at least half of its first edits; a random cell does so
            in fewer than one of a hundred
fit         the GAN must come at least half the way from the accompaniment of another tune in the same key,
            which any harmony of that key reaches, to the rule it learned from
variety     with other noise, at least a tenth of the notes must be others
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from demos.data.texts.characters import END, SPECIAL, START
from demos.data.tunes.corpus import corpus, folk_of, generated
from demos.data.tunes.tune import BAR, BARS, LOWEST, Note, Tune, sounding, windows
from demos.kit.random import normal, uniform
from demos.kit.training import generator
from demos.kit.weights import Better, Metric
from demos.models.melody.functions import FREE, bar_after, edits_by
from demos.models.melody.losses import batch, change, divergence, spoil, step_loss
from demos.models.melody.nets import (
    WEIGHTS,
    Editor,
    Generator,
    NoiseConfig,
    load_editor,
    load_generator,
    load_writer,
)
from demos.models.melody.rolls import LOWEST_PART, chroma, on_chord, onsets, parts, parts_roll, roll, tokens
from demos.models.ngrams import NGrams
from demos.models.ngrams.model import Numbers
from demos.models.text.model import TextNet

SAMPLES = 400  # test tunes
CLEARLY = 0.85  # of the bits that n-grams need
IN_KEY = 0.95
NOVEL = 0.8  # of the novelty of unseen tunes
HITS = 0.5
VARIETY = 0.1
WINDOW = 8  # notes of a sequence that is new or not
GIVEN = 4  # bars of a tune that goes on
SPOILED = 0.3  # share of notes taken away, and of wrong ones put in
EDITS = 24  # of a spoiled tune of eight bars: about as many as were spoiled
DISCOUNTS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
HIGHEST = 12  # order of n-grams
# The largest interval in semitones and the longest time to the next note in steps that are told apart.
FARTHEST, LAST_GAP = 24, 24


def evaluate(tunes: int = SAMPLES, folder: Path = WEIGHTS) -> dict[str, Metric]:
    """The card's metrics on so many test tunes. Raises WeightsError."""
    cpu = torch.device("cpu")
    return measure(load_writer(cpu, folder), load_editor(cpu, folder), load_generator(cpu, folder), tunes)


@torch.inference_mode()
def measure(writer: TextNet, editor: Editor, accompanist: Generator, tunes: int) -> dict[str, Metric]:
    made, folk = generated("test")[:tunes], folk_of("test")
    metrics = writing(writer, made, folk) | editing(editor, made, folk) | accompanying(accompanist, made)
    return {name: Metric(round(value, 4), bar, better) for name, (value, bar, better) in metrics.items()}


Found = tuple[float, float | None, Better]


def mean(values: Sequence[float | bool]) -> float:
    return sum(values) / max(len(values), 1)


def in_key(notes: Sequence[Note], scale: frozenset[int]) -> list[bool]:
    return [note.pitch % 12 in scale for note in notes]


# Going on


def writing(net: TextNet, made: Sequence[Tune], folk: Sequence[Tune]) -> dict[str, Found]:
    """Bits per note beside n-grams, and what new bars are like."""
    metrics: dict[str, Found] = {}
    for name, tunes in (("made", made), ("folk", folk)):
        counted = ngram_bits(tunes)
        bar = round(CLEARLY * counted, 4) if name == "made" else round(counted, 4)
        metrics[f"transformer.bits.{name}"] = bits(net, tunes), bar, "lower"
        metrics[f"ngram_bits.{name}"] = counted, None, "lower"
    new = continued(net, made)
    old = [[note for note in tune.notes if note.start >= GIVEN * BAR] for tune in made]
    keys = [x for tune, notes in zip(made, new, strict=True) for x in in_key(notes, tune.scale)]
    unseen = novelty(old)
    metrics["transformer.in_key"] = mean(keys), IN_KEY, "higher"
    metrics["transformer.novelty"] = novelty(new), round(NOVEL * unseen, 4), "higher"
    metrics["test_tunes.novelty"] = unseen, None, "higher"
    return metrics


def bits(net: TextNet, tunes: Sequence[Tune]) -> float:
    """Bits per note of tunes."""
    nats = sum(float(step_loss(net, batch(tunes[i : i + 50])).sum()) for i in range(0, len(tunes), 50))
    return nats / math.log(2) / sum(len(tune.notes) for tune in tunes)


def continued(net: TextNet, tunes: Sequence[Tune], temperature: float = 1.0) -> list[tuple[Note, ...]]:
    """The notes that follow the first four bars of tunes, up to bar 8."""
    numbers = torch.tensor([tokens(tune.notes, GIVEN) for tune in tunes])
    chances = uniform(0, len(tunes), BARS - GIVEN, BAR, stream="tunes")
    heat = torch.full((len(tunes),), temperature)
    free = torch.full((len(tunes), BAR), FREE)
    for bar in range(BARS - GIVEN):
        numbers = torch.cat([numbers, bar_after(net, numbers, free, chances[:, bar], heat)], 1)
    whole = [sounding(onsets(row), BARS * BAR) for row in numbers.tolist()]
    return [tuple(note for note in notes if note.start >= GIVEN * BAR) for notes in whole]


def novelty(tunes: Sequence[Sequence[Note]]) -> float:
    """The share of the eight-note sequences of tunes that no training tune has, in any key."""
    known = trained_windows()
    return mean([window not in known for notes in tunes for window in windows(notes, WINDOW)])


@cache
def trained_windows() -> frozenset[tuple[tuple[int, int], ...]]:
    return frozenset(window for tune in corpus("train") for window in windows(tune.notes, WINDOW))


def ngram_bits(tunes: Sequence[Tune]) -> float:
    """Bits per note of the best n-gram model of the training tunes."""
    model, form, order, discount = best_ngrams()
    return ngram_cost(model, counted(tunes, form), discount)[order] / sum(len(tune.notes) for tune in tunes)


@cache
def best_ngrams() -> tuple[NGrams, str, int, float]:
    """The n-grams that need the fewest bits on the validation tunes: their form, order and discount.

    Pitches are counted as intervals, so that a key is no matter; the first one from the middle of the range.
    A note and the time to the next one are a single symbol, or two.
    """
    models = {form: NGrams(counted(corpus("train"), form), HIGHEST) for form in ("one", "two")}
    _, form, order, discount = min(
        (cost, form, order, discount)
        for form, model in models.items()
        for discount in DISCOUNTS
        for order, cost in enumerate(ngram_cost(model, counted(corpus("validation"), form), discount))
    )
    return models[form], form, order, discount


def ngram_cost(model: NGrams, numbers: Numbers, discount: float) -> list[float]:
    """Bits of all tunes in a sequence, for each order; their ends, which are known, cost nothing."""
    counts = numbers[numbers != START] != END
    costs: list[float] = (-np.log2(model.probabilities(numbers, discount)) * counts).sum(1).tolist()
    return costs


def counted(tunes: Sequence[Tune], form: str) -> Numbers:
    """Tunes as the sequence of numbers that n-grams count, START before and END behind each."""
    sequence: list[int] = []
    for tune in tunes:
        sequence.append(START)
        before = LOWEST + 17
        ends = [*(note.start for note in tune.notes[1:]), tune.bars * BAR]
        for note, end in zip(tune.notes, ends, strict=True):
            interval = max(-FARTHEST, min(note.pitch - before, FARTHEST)) + FARTHEST
            gap = min(end - note.start, LAST_GAP)
            one = interval * (LAST_GAP + 1) + gap
            two = (interval, 2 * FARTHEST + 1 + gap)
            sequence += [len(SPECIAL) + symbol for symbol in ((one,) if form == "one" else two)]
            before = note.pitch
        sequence.append(END)
    return np.array(sequence, dtype=np.int64)


# Editing


def editing(net: Editor, made: Sequence[Tune], folk: Sequence[Tune]) -> dict[str, Found]:
    """What the AR-CNN does with spoiled tunes."""
    rolls = torch.stack([roll(tune.notes, BARS) for tune in made])
    share = torch.full((len(made),), SPOILED)
    spoiled = spoil(rolls, share, share, generator(1, 0))
    differs = rolls != spoiled
    chances = uniform(0, len(made), EDITS, stream="edits")
    cells = edits_by(net, spoiled, chances, torch.ones(len(made)))
    hits = differs.flatten(1).gather(1, cells[:, :1]).double().mean()
    edited = changed(spoiled, cells)
    scales = [tune.scale for tune in made]
    return {
        "ar_cnn.hits": (float(hits), HITS, "higher"),
        "random_cell.hits": (float(differs.double().mean()), None, "higher"),
        "ar_cnn.divergence": (float(divergence(net(spoiled), differs)), None, "lower"),
        "even.divergence": (float(divergence(torch.zeros_like(spoiled), differs)), None, "lower"),
        "ar_cnn.in_key": (rolls_in_key(edited, scales), IN_KEY, "higher"),
        "spoiled.in_key": (rolls_in_key(spoiled, scales), None, "higher"),
        "ar_cnn.agreement": (agreement(edited, rolls), None, "higher"),
        "spoiled.agreement": (agreement(spoiled, rolls), None, "higher"),
        "ar_cnn.hits.folk": (folk_hits(net, folk), None, "higher"),
    }


def folk_hits(net: Editor, folk: Sequence[Tune], times: int = 40) -> float:
    """The share of first edits that bring folk tunes, each spoiled in several ways, closer."""
    rolls = torch.stack([roll(tune.notes, BARS) for tune in folk for _ in range(times)])
    share = torch.full((len(rolls),), SPOILED)
    spoiled = spoil(rolls, share, share, generator(1, 1))
    cells = edits_by(net, spoiled, uniform(1, len(rolls), 1, stream="edits"), torch.ones(len(rolls)))
    return float((rolls != spoiled).flatten(1).gather(1, cells).double().mean())


def changed(rolls: Tensor, cells: Tensor) -> Tensor:
    """Piano rolls (n, 36, steps) after edits (n, count): a cell that is edited twice is as before."""
    times = (
        torch.zeros_like(rolls).flatten(1).scatter_add(1, cells, torch.ones_like(cells, dtype=rolls.dtype))
    )
    return (rolls + times.view_as(rolls)) % 2


def rolls_in_key(rolls: Tensor, scales: Sequence[frozenset[int]]) -> float:
    """The share of the notes of piano rolls that are in their scales."""
    rows = torch.tensor([[(LOWEST + i) % 12 in scale for i in range(rolls.shape[1])] for scale in scales])
    return float((rolls * rows[:, :, None]).sum() / rolls.sum())


def agreement(rolls: Tensor, originals: Tensor) -> float:
    """F1 of the notes of piano rolls against the original ones."""
    return float(2 * (rolls * originals).sum() / (rolls.sum() + originals.sum()))


# Accompanying


def accompanying(net: Generator, tunes: Sequence[Tune]) -> dict[str, Found]:
    """How the GAN's accompaniments fit melodies, beside those by rule and those of other tunes."""
    melodies = torch.stack([chroma(tune.notes, tune.bars) for tune in tunes])
    by_rule = torch.stack([parts_roll(tune.parts, tune.bars) for tune in tunes])
    first, second = (made_parts(net, melodies, seed) for seed in (0, 1))
    rule, alike = fit(tunes, by_rule), fit(tunes, by_rule[same_key(tunes)])
    return {
        "gan.fit": (fit(tunes, first), round((rule + alike) / 2, 4), "higher"),
        "rule.fit": (rule, None, "higher"),
        "same_key.fit": (alike, None, "higher"),
        "random.fit": (fit(tunes, by_rule.roll(1, 0)), None, "higher"),
        "gan.in_key": (parts_in_key(first, tunes), IN_KEY, "higher"),
        "gan.variety": (float(change(first, second)), VARIETY, "higher"),
        "gan.notes": (float(first.sum()) / len(tunes) / BARS, None, "higher"),
        "rule.notes": (float(by_rule.sum()) / len(tunes) / BARS, None, "higher"),
    }


def made_parts(net: Generator, melodies: Tensor, seed: int) -> Tensor:
    """Accompaniments (n, 36, eighths) of melodies (n, 13, eighths)."""
    size = NoiseConfig()
    whole = normal(seed, len(melodies), size.whole, stream="whole")
    bars = normal(seed, len(melodies), size.bar, melodies.shape[2] * 2 // BAR, stream="bars")
    return (net(melodies, whole, bars) > 0).float()


def fit(tunes: Sequence[Tune], rolls: Tensor) -> float:
    """The share of the notes on beats 1 and 3 whose pitch class sounds in the accompaniment then."""
    pairs = zip(tunes, rolls, strict=True)
    return mean([found for tune, cells in pairs for found in on_chord(tune.notes, parts(cells))])


def same_key(tunes: Sequence[Tune]) -> Tensor:
    """For each tune the place of the next one with the same scale; its own where there is none."""
    places = {
        scale: [i for i, tune in enumerate(tunes) if tune.scale == scale]
        for scale in {t.scale for t in tunes}
    }
    following = {i: some[(k + 1) % len(some)] for some in places.values() for k, i in enumerate(some)}
    return torch.tensor([following[i] for i in range(len(tunes))])


def parts_in_key(rolls: Tensor, tunes: Sequence[Tune]) -> float:
    """The share of an accompaniment's notes whose pitch class is among those that the tune's rule uses or its
    melody has."""
    found = []
    for cells, tune in zip(rolls, tunes, strict=True):
        scale = tune.scale | {note.pitch % 12 for part in tune.parts for note in part}
        found += [(LOWEST_PART + row) % 12 in scale for row in cells.nonzero()[:, 0].tolist()]
    return mean(found)
