"""The n-gram model: it equals its formula computed by hand, sums to 1, and writes the same everywhere."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

import numpy as np
import pytest

from demos.data.texts import characters
from demos.data.texts.characters import END, PADDING, START, UNKNOWN
from demos.data.texts.corpus import LANGUAGES, corpus
from demos.models.ngrams import HIGHEST, NGrams, sequence, trained
from demos.models.ngrams.model import draw, outcomes
from demos.models.ngrams.trained import beginning, characters_of, copied, validation

TINY = ("abab", "abc\nå", "b")
D = 0.4


def by_hand(documents: tuple[str, ...], history: list[int], number: int, order: int) -> float:
    """The formula of the docstring, with counts from plain loops over every document."""
    p = 1 / (len(characters.written()) - 2)  # all but padding and start
    for k in range(order + 1):
        if len(history) < k:
            break
        after: Counter[int] = Counter()
        for document in documents:
            numbers = [START, *characters.numbers(document), END]
            for i in range(1, len(numbers)):
                if i >= k and numbers[i - k : i] == history[len(history) - k :]:
                    after[numbers[i]] += 1
        seen = sum(after.values())
        if not seen:
            break
        p = max(after[number] - D, 0) / seen + D * len(after) / seen * p
    return p


@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_probabilities_equal_the_formula_by_hand(order: int) -> None:
    model = NGrams(sequence(TINY), 5)
    for text in ("", "a", "ab", "aba", "abc\n", "zz", "babab", "b漢", "🙂a", "abcabcabcabc"):
        history = [START, *characters.numbers(text)]
        p = model.following(model.context(history), order, D)
        for number in [*characters.numbers("abcå\nz漢"), UNKNOWN, END]:
            assert p[number] == pytest.approx(by_hand(TINY, history, number, order), rel=1e-12)


def test_a_formula_small_enough_to_work_out_on_paper() -> None:
    """“ab” and “a”: after a comes b once and the end once; in all, a twice, b once, the end twice."""
    model = NGrams(sequence(("ab", "a")), 1)
    (a, b), base = characters.numbers("ab"), 1 / (len(characters.written()) - 2)
    order_0 = (1 - D) / 5 + D * 3 / 5 * base
    state = model.context([START, a])
    assert model.following(state, 0, D)[b] == pytest.approx(order_0)
    assert model.following(state, 1, D)[b] == pytest.approx((1 - D) / 2 + D * 2 / 2 * order_0)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("discount", [0.05, 0.5, 0.95])
def test_probabilities_sum_to_one_after_any_context(language: str, discount: float) -> None:
    model = trained(language, 5000).model
    start = [START, *characters.numbers(corpus(language, "train")[0][:40])]
    contexts = [[], [START], start, [*start, END], [UNKNOWN] * 12, [*start, UNKNOWN]]
    contexts += [
        [START, *characters.numbers(text)] for text in ("«Hei», sa", "“Hi", "你好，", "🙂🙂", "\n\n", " ")
    ]
    for context in contexts:
        for order in range(HIGHEST + 1):
            p = model.following(model.context(context), order, discount)
            assert p.sum() == pytest.approx(1, abs=1e-12)
            assert p[[PADDING, START]].tolist() == [0, 0]
            assert np.delete(p, [PADDING, START]).min() > 0


def test_a_text_is_rated_as_its_characters_are_one_by_one() -> None:
    model = trained("en", 5000).model
    numbers = sequence(("The owl 🙂 said “no”.", "Quiet, 漢字!"))
    rows = model.probabilities(numbers, D)
    assert rows.shape == (HIGHEST + 1, len(numbers) - 2)
    for order in range(HIGHEST + 1):
        expected, state = [], model.context([])
        for number in numbers.tolist():
            if number != START:
                expected.append(model.following(state, order, D)[number])
            state = model.moved(state, number)
        assert rows[order] == pytest.approx(expected, rel=1e-12)


def test_the_cross_entropy_of_a_tiny_corpus_equals_the_one_by_hand() -> None:
    model = NGrams(sequence(TINY), 3)
    text = "abå🙂"
    numbers = [START, *characters.numbers(text), END]
    for order in range(4):
        bits = [-math.log2(by_hand(TINY, numbers[:i], numbers[i], order)) for i in range(1, len(numbers))]
        assert model.bits(sequence((text,)), D)[order] == pytest.approx(sum(bits) / len(bits), rel=1e-12)


def test_no_context_reaches_into_the_document_before() -> None:
    together, apart = NGrams(sequence(("ab", "ab")), 4), NGrams(sequence(("ab",)), 4)
    assert [len(level.keys) for level in together.levels] == [len(level.keys) for level in apart.levels]
    assert all((a.counts == 2 * b.counts).all() for a, b in zip(together.levels, apart.levels, strict=True))


def test_orders_above_the_first_unknown_one_say_the_same() -> None:
    model = NGrams(sequence(TINY), 5)
    state = model.context([START, *characters.numbers("cb")])
    assert model.used(state, 5) == 1
    p = [model.following(state, order, D) for order in range(6)]
    assert all((p[1] == other).all() for other in p[2:])
    assert model.used(model.context([UNKNOWN]), 5) == 0


# Writing


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("nb", "Tåke i den radioe. Reg har klokka seg ba"),
        ("en", "Up Mound. Arth a was a gave missix backe"),
        ("zh", "哈尔滨星期天天气，两个人。\n三、其他。卫东说，“不过我认识一个钟头。“那我们后面"),
    ],
)
def test_what_is_written_is_the_same_on_every_machine(language: str, begins: str) -> None:
    model = trained(language, 20_000).model
    allowed = characters.mask(language).numpy()
    numbers = list(islice(model.write([START], 3, 0.5, seed=7, allowed=allowed), 300))
    again = list(islice(model.write([START], 3, 0.5, seed=7, allowed=allowed), 300))
    assert numbers == again
    assert characters.text_of(numbers[:40]) == begins


def test_only_what_the_mask_allows_is_written() -> None:
    model = NGrams(sequence(("你好，Ada。", "hei på deg, 猫")), 2)
    for language in LANGUAGES:
        allowed = characters.mask(language).numpy()
        numbers = list(islice(model.write([START], 2, 0.9, seed=1, temperature=2, allowed=allowed), 400))
        assert allowed[numbers].all()


def test_temperature_zero_takes_the_most_probable_and_a_high_one_evens_out() -> None:
    p = np.array([0.1, 0.6, 0.0, 0.3])
    assert {draw(p, 0, chance) for chance in (0.0, 0.5, 0.999)} == {1}
    assert draw(p, 1, 0.0) == 0
    assert draw(p, 1, 0.65) == 1
    assert draw(p, 1, 0.75) == 3
    assert draw(p, 1, 1 - 2**-53) == 3
    chances = (np.arange(1000) + 0.5) / 1000
    shares = [Counter(draw(p, t, chance) for chance in chances)[1] / 1000 for t in (0.5, 1, 2)]
    exact = [(p**e)[1] / (p**e).sum() for e in (2, 1, 0.5)]
    assert shares == pytest.approx(exact, abs=0.002)
    assert {draw(p, 0.05, chance) for chance in chances} == {1}


# Of the corpora


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_loss_falls_with_order_and_validation_loss_turns(language: str) -> None:
    training, unseen = trained(language, 20_000).losses(language, 0.25)
    assert training == sorted(training, reverse=True)
    best = unseen.index(min(unseen))
    assert 2 <= best <= 4
    assert unseen[HIGHEST] > unseen[best] + 0.3
    _, more = trained(language, 1_000_000).losses(language, 0.25)
    assert more[HIGHEST] < unseen[HIGHEST] - 1


def test_the_amount_is_what_was_counted() -> None:
    assert beginning(("abc", "defg", "h"), 5) == ["abc", "de"]
    assert beginning(("abc",), 0) == ["a"]
    assert characters_of("nb", 1234) == 1234
    whole = characters_of("zh", 10**9)
    assert whole == sum(map(len, corpus("zh", "train")))
    one = trained("zh", 1234)
    assert (one.numbers > END).sum() + (one.numbers == UNKNOWN).sum() == 1234


def test_validation_shares_no_document_with_training() -> None:
    for language in LANGUAGES:
        assert not set(corpus(language, "train")) & set(corpus(language, "validation"))
        assert len(validation(language)) > 10_000


def test_counting_below_order_zero_knows_all_alike() -> None:
    base = outcomes()
    assert base.sum() == pytest.approx(1)
    assert len(set(base[base > 0])) == 1


@pytest.mark.parametrize("least", [1, 2, 3, 5])
def test_copied_stretches_equal_those_by_trying_all(least: int) -> None:
    text = "the cat sat on the mat, and the dog sat too"
    for written in ("the cat on the mat sat too", "xyz", "", "the cat sat", "a dog and a dog", "t"):
        found = [(one.start, one.end) for one in copied(written, text, least)]
        inside = [
            (i, j)
            for i in range(len(written))
            for j in range(i + least, len(written) + 1)
            if written[i:j] in text
        ]
        longest = [
            (i, j) for i, j in inside if not any(a <= i and j <= b and (a, b) != (i, j) for a, b in inside)
        ]
        assert found == longest
