"""Captions: what is said of a portrait, how each language says it, and the words that become numbers."""

from __future__ import annotations

import random
import re
from itertools import chain

import pytest
import torch

from demos.data.avatars import render, sample
from demos.data.avatars.anatomy import LANDMARKS
from demos.data.avatars.factors import BY_NAME, replace
from demos.data.captions import grammar as grammars
from demos.data.captions import reading
from demos.data.captions import tokens as words
from demos.data.captions.facts import COLORS, PALETTES, SAID, Fact, attributes, facts, rows
from demos.data.captions.grammar import KINDS, LANGUAGES, Writer, grammar
from demos.data.captions.tokens import LENGTH, PADDING, START, UNKNOWN, numbers, tokens, vocabulary
from demos.data.captions.words import on_unknown
from demos.data.captions.words import words as words_of
from tests.demos.kit import words as labels_in

EXAMPLES = rows(sample(400, seed=11))


def written(language: str, held_out: bool = False, count: int = 400) -> list[tuple[str, list[Fact]]]:
    return [
        Writer(language, random.Random(i), held_out).write(facts(row))
        for i, row in enumerate(EXAMPLES[:count])
    ]


def said_of(**values: float | str) -> dict[str, Fact]:
    plain: dict[str, float | str] = {"glasses": "none", "hat": "none", "beard": "none", "blink": 0.0}
    (row,) = rows(replace(sample(1, seed=1), **(plain | values)))
    return {fact.name: fact for fact in facts(row)}


# What can be said


def test_captions_exist_in_every_language_of_the_site() -> None:
    assert LANGUAGES == ("en", "nb", "zh")


def test_a_fact_says_what_the_factors_are() -> None:
    said = said_of(glasses="round", glasses_color="red", hat="beanie", hat_color="navy", smile=0.9)
    assert said["glasses"] == ("glasses", "round", "red")
    assert said["hat"] == ("hat", "beanie", "navy")
    assert said["smile"].value == "broad"
    assert said["beard"] == ("beard", "none", "")


def test_what_cannot_be_seen_is_not_said() -> None:
    assert "iris" in said_of()
    assert "iris" not in said_of(glasses="sunglasses")
    assert "iris" not in said_of(blink=0.9)
    assert "hair" not in said_of(hair="afro", hat="cap")
    assert "hair" in said_of(hair="long", hat="cap")
    assert "hair" not in said_of(hair="long", hat="headscarf")
    assert said_of(hair="bald")["hair"].color == ""


@pytest.mark.parametrize(("value", "yaw"), [("left", -0.9), ("right", 0.9)])
def test_sides_are_those_of_the_picture(value: str, yaw: float) -> None:
    assert said_of(yaw=yaw)["turn"].value == value
    straight, turned = (
        render(replace(sample(1, seed=1), yaw=y, roll=0.0)).landmarks[0, :, 0] for y in (0.0, yaw)
    )
    tip = LANDMARKS.index("nose_tip")
    assert (turned - straight)[tip].sign() == (1 if value == "right" else -1)


@pytest.mark.parametrize(("value", "pitch"), [("up", 0.9), ("down", -0.9)])
def test_up_and_down_are_those_of_the_picture(value: str, pitch: float) -> None:
    assert said_of(pitch=pitch)["nod"].value == value
    straight, turned = (
        render(replace(sample(1, seed=1), pitch=p, roll=0.0)).landmarks[0, :, 1] for p in (0.0, pitch)
    )
    tip = LANDMARKS.index("nose_tip")
    assert (turned - straight)[tip].sign() == (-1 if value == "up" else 1)


def test_light_comes_from_the_side_that_is_said() -> None:
    bald = replace(sample(1, seed=1), hair="bald", yaw=0.0, roll=0.0, hat="none")
    left, right = (render(replace(bald, light=light)).images[0, :, 20:50] for light in (-1.0, 1.0))
    half = left.shape[-1] // 2
    assert said_of(light=-1.0)["light"].value == "left"
    assert (left - right)[..., :half].mean() > 0 > (left - right)[..., half:].mean()


# How it is said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_and_every_color_can_be_said(language: str) -> None:
    said = grammar(language)
    for name in SAID:
        values = {fact.value for row in EXAMPLES for fact in facts(row) if fact.name == name}
        assert values
        assert all((name, value) in said.phrases for value in values)
    for name, factor in COLORS.items():
        assert set(said.colors[PALETTES[name]]) == set(BY_NAME[factor].classes)


def test_all_languages_say_the_same_facts() -> None:
    first, *others = (set(grammar(language).phrases) for language in LANGUAGES)
    assert all(first == other for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_and_frames_use_only_known_marks(language: str) -> None:
    said = grammar(language)
    for phrase in chain(*said.phrases.values()):
        assert phrase.kind in KINDS
        assert set(re.findall(r"{(.*?)}", phrase.text)) <= {"c", "c!", "en", "en!", "et", "et!", "de", "de!"}
    assert {slot for frame in said.frames for slot in frame.slots} <= set(KINDS)
    assert any(frame.held_out for frame in said.frames)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held_out", [False, True])
def test_no_mark_is_left_in_a_caption(language: str, held_out: bool) -> None:
    for text, said in written(language, held_out):
        assert said
        assert text
        assert not re.search(r"[{}\[\]()!~|/]|  | ,|[,:.]$|^[ ,]", text), text


@pytest.mark.parametrize(("language", "text"), [("en", "red"), ("nb", "rød"), ("zh", "红")])
def test_a_caption_says_its_facts(language: str, text: str) -> None:
    fact = Fact("glasses", "round", "red")
    captions = [Writer(language, random.Random(i)).write([fact]) for i in range(60)]
    assert all((text in caption) == bool(said[0].color) for caption, said in captions)
    assert {said[0].value for _, said in captions} == {"round", "any"}


def test_norwegian_colors_agree_with_their_nouns() -> None:
    def said(fact: Fact) -> str:
        return " ".join(Writer("nb", random.Random(i)).write([fact])[0] for i in range(80))

    assert re.search(r"røde (runde )?briller", said(Fact("glasses", "any", "red")))
    assert "rødt pannebånd" in said(Fact("hat", "headband", "red"))
    assert "rød caps" in said(Fact("hat", "cap", "red"))


def test_norwegian_adjectives_agree_with_the_person() -> None:
    texts = [Writer("nb", random.Random(i)).write([Fact("skin", "light")])[0] for i in range(1000)]
    pale = [text for text in texts if "blek" in text and "hud" not in text]
    assert any("et blekt barn" in text for text in pale)
    assert any("en blek mann" in text for text in pale)
    assert not any("/" in text for text in texts)
    for text in pale:
        assert ("blekt" in text) == bool(re.search(r"barn|ansikt", text)), text


def test_no_sentence_says_only_whom_it_is_about() -> None:
    facts_ = [Fact("clothing", "hoodie", "red")]
    texts = [Writer("en", random.Random(i)).write(facts_)[0] for i in range(400)]
    assert any(re.match(r"the \w+ wears a red", text) for text in texts)
    assert not any(re.match(r"the \w+\.", text) for text in texts)


def test_no_beard_is_given_to_a_woman() -> None:
    for language, women in (("en", r"woman|lady|girl"), ("nb", r"kvinn|dame|dama|jent"), ("zh", "女|姑娘")):
        texts = [
            Writer(language, random.Random(i)).write([Fact("beard", beard)])[0]
            for beard in ("full", "none")
            for i in range(60)
        ]
        assert not any(re.search(women, text) for text in texts[:60])
        assert any(re.search(women, text) for text in texts[60:])


@pytest.mark.parametrize(
    ("fact", "of"),
    [
        (Fact("hat", "cap", "red"), {"hat", "hat_color"}),
        (Fact("glasses", "any", "red"), {"glasses", "glasses_color"}),
        (Fact("background", "any", "blue"), {"background"}),
        (Fact("background", "stripes"), {"pattern"}),
        (Fact("iris", "any", "green"), {"iris"}),
        (Fact("brows", "raised"), {"brow_raise"}),
        (Fact("lips", "thin"), {"lip_fullness"}),
        (Fact("smile", "broad"), {"smile"}),
    ],
)
def test_a_fact_says_something_of_attributes(fact: Fact, of: set[str]) -> None:
    assert attributes(fact) == of


def test_every_fact_says_something_of_an_attribute() -> None:
    for row in EXAMPLES:
        for fact in facts(row):
            assert attributes(fact) <= set(BY_NAME), fact
            assert attributes(fact)


def test_equal_chance_writes_equal_captions() -> None:
    assert written("nb", count=20) == written("nb", count=20)


def spoken(language: str, held_out: bool) -> set[str]:
    """All phrases with a color in them, as they stand in captions."""
    writer = Writer(language, random.Random(0), held_out=True)
    return {
        writer.spoken(phrase, Fact(name, value, color), brief=True).strip()
        for (name, value), phrases in grammar(language).phrases.items()
        if name in PALETTES
        for phrase in phrases
        if phrase.held_out == held_out and phrase.takes_color
        for color in BY_NAME[COLORS[name]].classes
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_training_never_sees_what_is_held_out(language: str) -> None:
    allowed = spoken(language, held_out=False)
    only = {text for text in spoken(language, held_out=True) if not any(text in other for other in allowed)}
    assert len(only) > 20
    assert not [text for text, _ in written(language) if any(phrase in text for phrase in only)]
    assert [text for text, _ in written(language, held_out=True) if any(phrase in text for phrase in only)]


def test_measured_captions_name_colors_by_words_of_one_meaning() -> None:
    writer = Writer("en", random.Random(0), held_out=True)
    assert {writer.color(Fact("background", "any", "sky")) for _ in range(40)} == {"sky blue", "light blue"}
    free = Writer("en", random.Random(0))
    assert "blue" in {free.color(Fact("background", "any", "sky")) for _ in range(40)}


def test_a_language_without_a_grammar_is_named() -> None:
    with pytest.raises(KeyError, match="no captions in 'fr'; there are en, nb, zh"):
        grammar("fr")


# Words and numbers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("held_out", [False, True])
def test_the_vocabulary_holds_every_word_of_every_caption(language: str, held_out: bool) -> None:
    for text, _ in written(language, held_out):
        assert [text[t.start : t.end] for t in tokens(text) if not t.known] == []


def test_the_vocabulary_holds_no_word_twice() -> None:
    lines = words.VOCABULARY.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == len(vocabulary())
    assert lines[:3] == list(words.SPECIAL)


def test_tokens_say_where_they_stand_and_whether_they_are_known() -> None:
    text = "En dame med Røde frumpebriller"
    found = tokens(text)
    assert [text[t.start : t.end] for t in found] == ["En", "dame", "med", "Røde", "frumpebriller"]
    assert [t.known for t in found] == [True, True, True, True, False]


def test_chinese_is_read_by_characters() -> None:
    text = "戴红色眼镜的女人，T恤"
    assert [text[t.start : t.end] for t in tokens(text)] == [*"戴红色眼镜的女人", "T", "恤"]
    assert all(t.known for t in tokens(text))


def read(text: str) -> list[str]:
    """The words of the vocabulary that a text is read as; those that it lacks with a question mark."""
    by_number = list(vocabulary())
    return [by_number[t.number] if t.known else f"{text[t.start : t.end]}?" for t in tokens(text)]


@pytest.mark.parametrize(
    ("text", "words_read"),
    [
        ("RØDE briller!", "røde briller"),
        ("bla\u030a øyne", "blå øyne"),  # as macOS composes it
        ("Ｔ恤，Ｖ领", "t 恤 v 领"),
        ("戴红色眼镜 的女人。", "戴 红 色 眼 镜 的 女 人"),
        ("t\u2011shirt", "t-shirt"),
        ("et blekt barn", "et blek barn"),
        ("skjegget, lua og brillene", "skjegg lue og briller"),
        ("two hats, a woman’s glasses", "two hat a woman glasses"),
        ("a blue-eyed, red-haired girl", "a blue eyes red hair girl"),
        ("rødhåret jente med damehatt", "rød håret jente med dame hatt"),
        ("without a cape, 3 manatees", "without? a cape? 3? manatees?"),
        ("uten briller", "uten? briller"),
        ("紅色眼鏡", "紅? 色 眼 鏡?"),
    ],
)
def test_what_readers_type_is_read(text: str, words_read: str) -> None:
    assert read(text) == words_read.split()


def test_parts_of_a_word_stand_where_they_do_in_the_text() -> None:
    text = "en mørkhåret blue-eyed mann"
    assert [text[t.start : t.end] for t in tokens(text)] == ["en", "mørk", "håret", "blue", "eyed", "mann"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("戴红色眼镜的女人", "戴 红色 眼镜 的 女人"),
        ("一个满脸胡子的男人，戴皇冠", "一个 满脸胡子 的 男人 戴 皇 冠"),
        ("头，发", "头 发"),  # apart in the text, they are no word
        ("rødhåret dame uten hatt", "rød håret dame uten hatt"),
        ("", ""),
    ],
)
def test_a_reader_sees_words_where_the_encoder_reads_characters(text: str, seen: str) -> None:
    found = words_of(text)
    assert [word.text for word in found] == seen.split()
    assert [end for word in found for end in range(word.first, word.end)] == list(range(len(tokens(text))))
    for word in found:
        assert word.known == all(t.known for t in tokens(text)[word.first : word.end])


def test_numbers_begin_with_a_start_and_are_padded_or_cut() -> None:
    table = numbers(["", "a red hat qwerty", "hat " * 100])
    assert table.shape == (3, LENGTH)
    assert table.dtype == torch.int64
    assert table[0].tolist() == [START] + [PADDING] * (LENGTH - 1)
    assert table[1, 4] == UNKNOWN
    assert (table[1, 5:] == PADDING).all()
    assert (table[2, 1:] == vocabulary()["hat"]).all()


def test_hardly_any_caption_is_cut_off() -> None:
    texts = [text for language in LANGUAGES for text, _ in written(language)]
    assert sum(len(tokens(text)) >= LENGTH for text in texts) <= 0.01 * len(texts)


def test_each_language_file_is_read_once() -> None:
    assert grammars.grammar("nb") is grammars.grammar("nb")


# The way back


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_caption_says_is_read_out_of_it(language: str, held_out: bool) -> None:
    """Nearly all facts, and hardly any that it doesn't say."""
    read = meant = right = 0
    for text, told in written(language, held_out, 200):
        found = {fact.name: fact for fact in reading.said(text)}
        wanted = {fact.name: fact for fact in told}
        read, meant = read + len(found), meant + len(wanted)
        right += sum(found.get(name) == fact for name, fact in wanted.items())
    assert right > 0.8 * meant
    assert right > 0.8 * read


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("en dame med røde briller og lua på", [("glasses", "any", "red"), ("hat", "beanie", "")]),
        ("戴红色眼镜的女人，黑色刘海", [("glasses", "any", "red"), ("hair", "fringe", "black")]),
        ("A woman with long black hair on a teal background",
         [("hair", "long", "black"), ("background", "any", "teal")]),
        ("teal background, no glasses", [("background", "any", "teal"), ("glasses", "none", "")]),
        ("en mann uten briller", [("glasses", "any", "")]),  # as a model reads it that never learned “uten”
        ("a dark hat", [("hat", "brim", "")]),  # dark is no color that hats have
        ("a crown", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_readers_ask_for_is_read(text: str, facts: list[tuple[str, str, str]]) -> None:
    assert [tuple(fact) for fact in reading.said(text)] == facts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_and_every_color_has_a_name_that_is_read_as_itself(language: str) -> None:
    for (name, value), ways in grammar(language).phrases.items():
        if not all(way.needs_color for way in ways):
            text = reading.named(language, name, value)
            assert reading.said(text) == [Fact(name, value, "")], text
    for factor in set(COLORS.values()):
        for color in BY_NAME[factor].classes:
            assert reading.named(language, factor, color).strip()


@pytest.mark.parametrize(("language", "row"), [("nb", "a, b, c"), ("en", "a, b, c"), ("zh", "a、b、c")])
def test_texts_stand_in_a_row_as_the_language_puts_them(language: str, row: str) -> None:
    labels = labels_in("text_to_image", language)
    assert labels.listed(["a", "b", "c"]) == row
    assert labels.sentences(["A.", "B."]) == ("A.B." if language == "zh" else "A. B.")
    assert labels.listed([]) == labels.sentences([]) == ""


def test_words_that_are_not_known_are_named_and_close_ones_proposed() -> None:
    labels = labels_in("text_to_image", "en")
    assert on_unknown(labels, "a red hat", "green eyes") == []
    found = on_unknown(labels, "a sombrero", "red glases and a sombrero")
    assert found[0].startswith("**Unknown to the model:** “sombrero”, “glases”.")
    assert found[-1] == "Did you mean “glasses”?"
