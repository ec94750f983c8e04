"""The tokens demo: its pieces are the library's, its merges come in order, its presets are true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tokenizers import Tokenizer, models, trainers

from demos.apps.tokens import app as demo
from demos.apps.tokens import pairs
from demos.apps.tokens.drawing import LINES, Part, drawn
from demos.apps.tokens.pairs import BYTES, EVERYTHING, MOST, TRAINED_ON, Cutter, learned
from demos.data.texts.corpus import LANGUAGES
from demos.kit.charts import NARROW, WIDTH, Bar, Drawing, Words
from demos.kit.functions import direct
from demos.kit.state import parse
from tests.demos.kit import app, demos, words

TEXTS = {
    "nb": "Blåbærsyltetøyet på kjøkkenbordet smaker som sommeren i fjor.",
    "en": "“It’s only the wind,” said Ada, counting 12 umbrellas (again).",
    "zh": "厨房里飘来一阵葱油饼的香味，大家都坐好了。",
    "mixed": "Ada说：«hei», GAN和RNN — æøå Ωж ١٢٣",
    "emoji": "🙂👩‍👩‍👧🇳🇴 e\u0301",
    "spaces": "  a \n\n b\t c   ",
    "signs": "|*_`<b>&amp; \\ ''s 's ###",
    "long": "sammenslåing " * 400,
    "same": "a" * 3000,
    "empty": "",
}


def trained(language: str, merges: int) -> Tokenizer:
    """A tokenizer that the library trains to this size, and nothing of ours."""
    tokenizer = pairs.blank(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges, initial_alphabet=BYTES, special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(pairs.documents(language), trainer)
    return tokenizer


def states(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """The last part of an answer."""
    part = app("tokens").tab(tab)
    *_, last = part.answer(direct, words("tokens", lang), **part.defaults | changed)
    return last


def preset(name: str, lang: str) -> dict[str, Any]:
    query = {"preset": name, **demos()["tokens"].presets[name].state_in(lang)}
    parsed = parse(app("tokens"), query)
    *_, last = parsed.tab.answer(direct, words("tokens", lang), **parsed.state)
    return last


def row(drawing: Drawing, name: str) -> list[str]:
    """The parts of a cut in a chart, without their numbers: those whose words stand above an underline."""
    texts = [thing for thing in drawing.things if isinstance(thing, Words)]
    start = next(i for i, thing in enumerate(texts) if thing.text.startswith(name))
    rest = texts[start + 1 :]
    end = next((i for i, t in enumerate(rest) if t.anchor == "start" and not t.text.startswith("…")), None)
    return [thing.text for thing in rest[:end] if thing.color == -1]


# The library's output


@pytest.mark.parametrize("language", TRAINED_ON)
def test_pieces_equal_the_librarys_at_every_size(language: str) -> None:
    for merges in (0, 37, 1000, MOST):
        library = trained(language, merges)
        for text in TEXTS.values():
            ours = Cutter(text, language)
            theirs = library.encode(text)
            assert ours.tokens(merges) == theirs.tokens
            assert [piece.number for piece in ours.pieces(merges)] == theirs.ids
            assert b"".join(piece.content for piece in ours.pieces(merges)) == text.encode()
            assert library.decode(theirs.ids) == text


def test_merges_are_the_librarys_in_its_order() -> None:
    for language in LANGUAGES:
        model = json.loads(trained(language, 300).to_str())["model"]
        assert [tuple(pair) for pair in model["merges"]] == list(learned(language)[:300])
        assert len(learned(language)) == MOST


def test_learning_twice_learns_the_same() -> None:
    first = learned("nb")
    learned.cache_clear()
    assert learned("nb") == first


@pytest.mark.parametrize("language", TRAINED_ON)
def test_steps_are_the_merges_that_change_a_text(language: str) -> None:
    for name in ("nb", "en", "zh", "mixed"):
        using = Cutter(TEXTS[name], language)
        steps = using.steps(MOST)
        ranks = [one.rank for one in steps]
        assert ranks == sorted(set(ranks))
        counts = [len(using.tokens(n)) for n in range(MOST + 1)]
        assert ranks == [n for n in range(1, MOST + 1) if counts[n] != counts[n - 1]]
        for one in steps:
            assert (one.left + one.right) in [pairs.content(a + b) for a, b in [using.merges[one.rank - 1]]]
            assert any(one.left + one.right in p.content for p in using.pieces(one.rank))


def test_every_byte_of_utf_8_is_known() -> None:
    known = pairs.bytes_of()
    assert len(known) == 243  # all but those that UTF-8 never has: C0, C1 and F5 to FF
    assert set(range(256)) - set(known.values()) == {0xC0, 0xC1, *range(0xF5, 0x100)}
    assert known["Ġ"] == 0x20


def test_a_part_of_a_character_is_shown_as_its_bytes() -> None:
    parts = [piece.text for piece in Cutter("待", "zh").pieces(MOST)]
    assert parts == ["E5\N{NO-BREAK SPACE}BE", "85"]
    assert Part(parts[0]).shown == parts[0]


def test_all_three_get_equally_many_documents() -> None:
    sizes = [len(pairs.documents(language)) for language in LANGUAGES]
    assert len(pairs.documents(EVERYTHING)) == sum(-(-size // 3) for size in sizes)


# What the page shows


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_preset_of_tokens_says_what_is_seen(lang: str) -> None:
    shown = preset("own_language", lang)
    pieces = row(shown["cuts"], words("tokens", lang)["pieces"].split("{")[0])
    if lang == "nb":
        assert {"Det", "_vi", "_blir", "_og", "_leser", "_om"} <= set(pieces)
        assert "_maskiner" not in pieces
        assert "".join(pieces).endswith("_maskiner.")
    elif lang == "en":
        assert {"It", "_is", "_we", "_home", "_about"} <= set(pieces)
        assert "_machines" not in pieces
        assert "".join(pieces).endswith("_machines.")
    else:
        assert {"外面", "我们"} <= set(pieces)
        assert len(pieces) < len(words("tokens", lang)["text_example"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_preset_of_characters_says_what_is_seen(lang: str) -> None:
    said = words("tokens", lang)
    text = said["text_example"]
    shown = preset("characters_only", lang)["cuts"]
    letters = row(shown, said["characters"].split("{")[0])
    pieces = row(shown, said["pieces"].split("{")[0])
    assert "".join(letters).replace("_", " ") == text
    assert len(letters) == len(text)
    if lang == "zh":
        assert all(len(character.encode()) == 3 for character in text)
    else:
        assert len(pieces) == len(text.encode())
        assert (len(text) == len(text.encode())) == (lang == "en")
        assert ("å" in text) == (lang == "nb")
    numbers = [str(number) for number in demo.characters.numbers(text)]
    assert numbers == [p.number for p in demo.by_character(text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_foreign_tokenizer_needs_more(lang: str) -> None:
    name = words("tokens", lang)["pieces"].split("{")[0]
    own, foreign = (row(preset(which, lang)["cuts"], name) for which in ("own_language", "foreign"))
    assert len(foreign) > 1.7 * len(own)
    if lang == "zh":
        assert all(re.fullmatch("[0-9A-F]{2}", piece) for piece in foreign)
    if lang == "en":
        assert "".join(foreign).replace("_", " ") == words("tokens", lang)["text_example"]


def test_half_way_is_after_eight_merges() -> None:
    shown = preset("half_way", "en")
    assert "8 of them are done" in shown["facts"]
    whole = states("cut")
    assert len(row(shown["cuts"], "Pieces")) > len(row(whole["cuts"], "Pieces"))


@pytest.mark.parametrize("content", demo.CONTENTS)
def test_the_dearest_language_is_the_one_that_was_not_learned(content: str) -> None:
    def counts(trained_on: str) -> dict[str, int]:
        lines = states("compare", content=content, trained_on=trained_on)["counts"].split("\n")[2:5]
        return {lang: int(line.split("|")[4]) for lang, line in zip(LANGUAGES, lines, strict=True)}

    english, chinese, norwegian = counts("en"), counts("zh"), counts("nb")
    assert english["zh"] > english["nb"] > english["en"]
    assert chinese["zh"] == min(chinese.values())
    assert norwegian["nb"] == min(norwegian.values())
    together = counts(EVERYTHING)
    assert max(together.values()) < 1.35 * min(together.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_presets_of_costs_say_what_is_seen(lang: str) -> None:
    said = words("tokens", lang)
    costs, turned = preset("costs", lang)["counts"], preset("turned_around", lang)["counts"]
    expected = said(
        "ratio", dearest=said.name_of("zh"), cheapest=said.name_of("en"), times=said.number(54 / 19)
    )
    assert costs.endswith(expected)
    pieces = [int(line.split("|")[4]) for line in turned.split("\n")[2:5]]
    assert pieces[LANGUAGES.index("zh")] == min(pieces)


def test_more_steps_than_there_are_make_no_difference_and_the_page_says_so() -> None:
    few = states("cut", text="hei", trained_on="zh", step=40)
    assert few["facts"].endswith("There are no more than 0, so 40 makes no difference.")
    assert "no more" not in states("cut", text="hei", trained_on="zh")["facts"]


def test_the_curves_fall_from_bytes_on() -> None:
    curves = states("compare")["curves"]
    assert isinstance(curves, Drawing)
    using = Cutter(TEXTS["en"], "en")
    counts = [len(using.tokens(n)) for n in range(0, MOST + 1, demo.EVERY)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == len(TEXTS["en"].encode())


@pytest.mark.parametrize("name", ["mixed", "emoji", "spaces", "signs"])
def test_any_text_is_cut_without_a_fault(name: str) -> None:
    text = TEXTS[name][: demo.LONGEST]
    for merges in (0, MOST):
        shown = states("cut", text=text, merges=merges, trained_on="en")
        assert not re.search(r"<b>|(?<!&)#{3}|\|b", shown["merged"])
        assert isinstance(shown["cuts"].svg("x"), str)
    if name == "emoji":
        assert "🙂" in shown["facts"]


def test_a_preset_of_no_text_shows_the_example() -> None:
    assert "".join(row(states("cut", lang="nb")["cuts"], "Tegn")).startswith("Det_regner")


def test_the_texts_are_shown_with_their_card() -> None:
    for lang in LANGUAGES:
        for corpus_of in LANGUAGES:
            shown = demo.show(direct, words("tokens", lang), corpus_of=corpus_of, number=3)
            assert "{" not in shown["card"] + shown["document"]
            assert "CC BY 4.0" in shown["card"]
    first, second = (
        demo.show(direct, words("tokens", "en"), corpus_of="en", number=number)["document"]
        for number in (1, 2)
    )
    assert first != second


def test_what_is_too_long_to_show_is_counted() -> None:
    parts = [Part("word")] * 400
    chart = drawn({"Pieces: 400": parts})
    for part, width in ((chart, WIDTH), (chart.narrow, NARROW)):
        assert part is not None
        bars = [thing for thing in part.things if isinstance(thing, Bar)]
        assert len({bar.y for bar in bars}) == LINES[width]
        assert max(bar.x + bar.width for bar in bars) <= width
        (more,) = [t.text for t in part.things if isinstance(t, Words) and t.text.startswith("…")]
        assert more == f"… +{400 - len(bars)}"


def test_learning_ahead_stops_when_asked() -> None:
    from threading import Event

    stop = Event()
    stop.set()
    learned.cache_clear()
    demo.learn_ahead(stop)
    assert learned.cache_info().currsize == 0
    stop.clear()
    demo.learn_ahead(stop)
    assert all(pairs.is_learned(language) for language in TRAINED_ON)


def test_nothing_is_fetched() -> None:
    """The library could fetch a tokenizer by its name; nothing of ours asks it to."""
    source = (demos()["tokens"].folder / "pairs.py").read_text(encoding="utf-8")
    assert "from_pretrained" not in source
