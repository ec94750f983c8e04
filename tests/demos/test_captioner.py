"""The captioner: captions that can be read back, a search that finds what it says it finds, attention that is
shared out, combinations that training never sees, and a card that says what was measured."""

from __future__ import annotations

import random
from functools import cache

import pytest
import torch
from torch import Tensor

from demos.data.avatars import sample
from demos.data.avatars.dataset import Portraits, portraits
from demos.data.captions.facts import Fact, rows
from demos.data.captions.grammar import LANGUAGES
from demos.kit.functions import direct
from demos.kit.weights import read_card
from demos.models.captioner import captions, train
from demos.models.captioner.captions import (
    END,
    LENGTH,
    PADDING,
    all_facts,
    all_words,
    color_words,
    is_new,
    named,
    numbers,
    phrase,
    read,
    said,
    slots,
    start,
    text_of,
    vocabulary,
    words,
    writes,
    written,
)
from demos.models.captioner.evaluate import (
    accuracy,
    accuracy_on_new,
    combined,
    evaluate,
    most_frequent,
    nearest,
    recall,
)
from demos.models.captioner.functions import PLACES, describe, search
from demos.models.captioner.model import WEIGHTS, Captioner, CaptionerConfig, Sight

EXAMPLES = [named(row) for row in rows(sample(300, seed=21))]
every_language = pytest.mark.parametrize("language", LANGUAGES)


# Captions


@every_language
def test_a_caption_is_read_back_to_the_facts_it_was_written_from(language: str) -> None:
    for i, told in enumerate(EXAMPLES):
        text = written(language, told, random.Random(i))
        found = words(text, language)
        assert said(found, language) == told, text
        assert text_of(found, language) == text
        assert read(numbers(text, language)) == found
        assert len(found) < LENGTH


@every_language
def test_every_fact_has_a_phrase_of_its_own(language: str) -> None:
    phrases = [phrase(language, fact) for fact in all_facts()]
    assert len(set(phrases)) == len(phrases)


def test_the_vocabulary_holds_the_words_of_all_captions_and_no_others() -> None:
    assert list(vocabulary()) == all_words()


def test_what_is_not_there_or_not_seen_is_not_named() -> None:
    for told, row in zip(EXAMPLES, rows(sample(300, seed=21)), strict=True):
        names = [fact.name for fact in told]
        assert ("hat" in names) == (row["hat"] != "none")
        assert ("beard" in names) == (row["beard"] != "none")
        assert not ("iris" in names and row["glasses"] == "sunglasses")
        assert {"clothing", "background"} <= set(names)


def test_attributes_of_captions_count_one_by_one() -> None:
    told = [Fact("iris", "any", "blue"), Fact("hat", "cap", "red"), Fact("hair", "bald")]
    assert slots(told) == {"iris": "blue", "hat": "cap", "hat_color": "red", "hair": "bald"}
    other = [Fact("iris", "any", "blue"), Fact("hat", "cap", "navy"), Fact("beard", "full")]
    assert accuracy([other], [told]) == 2 / 4
    assert recall([other], [told]) == 2 / 4
    assert accuracy([[]], [told]) == 0


# What training sees


def test_each_value_of_what_is_combined_is_held_out_in_one_color() -> None:
    held_out = [fact for fact in all_facts() if is_new(fact)]
    values = {(fact.name, fact.value) for fact in all_facts() if fact.name in captions.COMBINED}
    assert {(fact.name, fact.value) for fact in held_out} == values - {("hair", "bald")}
    assert len(held_out) == len(values) - 1


def test_training_never_sees_what_is_held_out() -> None:
    data = some_portraits()
    table = train.captions_of(data, 3)
    truth = [named(row) for row in rows(data.factors())]
    held_out = [any(map(is_new, told)) for told in truth]
    assert True in held_out
    for told, kept_out, some in zip(truth, held_out, table.tolist(), strict=True):
        for language, variants in zip(LANGUAGES, some, strict=True):
            for variant in variants:
                if kept_out:
                    assert set(variant) == {PADDING}
                else:
                    assert variant[0] == start(language)
                    assert said(read(variant[1:]), language) == told


@cache
def some_portraits() -> Portraits:
    return portraits(40, 12)


# Search


@cache
def small() -> Captioner:
    """A net of random weights, whose captions end soon."""
    torch.manual_seed(4)
    sizes = CaptionerConfig(words=len(vocabulary()), stem=4, channels=8, hidden=12, embedding=8, query=6)
    net = Captioner(sizes).eval().requires_grad_(False)
    net.out.weight.mul_(8)
    net.out.bias[END] += 4
    return net


@cache
def looked_at() -> Sight:
    return small().look(torch.randn(6, 3, 64, 64, generator=torch.Generator().manual_seed(5)))


STARTS = torch.tensor([start(language) for language in LANGUAGES] * 2)


def test_the_state_does_not_hear_which_color_was_said() -> None:
    """Nor in which form; that a longer name of a color has begun, it hears."""
    last, others = color_words()
    net, sight = small(), looked_at()
    texts = ["a person with red", "a person with yellow", "a person with sky", "a person with round"]
    made = torch.tensor([[start("en"), *numbers(text, "en")[:-1]] for text in texts])
    red, yellow, sky, other = net.states(sight.begin[:1].expand(len(texts), -1), made)[:, -1]
    assert torch.equal(red, yellow)
    assert not torch.equal(red, sky)
    assert not torch.equal(red, other)
    spoken = {vocabulary()[number] for number in (*last, *others)}
    assert {"red", "rødt", "mørkebrune", "红色", "sky", "dark"} <= spoken
    assert not spoken & {"a", "round", "en", "hår", "戴", ",", "sunglasses"}


def test_recolored_pictures_keep_their_shapes_and_the_side_that_is_left_alone() -> None:
    pictures = some_portraits().pictures(torch.arange(12)).repeat(4, 1, 1, 1) / 2
    made = train.recolored(pictures, torch.Generator().manual_seed(1))
    assert torch.allclose(made.norm(dim=1), pictures.norm(dim=1), atol=1e-4), "turned about middle gray"
    rows = (made != pictures).any(1).any(2)
    assert rows[:, 0].any()
    assert not rows[:, 0].all()
    assert rows[:, -1].any()
    assert not rows[:, -1].all()
    changes = (rows[:, 1:] != rows[:, :-1]).sum(1)
    assert set(changes.tolist()) == {0, 1}, "at one line at most"
    again = train.recolored(pictures, torch.Generator().manual_seed(1))
    assert torch.equal(made, again)


def test_a_single_beam_takes_the_likeliest_word_each_time() -> None:
    net, sight = small(), looked_at()
    found = search(net, sight, STARTS, 1)
    for i in range(len(STARTS)):
        own, so_far = Sight(*(x[i : i + 1] for x in sight)), [int(STARTS[i])]
        while so_far[-1] != END and len(so_far) <= LENGTH:
            logits = net(own, torch.tensor([so_far]))[0][0, -1]
            logits[PADDING] = -torch.inf
            so_far.append(int(logits.argmax()) if len(so_far) < LENGTH else END)
        expected = so_far[1:] + [PADDING] * (LENGTH + 1 - len(so_far))
        assert found["words"][i, 0].tolist() == expected


@pytest.mark.parametrize("beams", [1, 3])
def test_probabilities_are_those_of_the_caption_given_the_picture(beams: int) -> None:
    net, sight = small(), looked_at()
    found = search(net, sight, STARTS, beams)
    own = torch.tensor([writes(language) for language in LANGUAGES] * 2)
    for k in range(beams):
        spoken = found["words"][:, k]
        before = torch.cat([STARTS[:, None], spoken[:, :-1]], 1)
        logits = net(sight, before)[0].masked_fill(~own[:, None], -torch.inf)
        shares = logits.softmax(2).gather(2, spoken[..., None])[..., 0]
        kept = (spoken != PADDING) & (torch.arange(LENGTH) < LENGTH - 1)  # at last, a caption has to end
        assert torch.allclose(found["chances"][:, k][kept], shares[kept], atol=1e-5)
        assert bool((found["chances"][:, k][spoken == PADDING] == 1).all())


def test_a_caption_has_words_of_its_language_only() -> None:
    found = search(small(), looked_at(), STARTS, 2)["words"].flatten(1)
    for row, language in zip(found.tolist(), 2 * LANGUAGES, strict=True):
        assert all(writes(language)[number] for number in row if number != PADDING)
    (hair, end) = numbers("hår", "nb")
    assert [writes(language)[hair] for language in LANGUAGES] == [one == "nb" for one in LANGUAGES]
    assert all(writes(language)[end] for language in LANGUAGES)


def test_more_beams_give_different_captions_the_likeliest_first() -> None:
    found = search(small(), looked_at(), STARTS, 4)
    total = found["chances"].double().log().sum(2)
    assert bool((total[:, :-1] >= total[:, 1:] - 1e-9).all())
    for some in found["words"].tolist():
        assert len({tuple(one) for one in some}) == 4


def test_attention_is_shared_out_over_the_places_at_each_word() -> None:
    found = search(small(), looked_at(), STARTS, 3)
    total = found["attention"].sum(3)
    said_something = found["words"] != PADDING
    assert found["attention"].shape[3] == PLACES
    assert torch.allclose(total[said_something], torch.ones(int(said_something.sum())), atol=1e-5)
    assert not total[~said_something].any()


# Measured


def test_baselines_know_nothing_of_the_picture_or_take_the_nearest_one() -> None:
    usual = most_frequent(EXAMPLES)
    assert {fact.name for fact in usual} <= {fact.name for told in EXAMPLES for fact in told}
    assert [fact.name for fact in usual].count("clothing") == 1
    assert nearest(some_portraits(), some_portraits()) == list(range(40))


def test_new_combinations_are_measured_where_they_are() -> None:
    new = next(fact for fact in all_facts() if is_new(fact))
    seen = new._replace(color=next(f.color for f in all_facts() if f[:2] == new[:2] and not is_new(f)))
    assert accuracy_on_new([[new], [new]], [[new], [seen]]) == 1.0
    assert accuracy_on_new([[seen], [new]], [[new], [seen]]) == 0.5
    assert combined([[new], [new]], [[new], [seen]]) == 1.0
    assert combined([[seen], [new]], [[new], [seen]]) == 0.0


def test_the_card_says_what_is_measured_again() -> None:
    card, again = read_card(WEIGHTS).metrics, evaluate(samples=150)
    assert again.keys() == card.keys()
    for name, metric in again.items():
        assert metric.bar == card[name].bar
        # Of some forty new combinations, each is worth 0.025.
        spread = {"new": 0.1, "combined": 0.15}.get(name.partition(".")[0], 0.04)
        assert abs(metric.value - card[name].value) < spread, name
    for language in LANGUAGES:
        assert card[f"accuracy.{language}"].value > card["nearest"].value + 0.2


def test_it_speaks_the_language_it_is_asked_for() -> None:
    pictures: Tensor = some_portraits().pictures(slice(0, 6))
    found = direct(describe, picture=pictures, language=torch.tensor([0, 1, 2] * 2), beams=1)
    for number, row in zip([0, 1, 2] * 2, found["words"][:, 0].tolist(), strict=True):
        spoken = set(read(row))
        own = {
            word for told in all_facts() for word in words(phrase(LANGUAGES[number], told), LANGUAGES[number])
        }
        assert len(spoken & own) > len(spoken) / 2
