"""The nets that translate: piece by piece they give what they give at once, attention is what its definition
says, scores are what they are called; and the two demos on them show what the nets do."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from demos.data.sentences.corpus import examples, sentences
from demos.data.sentences.lexicon import LANGUAGES
from demos.data.sentences.pieces import END, INTO, PADDING, START, mask
from demos.kit.charts import Drawing, Strokes
from demos.kit.functions import direct
from demos.kit.training import Budget
from demos.kit.vocabulary import UNKNOWN
from demos.kit.weights import load_weights, read_card
from demos.models.translation import train as training
from demos.models.translation.evaluate import EXACT, chrf, greedy
from demos.models.translation.functions import PARTS, attend, chances_of
from demos.models.translation.model import (
    DIRECTIONS,
    KINDS,
    NETS,
    WEIGHTS,
    TranslationConfig,
    Translator,
    load_net,
    shifted,
)
from demos.models.translation.reading import sentence, translation
from tests.demos.kit import answer, check_resuming

CPU = torch.device("cpu")
every_kind = pytest.mark.parametrize("kind", KINDS)
TEXTS = {
    "nb": "I går kjøpte hun ei rød jakke.",
    "en": "Yesterday she bought a red jacket.",
    "zh": "昨天她买了一件红色的夹克。",
}


def small(kind: str) -> Translator:
    torch.manual_seed(2)
    sizes = TranslationConfig(kind, 40, width=12, hidden=10, compared=6, layers=2, heads=3)
    return NETS[kind](sizes).eval().requires_grad_(False)


def some_numbers(n: int, length: int, seed: int = 3) -> Tensor:
    return torch.randint(7, 40, (n, length), generator=torch.Generator().manual_seed(seed))


# The nets


@every_kind
def test_piece_by_piece_gives_what_the_whole_sentence_gives(kind: str) -> None:
    net, numbers, target = small(kind), some_numbers(2, 7), some_numbers(2, 9, 4)
    whole = net(numbers, target)
    source = net.read(numbers)
    state, logits = net.begin(source), []
    for last in shifted(target).unbind(1):
        step = net.step(last, state, source)
        state = step.state
        logits.append(step.logits)
        assert torch.allclose(step.shares.sum(2), torch.ones(1), atol=1e-5)
    assert whole.shape == (2, 9, 40)
    assert torch.allclose(torch.stack(logits, 1), whole, atol=1e-5)


@every_kind
def test_padding_changes_nothing(kind: str) -> None:
    net, numbers, target = small(kind), some_numbers(1, 6), some_numbers(1, 5, 4)
    longer = torch.cat([numbers, torch.full((1, 4), PADDING)], 1)
    assert torch.allclose(net(longer, target), net(numbers, target), atol=1e-5)


@every_kind
def test_no_piece_sees_what_comes_after_it(kind: str) -> None:
    net, numbers, target = small(kind), some_numbers(1, 6), some_numbers(1, 8, 4)
    other = target.clone()
    other[:, 4] = 39 if target[0, 4] < 39 else 38
    before, after = net(numbers, target), net(numbers, other)
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-6)
    assert (before[:, 5:] - after[:, 5:]).abs().amax() > 1e-4


def test_what_is_hidden_has_no_say() -> None:
    net, numbers, target = small("transformer"), some_numbers(1, 6), some_numbers(1, 5, 4)
    seen = torch.ones_like(numbers, dtype=torch.bool)
    seen[0, 2] = False
    other = numbers.clone()
    other[0, 2] = 39 if numbers[0, 2] < 39 else 38

    def logits(of: Tensor) -> Tensor:
        source = net.read(of, seen)
        return net.step(target[:, 0], net.begin(source), source).logits

    assert torch.allclose(logits(numbers), logits(other), atol=1e-6)


@every_kind
def test_a_resumed_run_takes_the_same_steps(kind: str) -> None:
    recipe = training.TranslationTraining(steps=4, batch=4, drawn=200)
    check_resuming(lambda: training.TranslationRun(recipe, kind, Budget(4), CPU, 5))


def test_training_leaves_weights_that_load(tmp_path: Path) -> None:
    recipe = training.TranslationTraining(steps=1, batch=4, drawn=200, tested=2)
    out = tmp_path / "translation" / "weights"
    notes = [progress.note for progress in training.train(recipe, work=tmp_path, out=out, device=CPU)]
    assert notes == ["gru", "transformer", "measuring"]
    card = read_card(out)
    assert card.metrics.keys() == read_card(WEIGHTS).metrics.keys()
    for kind in KINDS:
        assert load_net(kind, CPU, out).table.weight.isfinite().all()


# Scores


# Texts, their references, and what sacrebleu 2.5.1 gives: `CHRF(eps_smoothing=False)`.
SCORED = (
    ("Katten er på bordet.", "Katten er under bordet.", 57.71058477306814),
    ("Hun kjøpte ei rød bok i går.", "I går kjøpte hun ei rød bok.", 52.71761176559938),
    ("她昨天买了一本书。", "她昨天买了两本新书。", 37.26384978006116),
    ("The dog is big", "The dog is bigger than the cat.", 42.7690185347223),
    ("", "Noe.", 0.0),
    ("三点半。", "火车三点半开。", 30.62053281351527),
)


@pytest.mark.parametrize(("written", "reference", "score"), SCORED)
def test_chrf_is_what_sacrebleu_computes(written: str, reference: str, score: float) -> None:
    assert chrf([written], [reference]) == pytest.approx(score)


def test_chrf_of_several_sentences_is_that_of_all_together() -> None:
    """As sacrebleu counts these six."""
    assert chrf([one[0] for one in SCORED], [one[1] for one in SCORED]) == pytest.approx(46.7937234089195)


@every_kind
def test_the_net_is_as_good_as_its_card_says(kind: str) -> None:
    """Sixty sentences a direction, other ones than those that the card was measured on."""
    said = [sentences(meaning) for meaning in islice(examples("test", 77), 60)]
    for source, target in (("nb", "zh"), ("en", "nb"), ("zh", "en")):
        written = greedy(load_net(kind, CPU), [one[source] for one in said], source, target)
        share = sum(ours == one[target] for ours, one in zip(written, said, strict=True)) / len(said)
        assert share > read_card(WEIGHTS).metrics[f"exact.{source}-{target}.{kind}"].value - 0.15


@every_kind
def test_the_card_says_how_many_are_right_in_each_direction(kind: str) -> None:
    metrics = read_card(WEIGHTS).metrics
    for source, target in DIRECTIONS:
        exact = metrics[f"exact.{source}-{target}.{kind}"]
        assert (exact.bar, exact.better) == (EXACT, "higher")
        assert metrics[f"chrf.{source}-{target}.{kind}"].value > 100 * exact.value - 1


@every_kind
def test_a_net_writes_its_target_language_alone(kind: str) -> None:
    for target in ("nb", "zh"):
        found = translation(direct, sentence(TEXTS["en"], "en", target), kind, temperature=2, seed=5)
        assert mask(target)[list(found.numbers)].all()


# What attention does


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("layer", [0, 1])
def test_the_numbers_shown_are_those_of_the_definition(part: str, layer: int) -> None:
    """softmax(QKᵀ/√d)V, by hand from the weights in the file, with NumPy."""
    asked = sentence(TEXTS["en"], "en", "nb")
    found = translation(direct, asked, "transformer")
    written = [START, *found.numbers]
    shown = direct(
        attend,
        numbers=torch.tensor([asked.numbers]),
        seen=torch.ones(1, len(asked.numbers), dtype=torch.bool),
        written=torch.tensor([written]),
        part=part,
        layer=layer,
    )
    by_hand = reference(asked.numbers, written, part, layer)
    for name, values in by_hand.items():
        assert np.allclose(shown[name][0].numpy(), values, atol=2e-4), name


def reference(numbers: tuple[int, ...], written: list[int], part: str, layer: int) -> dict[str, Any]:
    """What one layer's attention does, from the weights alone."""
    w = {name: x.double().numpy() for name, x in load_weights(WEIGHTS, "transformer").items()}
    width, heads = w["table.weight"].shape[1], 4

    def placed(of: Any) -> Any:
        place, pair = np.arange(len(of))[:, None], np.arange(0, width, 2)[None]
        angle = place / 10_000 ** (pair / width)
        waves = np.stack([np.sin(angle), np.cos(angle)], 2).reshape(len(of), width)
        return w["table.weight"][list(of)] * np.sqrt(width) + waves

    def linear(name: str, x: Any) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def normed(name: str, x: Any) -> Any:
        x = x - x.mean(1, keepdims=True)
        return x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def look(name: str, x: Any, memory: Any, causal: bool = False) -> dict[str, Any]:
        query, key, value = (
            linear(f"{name}.{role}", of).reshape(len(of), heads, -1).transpose(1, 0, 2)
            for role, of in (("query", x), ("key", memory), ("value", memory))
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(width / heads)
        seen = np.tril(np.ones_like(scores[0])) if causal else np.ones_like(scores[0])
        power = np.exp(scores) * seen
        shares = power / power.sum(2, keepdims=True)
        found = shares @ value
        return {
            "query": query,
            "key": key,
            "value": value,
            "scores": scores,
            "shares": shares,
            "found": found,
        }

    def mixed(name: str, looks: dict[str, Any]) -> Any:
        return linear(f"{name}.out", looks["found"].transpose(1, 0, 2).reshape(-1, width))

    def fed(name: str, x: Any) -> Any:
        inner = np.maximum(linear(f"{name}.up", normed(f"{name}.before_up", x)), 0)
        return x + linear(f"{name}.down", inner)

    x, y, seen = placed(numbers), placed(written), dict[tuple[str, int], Any]()
    for i in range(2):
        own = normed(f"encoder.{i}.before_own", x)
        seen["encoder", i] = look(f"encoder.{i}.own", own, own)
        x = fed(f"encoder.{i}", x + mixed(f"encoder.{i}.own", seen["encoder", i]))
    memory = normed("after_encoder", x)
    for i in range(2):
        own = normed(f"decoder.{i}.before_own", y)
        seen["decoder", i] = look(f"decoder.{i}.own", own, own, causal=True)
        y = y + mixed(f"decoder.{i}.own", seen["decoder", i])
        seen["cross", i] = look(f"decoder.{i}.cross", normed(f"decoder.{i}.before_cross", y), memory)
        y = fed(f"decoder.{i}", y + mixed(f"decoder.{i}.cross", seen["cross", i]))
    return seen[part, layer]


@every_kind
def test_the_chances_of_a_translation_are_those_it_was_written_with(kind: str) -> None:
    asked = sentence(TEXTS["nb"], "nb", "zh")
    found = translation(direct, asked, kind)
    chances = direct(
        chances_of,
        numbers=torch.tensor([asked.numbers]),
        seen=torch.ones(1, len(asked.numbers), dtype=torch.bool),
        written=torch.tensor([[*found.numbers, END]]),
        target="zh",
        kind=kind,
    )
    assert chances[0].tolist() == pytest.approx(list(found.chances), abs=1e-5)


# Reading


def test_a_sentence_goes_into_the_language_asked_for_or_another_one() -> None:
    directions = {
        ("nb", "nb", "auto"): "en",
        ("en", "nb", "auto"): "nb",
        ("zh", "nb", "auto"): "nb",
        ("en", "en", "auto"): "nb",
        ("nb", "en", "auto"): "en",
        ("zh", "zh", "auto"): "en",
        ("en", "zh", "auto"): "zh",
        ("nb", "nb", "zh"): "zh",
        ("zh", "nb", "zh"): "nb",
    }
    for (source, own, into), target in directions.items():
        asked = sentence(TEXTS[source], own, into)
        assert (asked.source, asked.target) == (source, target)
        assert asked.numbers[0] == INTO[target]


def test_a_long_sentence_is_cut_and_says_so() -> None:
    asked = sentence("katt " * 50, "nb", "en")
    assert len(asked.numbers) == 40
    assert asked.left_off == 51 - 38


def test_an_unknown_word_is_copied() -> None:
    asked = sentence("The wombat is behind the sofa.", "en", "nb")
    assert asked.unknown == ["wombat"]
    assert asked.numbers[2] == UNKNOWN
    found = translation(direct, asked, "gru")
    assert "wombat" in found.text(asked).lower()


# The demos


def text_of(markdown: str) -> str:
    return unescape(re.sub("</?mark>", "", markdown))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_example_is_translated_right(lang: str) -> None:
    target = "nb" if lang == "en" else "en"
    for kind in KINDS:
        shown = answer("translation", "translate", lang, kind=kind)
        assert TEXTS[target] in text_of(shown["written"])
        assert isinstance(shown["looked"], Drawing)
        assert any(isinstance(thing, Strokes) for thing in shown["looked"].things)


def test_an_unknown_word_is_marked() -> None:
    shown = answer("translation", "translate", "en", text="The wombat is behind the sofa.")
    assert "<mark>wombat</mark>" in shown["written"]
    assert "“wombat”" in shown["facts"]


def test_signs_of_a_reader_mean_nothing() -> None:
    shown = answer("translation", "translate", "en", text="<b>*x*</b> | # is big")
    assert "<b>" not in shown["written"]
    assert "*x" not in shown["written"]


def test_ten_test_sentences_are_counted_as_they_are() -> None:
    shown = answer("translation", "test", "en", direction="nb_en")
    right = shown["ten"].count("✓")
    assert right + shown["ten"].count("✗") == 10
    assert f"**{right} of 10**" in shown["ten"]


@pytest.mark.parametrize("part", PARTS)
def test_a_places_weights_add_up(part: str) -> None:
    shown = answer("attention", "steps", "en", part=part, place=20)
    weights = re.findall(r"\| [<>]? ?(\d+)% \|$", shown["computed"], re.MULTILINE)
    assert sum(map(int, weights)) == pytest.approx(100, abs=len(weights))


def test_a_hidden_word_is_not_looked_at_and_changes_what_it_is_needed_for() -> None:
    shown = answer("attention", "hide", "en", hidden=4)
    assert "needs" in shown["both"]


# Where a tab says how it read a sentence.
READING = pytest.mark.parametrize(
    ("demo", "tab", "shown"),
    [
        ("translation", "translate", "facts"),
        ("attention", "heads", "sentence"),
        ("attention", "steps", "computed"),
        ("attention", "hide", "both"),
    ],
)


@READING
def test_words_that_no_net_knows_and_pieces_too_many_are_named(demo: str, tab: str, shown: str) -> None:
    says = answer(demo, tab, "en", text="The wombat is behind the sofa.")[shown]
    assert "reads “wombat” as □" in says
    assert "The last 13 pieces" in answer(demo, tab, "en", text="cat " * 50)[shown]


@READING
def test_a_sentence_into_its_own_language_says_into_which_it_goes(demo: str, tab: str, shown: str) -> None:
    says = "The sentence is in English already, so it is translated into Norwegian."
    assert says in answer(demo, tab, "en", text="The cat is old.", into="en")[shown]
    assert says not in answer(demo, tab, "en", text="The cat is old.", into="nb")[shown]
