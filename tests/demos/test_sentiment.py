"""Sentences with a sentiment: their grammar, their splits, their words; and the nets that read them."""

from __future__ import annotations

import re
from itertools import islice

import pytest
import torch

from demos.data.sentiment import tokens
from demos.data.sentiment.corpus import LANGUAGES, by_hand, corpus, opposites, spaced
from demos.data.sentiment.grammar import LABELS, OPPOSITE, Speaker, opinions, pairs
from demos.data.texts.grammar import SPLITS, Chance
from demos.kit.functions import direct
from demos.kit.weights import read_card
from demos.models.sentiment import WEIGHTS, load_nets, read
from demos.models.sentiment.evaluate import evaluate, right

every_language = pytest.mark.parametrize("language", LANGUAGES)
FEW = 300  # sentences


@every_language
def test_no_combination_is_in_two_splits(language: str) -> None:
    found = [{pair for one in corpus(language, split, FEW) for pair in one.pairs} for split in SPLITS]
    assert all(found)
    assert not found[0] & found[1]
    assert not found[0] & found[2]
    assert not found[1] & found[2]


@every_language
def test_labels_are_about_equally_many_and_sentences_whole(language: str) -> None:
    sentences = corpus(language, "train", FEW)
    for label in LABELS:
        assert sum(one.label == label for one in sentences) == pytest.approx(FEW / 3, rel=0.15)
    for one in sentences:
        assert not re.search(r"[{}\[\]|<>_*]|  | [,.!?;]|[.!?。！？]{2}|\?,", one.text), one.text
        assert language == "zh" or one.text[0].isupper(), one.text
        assert language != "zh" or " " not in one.text, one.text


def test_norwegian_adjectives_agree_with_their_nouns() -> None:
    """“et godt hotell”, “hotellet var godt”, “en god film”: in every frame, by the form that the word has."""
    speaker = Speaker("nb", "train", Chance("agreement"))
    groups = {group.name: group for group in opinions("nb").groups}
    neuters = {thing.forms[2] for thing in groups["places"].things if thing.forms[0] == "et"}
    forms = {quality.forms[1]: quality.forms[0] for quality in groups["places"].qualities["good"]}
    seen = 0
    for _ in range(FEW):
        text = speaker.clause(groups["places"], "affirm", "positive").text
        noun = next((word for word in text.split() if word in neuters), None)
        if noun and not text.startswith("dette"):
            seen += 1
            assert text.split()[-1] in forms, text
    assert seen > FEW / 10


@every_language
def test_opposites_are_the_same_words_and_the_bag_cannot_tell_them_apart(language: str) -> None:
    net = load_nets(torch.device("cpu"))
    for good, bad in opposites(language, "test")[:50]:
        assert OPPOSITE[good.label] == bad.label
        numbers = [tokens.numbers(one.text) for one in (good, bad)]
        assert sorted(numbers[0]) == sorted(numbers[1])
        assert numbers[0] != numbers[1]
        first, second = (net.bag(torch.tensor([row]))[0, -1] for row in numbers)
        assert torch.allclose(first, second, atol=1e-4)


def test_pairs_of_a_seed_are_always_the_same() -> None:
    assert list(islice(pairs("en", "test"), 3)) == list(islice(pairs("en", "test"), 3))


@every_language
def test_every_word_of_the_training_sentences_has_a_number(language: str) -> None:
    for one in spaced(language, "train", FEW):
        assert all(tokens.number(piece) != tokens.UNKNOWN for piece in tokens.PIECE.findall(one.text)), one


def test_what_readers_type_is_read_as_the_vocabulary_spells_it() -> None:
    def numbers(text: str) -> list[int]:
        return [token.number for token in tokens.tokens(text)]

    assert numbers("THE FILM wasn't good！") == numbers("the film wasn’t good!")
    assert numbers("这部电影很好看。") == numbers("这 部 电影 很 好看 .")
    assert [token.text for token in tokens.tokens("菜不难吃，但是服务员很粗鲁")] == [
        "菜", "不", "难吃", "，", "但是", "服务员", "很", "粗鲁",
    ]  # fmt: skip
    assert numbers("1998") == numbers("7")
    assert numbers("films") == numbers("film"), "another form of a known word"
    assert numbers("qwxz 狐") == [tokens.UNKNOWN] * 2
    assert len(tokens.tokens("a " * 200)) == tokens.LONGEST
    assert tokens.tokens("") == []


@every_language
def test_sentences_by_hand_have_twenty_of_each_label(language: str) -> None:
    labels = [one.label for one in by_hand(language)]
    assert {label: labels.count(label) for label in LABELS} == dict.fromkeys(LABELS, 20)


@every_language
def test_numbers_on_the_card_are_measured(language: str) -> None:
    card, nets = read_card(WEIGHTS), load_nets(torch.device("cpu"))
    sets = {"by_hand": by_hand(language), "order": [x for pair in opposites(language, "test") for x in pair]}
    for name, some in sets.items():
        gru, bag = (card.metrics[f"{name}.{language}.{model}"].value for model in ("gru", "bag"))
        assert right(nets, some) == pytest.approx((gru, bag), abs=2 / len(some)), name


@pytest.mark.slow
def test_the_whole_card_is_measured() -> None:
    measured = evaluate()
    for name, metric in read_card(WEIGHTS).metrics.items():
        assert measured[name].value == pytest.approx(metric.value, abs=0.02), name


def test_padding_behind_a_text_changes_nothing_before_it() -> None:
    rows = [
        tokens.numbers(text) for text in ("The soup was cold.", "I loved the film, but the play was dull")
    ]
    both = direct(read, numbers=tokens.batch(rows))
    alone = direct(read, numbers=torch.tensor(rows[:1]))
    for name, values in alone.items():
        assert torch.allclose(both[name][:1, : len(rows[0])], values, atol=1e-4), name
