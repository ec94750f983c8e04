"""The sentences in three languages: grammatical in each, one for each meaning, split by combinations, and cut
into pieces that a net can number."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, islice

import pytest

from demos.data.sentences import corpus, pieces
from demos.data.sentences.card import card, counts
from demos.data.sentences.corpus import SPLITS, sentences, split_of
from demos.data.sentences.lexicon import LANGUAGES, entry, group, lexicon, noun
from demos.data.sentences.meaning import KINDS, Meaning, Thing, meanings, words_of
from demos.data.sentences.pieces import END, INTO, SPECIAL
from demos.kit.vocabulary import UNKNOWN

SOME = tuple(dict.fromkeys(islice(meanings(3), 4000)))
KEY, BOOK = Thing("nouns/things/key", "whose", (), "own"), "nouns/reading/book"
HOUSE, CAR = Thing("nouns/large/house"), Thing("nouns/large/car")
BIG, SMALL = "adjectives/size/big", "adjectives/size/small"
SAID = {
    "the verb stands second, and the time first in Chinese": (
        Meaning(
            "act", "says", "she", "verbs/buy", "past", Thing(BOOK, "a"), time="past/yesterday", begins=True
        ),
        ("I går kjøpte hun ei bok.", "Yesterday she bought a book.", "昨天她买了一本书。"),
    ),
    "denied in the past": (
        Meaning("act", "denies", "she", "verbs/buy", "past", Thing(BOOK, "this")),
        ("Hun kjøpte ikke denne boka.", "She did not buy this book.", "她没有买这本书。"),
    ),
    "her own": (
        Meaning("act", "says", "people/Ingrid", "verbs/find", "past", KEY),
        ("Ingrid fant nøkkelen sin.", "Ingrid found her key.", "英格丽找到了自己的钥匙。"),
    ),
    "gender": (
        Meaning("contrast", thing=HOUSE, other=CAR, word=BIG, verb=SMALL),
        (
            "Huset er stort, men bilen er liten.",
            "The house is big, but the car is small.",
            "房子很大，但是汽车很小。",
        ),
    ),
    "when, how, what": (
        Meaning(
            "travels", "says", "she", "vehicles/train", "future", word="towns/Bergen", time="future/tomorrow"
        ),
        (
            "Hun skal reise til Bergen med tog i morgen.",
            "She will go to Bergen by train tomorrow.",
            "她明天要坐火车去卑尔根。",
        ),
    ),
    "measure words": (
        Meaning(
            "exists",
            thing=Thing("nouns/animals/cat", "3"),
            place="nouns/furniture/table",
            relation="relations/under",
        ),
        ("Det er tre katter under bordet.", "There are three cats under the table.", "桌子下面有三只猫。"),
    ),
    "none, by gender": (
        Meaning("has", "denies", "I", thing=Thing("nouns/things/map", "none")),
        ("Jeg har ikke noe kart.", "I have no map.", "我没有地图。"),
    ),
    "half past": (
        Meaning("departure", thing=Thing("nouns/departures/train"), word="towns/Hamar", hour=(3, 2)),
        (
            "Toget til Hamar går klokka halv fire.",
            "The train to Hamar leaves at half past three.",
            "去哈马尔的火车三点半开。",
        ),
    ),
    "asked": (
        Meaning("act", "what", "they", "verbs/look-for", "now", time="now/now"),
        ("Hva leter de etter nå?", "What are they looking for now?", "他们现在正在找什么？"),
    ),
    "compared": (
        Meaning("compare", thing=HOUSE, other=CAR, word="adjectives/size/expensive"),
        ("Huset er dyrere enn bilen.", "The house is more expensive than the car.", "房子比汽车贵。"),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_meaning_is_said_as_each_language_says_it(name: str) -> None:
    meaning, said = SAID[name]
    assert tuple(sentences(meaning).values()) == said


def test_all_kinds_are_drawn() -> None:
    drawn = {meaning.kind for meaning in SOME}
    assert len(drawn) >= 18
    assert len(KINDS) >= len(drawn)


def test_each_sentence_has_one_meaning_and_one_translation() -> None:
    meant = {language: defaultdict(set) for language in LANGUAGES}
    for meaning in SOME:
        said = sentences(meaning)
        for language, text in said.items():
            meant[language][text].add(tuple(said.values()))
    for language in LANGUAGES:
        assert [some for some in meant[language].values() if len(some) > 1] == []


def test_a_word_that_lacks_a_form_is_named() -> None:
    with pytest.raises(ValueError, match=r"lexicon\.yml, nouns/things/key, nb: .*lacks a form"):
        entry("nouns/things/key", "nouns", {"nb": "en nøkkel", "en": "key keys", "zh": "把 钥匙"})
    with pytest.raises(KeyError, match="no noun spaceship"):
        noun("spaceship")
    with pytest.raises(KeyError, match="no spaceships"):
        group("spaceships")


# Splits


def test_a_test_sentence_has_words_that_never_stand_together_in_training() -> None:
    together = {
        pair
        for meaning in SOME
        if split_of(meaning) == "train"
        for pair in combinations(sorted(words_of(meaning)), 2)
    }
    tested = [meaning for meaning in SOME if split_of(meaning) == "test"]
    assert 0.05 < len(tested) / len(SOME) < 0.25
    for meaning in tested:
        assert not set(combinations(sorted(words_of(meaning)), 2)) <= together


def test_every_word_is_learned() -> None:
    """All but one of the words occur in a twentieth of the training sentences or so; in all of them, all."""
    known = {word for meaning in SOME if split_of(meaning) == "train" for word in words_of(meaning)}
    assert len({entry.name for entry in lexicon().values()} - known) < 20


def test_unknown_words_are_for_training_alone() -> None:
    for meaning in SOME:
        if any("□" in text for text in sentences(meaning).values()):
            assert split_of(meaning) in ("train", "")


def test_the_card_counts_what_there_is() -> None:
    counted = counts(400)
    assert sum(counted[split] for split in SPLITS) <= 400
    assert counted["words"] == 254
    for text in (card(counted).origin, card(counted).size, card(counted).lacks):
        for language in LANGUAGES:
            assert text[language].format(**counted)


# Pieces


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_read_and_written_back(language: str) -> None:
    for meaning in SOME[:600]:
        text = sentences(meaning)[language]
        numbers = pieces.numbered(text, language, "en")
        assert (numbers[0], numbers[-1]) == (INTO["en"], END)
        if "□" not in text:
            assert UNKNOWN not in numbers
        assert pieces.text_of(numbers[1:], language) == text
        assert pieces.mask(language)[numbers[1:]].all(), text


def test_the_vocabulary_holds_the_pieces_of_the_sentences() -> None:
    found = corpus.inventory(3000)
    held = dict(zip(pieces.table(), pieces.writers(), strict=True))
    assert tuple(held)[: len(SPECIAL)] == SPECIAL
    for piece, languages in found.items():
        assert languages <= set(held[piece]), piece
    assert len(held) == len(pieces.table()), "each once"


@pytest.mark.parametrize(
    ("language", "text", "read"),
    [
        ("en", "she doesn't  read this book", "she does not read this book ."),
        ("nb", "Boken er rød!", "Boken er rød ."),
        ("zh", "小梅在学校?", "小 梅 在 学 校 ？"),
        ("zh", "袋熊在学校", "袋熊 在 学 校 。"),
        ("nb", "", ""),
    ],
)
def test_a_readers_sentence_is_read_as_the_sentences_are_written(language: str, text: str, read: str) -> None:
    assert " ".join(piece.text for piece in pieces.pieces(pieces.tidied(text), language)) == read


def test_other_spellings_are_known() -> None:
    assert len({pieces.number_of(text, "nb") for text in ("boken", "boka", "BOKA")} - {UNKNOWN}) == 1
    assert pieces.number_of("ingrid", "en") == pieces.number_of("Ingrid", "en") != UNKNOWN
    assert {pieces.number_of(text, "nb") for text in ("<nb>", "kenguru", "house")} == {UNKNOWN}
    assert pieces.number_of("I", "nb") == pieces.number_of("i", "nb") != pieces.number_of("I", "en")


@pytest.mark.parametrize(
    ("text", "own", "language"),
    [
        ("Katten er stor.", "en", "nb"),
        ("The cat is big.", "nb", "en"),
        ("猫很大。", "nb", "zh"),
        ("Tom Ada xyz", "en", "en"),
        ("Tom", "nb", "nb"),
        ("Tom", "zh", "nb"),
    ],
)
def test_a_language_is_told_by_its_words(text: str, own: str, language: str) -> None:
    assert pieces.language_of(text, own) == language
