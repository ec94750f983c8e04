"""The nets that write text: step by step they give what they give at once, a reader's settings choose as they
say, and the card says what was measured."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from demos.data.texts import characters
from demos.data.texts.characters import END, START, UNKNOWN
from demos.data.texts.corpus import LANGUAGES, corpus
from demos.kit.functions import direct
from demos.kit.random import uniform
from demos.kit.training import Budget
from demos.kit.weights import read_card
from demos.models.text import KINDS, WEIGHTS, TextNet, load_net, look, next_logits, numbered, write
from demos.models.text import train as training
from demos.models.text.evaluate import (
    CLEARLY,
    bits_per_character,
    compressed_bits,
    ngram_bits,
    sample,
    share_valid,
    words_of,
)
from demos.models.text.functions import chosen_shares, drawn, only_written
from demos.models.text.model import TextConfig, config
from tests.demos.kit import check_resuming

CPU = torch.device("cpu")
every_kind = pytest.mark.parametrize("kind", KINDS)


def small(kind: str) -> TextNet:
    torch.manual_seed(2)
    sizes = TextConfig(kind, 40, embedding=12, hidden=12, layers=2, heads=3, reach=7)
    return TextNet(sizes).eval().requires_grad_(False)


def some_numbers(n: int, length: int) -> Tensor:
    return torch.randint(40, (n, length), generator=torch.Generator().manual_seed(3))


# The nets


@every_kind
def test_step_by_step_gives_what_the_whole_text_gives(kind: str) -> None:
    net, numbers = small(kind), some_numbers(2, 25)
    whole, last = net(numbers)
    state, steps = None, []
    for column in numbers.unbind(1):
        step = net.step(column, state)
        state = step.state
        steps.append(step.logits)
    assert whole.shape == (2, 25, 40)
    assert torch.allclose(torch.stack(steps, 1), whole, atol=1e-5)
    for ours, theirs in zip(state or [], last, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


@every_kind
def test_a_text_in_two_windows_is_read_as_in_one(kind: str) -> None:
    net, numbers = small(kind), some_numbers(3, 20)
    whole, _ = net(numbers)
    first, state = net(numbers[:, :9])
    second, _ = net(numbers[:, 9:], state)
    assert torch.allclose(torch.cat([first, second], 1), whole, atol=1e-5)
    assert not torch.allclose(net(numbers[:, 9:])[0], second, atol=1e-3), "the state is carried"


@every_kind
def test_no_character_changes_what_comes_before_it(kind: str) -> None:
    net, numbers = small(kind), some_numbers(1, 20)
    other = numbers.clone()
    other[:, 12] = (other[:, 12] + 1) % 40
    before, after = net(numbers)[0], net(other)[0]
    assert torch.allclose(before[:, :12], after[:, :12], atol=1e-6)
    assert (before[:, 12:] - after[:, 12:]).abs().amax() > 1e-3


def test_a_transformer_reaches_no_farther_than_it_says() -> None:
    """Two layers of 7 characters each: the 13th before has no say, the 12th has."""
    net, numbers = small("transformer"), some_numbers(1, 30)
    for back, has_a_say in ((13, False), (12, True)):
        other = numbers.clone()
        other[0, 29 - back] = (other[0, 29 - back] + 1) % 40
        differ = (net(numbers)[0][0, 29] - net(other)[0][0, 29]).abs().max()
        assert (differ > 1e-6) == has_a_say


@every_kind
def test_what_is_inside_is_in_its_range(kind: str) -> None:
    step = small(kind).step(some_numbers(2, 1)[:, 0])
    for name, values in step.inside.items():
        assert values.abs().max() <= 1
        if name not in ("state", "cell"):
            assert values.min() >= 0
        if name == "attention":
            assert torch.allclose(values.sum(2), torch.ones(2, 6))


# Choosing


def logits_of(shares: list[float]) -> Tensor:
    return torch.tensor([shares]).log()


def chosen(temperature: float, top_k: int = 9, top_p: float = 1.0) -> list[float]:
    settings = torch.tensor([temperature]), torch.tensor([top_k]), torch.tensor([top_p])
    shares: list[float] = chosen_shares(logits_of([0.2, 0.5, 0.05, 0.25]), *settings)[0].tolist()
    return shares


def test_shares_follow_temperature_k_and_p() -> None:
    assert chosen(1) == pytest.approx([0.2, 0.5, 0.05, 0.25])
    roots = [math.sqrt(share) for share in (0.2, 0.5, 0.05, 0.25)]
    assert chosen(2) == pytest.approx([root / sum(roots) for root in roots])
    assert chosen(0) == [0, 1, 0, 0]
    assert chosen(1, top_k=2) == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert chosen(1, top_p=0.6) == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert chosen(1, top_p=0.5) == [0, 1, 0, 0]
    assert chosen(1, top_k=3, top_p=0.99) == pytest.approx([0.2 / 0.95, 0.5 / 0.95, 0, 0.25 / 0.95])


def test_characters_are_drawn_as_often_as_they_are_probable() -> None:
    n = 8000
    shares = torch.tensor([[0.1, 0.0, 0.6, 0.3]], dtype=torch.float64).expand(n, -1)
    counts = torch.bincount(drawn(shares, uniform(4, n)), minlength=4) / n
    assert counts.tolist() == pytest.approx([0.1, 0, 0.6, 0.3], abs=0.02)
    assert drawn(shares[:1], torch.ones(1)).tolist() == [3]


# The shipped nets


def settings(temperature: float = 0.7) -> dict[str, Tensor]:
    return {
        "temperature": torch.tensor([temperature]),
        "top_k": torch.tensor([characters.size()]),
        "top_p": torch.ones(1),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@every_kind
def test_writing_on_is_drawing_one_after_the_other(lang: str, kind: str) -> None:
    """Also in pieces, and in characters of the language only, at any temperature."""
    start = torch.tensor([numbered("", lang)])
    chances = uniform(1, 1, 12)
    which = {"language": lang, "kind": kind}
    whole = direct(write, numbers=start, chances=chances, **settings(1.7), **which)
    first = direct(write, numbers=start, chances=chances[:, :5], **settings(1.7), **which)["numbers"]
    behind = torch.cat([start, first], 1)
    second = direct(write, numbers=behind, chances=chances[:, 5:], **settings(1.7), **which)["numbers"]
    assert torch.equal(torch.cat([first, second], 1), whole["numbers"])
    assert whole["state"].shape[2] == 12
    logits = direct(next_logits, numbers=start, **which)
    assert whole["numbers"][0, 0] == drawn(chosen_shares(logits, *settings(1.7).values()), chances[:, 0])[0]
    assert all(characters.mask(lang)[number] or number == START for number in whole["numbers"][0])


def test_behind_an_end_the_next_text_begins() -> None:
    """The most probable text ends, and the one behind it is not read as its continuation."""
    after = direct(
        write, numbers=torch.tensor([[*numbered("", "nb"), END]]), chances=torch.rand(1, 2), **settings(0),
        language="nb", kind="lstm",
    )["numbers"][0]  # fmt: skip
    assert after[0] == START
    assert after[1] not in (START, END)


@every_kind
def test_what_a_reader_sees_inside_is_inside(kind: str) -> None:
    text = torch.tensor([numbered("Reven mente", "nb")])
    net = load_net("nb", kind, CPU)
    parts = {"rnn": ["state"], "lstm": ["forget", "state"], "gru": ["update"], "transformer": ["attention"]}
    for part in parts[kind]:
        seen = direct(look, numbers=text, language="nb", kind=kind, part=part)
        state = None
        for number in text[0]:
            step = net.step(number[None], state)
            state = step.state
        assert seen.shape[2] == text.shape[1]
        last = step.inside[part][0] if part == "attention" else step.inside[part][0][:, None]
        assert torch.allclose(seen[0][:, -last.shape[1] :], last, atol=1e-6)


def test_a_character_that_a_net_lacks_is_unknown_to_it() -> None:
    assert numbered("a狐", "nb") == [START, characters.numbers("a")[0], UNKNOWN]
    assert UNKNOWN not in numbered("狐", "zh")
    logits = torch.zeros(1, characters.size("nb"))
    assert only_written(logits, "nb")[0, UNKNOWN] == -torch.inf


# The card


def test_the_card_says_which_files_there_are_and_what_they_hold() -> None:
    card = read_card(WEIGHTS)
    nets = [load_net(*net, CPU) for net in training.NETS]
    assert card.parameters == sum(p.numel() for net in nets for p in net.parameters())
    assert sorted(card.files) == sorted(path.name for path in WEIGHTS.glob("*.safetensors"))
    assert card.details == training.DETAILS
    assert all(path.stat().st_size < 1e6 for path in WEIGHTS.glob("*.safetensors"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bits_on_the_card_are_what_is_measured(lang: str) -> None:
    """Of all kinds on some documents in order, of one kind exactly, and of both baselines."""
    metrics = read_card(WEIGHTS).metrics
    assert ngram_bits(lang) == pytest.approx(metrics[f"ngram_bits.{lang}"].value, abs=1e-3)
    baselines = [metrics[f"{name}_bits.{lang}"].value for name in ("ngram", "compressed")]
    for kind in KINDS:
        assert metrics[f"bits.{lang}.{kind}"].bar == pytest.approx(CLEARLY * min(baselines), abs=1e-3)
    measured = bits_per_character(load_net(lang, "lstm", CPU), lang)
    assert measured == pytest.approx(metrics[f"bits.{lang}.lstm"].value, abs=2e-3)


def test_a_compressor_is_measured_in_bits_per_character() -> None:
    assert 0.5 < compressed_bits("en") < 2
    assert compressed_bits("en") == pytest.approx(
        read_card(WEIGHTS).metrics["compressed_bits.en"].value, abs=0.02
    )


def test_words_are_counted_as_the_card_says() -> None:
    assert words_of("Ørret, so-so og Eirik’s bil 12!", "nb") == ["ørret", "so-so", "og", "eirik’s", "bil"]
    assert words_of("狐狸，跑了", "zh") == ["狐狸", "跑了"]
    document = corpus("nb", "test")[0]
    assert share_valid([document], "nb") == 1
    assert share_valid(["qzx og qzx og slutt"], "nb") == 0.5


def test_what_a_net_writes_is_the_same_for_the_same_seed() -> None:
    net = load_net("en", "gru", CPU)
    first, again, other = (sample(net, "en", 20, 1.0, 2, seed) for seed in (1, 1, 2))
    assert first == again != other


# Training


@every_kind
def test_resuming_takes_the_same_steps(kind: str) -> None:
    check_resuming(lambda: training.TextRun(training.SMOKE, ("nb", kind), Budget(4), CPU, 5))


def test_every_epoch_reads_all_documents_in_another_order() -> None:
    first, second = (training.columns("nb", 4, 0, epoch) for epoch in (0, 1))
    assert first.shape == second.shape
    assert not torch.equal(first, second)
    assert abs(int((first == START).sum()) - len(corpus("nb", "train"))) <= 1


def test_smoke_training_leaves_weights_that_load_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "NETS", (("en", "gru"), ("nb", "transformer")))
    out = tmp_path / "text" / "weights"
    options = {"work": tmp_path / "work", "out": out, "device": CPU}
    trainer = training.train(training.SMOKE, **options)  # type: ignore[arg-type]
    assert [next(trainer).note for _ in range(3)] == ["en gru", "en gru", "nb transformer"]
    trainer.close()  # type: ignore[attr-defined]
    rest = list(training.train(training.SMOKE, resume=True, **options))  # type: ignore[arg-type]
    steps = training.steps_of(training.SMOKE, "nb", "transformer")
    seen = [(step, "nb transformer") for step in range(2, steps + 1)]
    assert [(now.step, now.note) for now in rest] == [*seen, (steps, "measuring")]
    card = read_card(out)
    assert card.steps == 2 + steps
    assert card.metrics.keys() >= {"bits.en.gru", "words.nb.transformer", "ngram_bits.zh"}
    assert load_net("nb", "transformer", CPU, out)(torch.tensor([[START]]))[0].shape == (1, 1, 96)
    assert config("zh", "transformer").size == 1466
