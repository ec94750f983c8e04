"""The tagger, and the demo that shows it beside four other nets: figures have what the pattern has, steps go
one by one, presets show what they say."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from demos.apps.rnn_patterns import app as demo
from demos.apps.rnn_patterns.drawing import INPUT, OUTPUT, Column, unrolled
from demos.data.sentences.pieces import START as BEGIN
from demos.data.sentences.pieces import table
from demos.data.sentiment.tokens import LONGEST, tokens
from demos.data.texts.characters import PADDING, numbers
from demos.data.texts.corpus import LANGUAGES
from demos.kit.charts import NARROW, WIDTH, Drawing, Field, Strokes, Words
from demos.kit.functions import direct
from demos.kit.state import parse
from demos.kit.weights import read_card
from demos.models.captioner import captions
from demos.models.captioner.model import load_captioner
from demos.models.sentiment.evaluate import guesses
from demos.models.sentiment.model import load_nets
from demos.models.tagger import gaps
from demos.models.tagger.baselines import around, longest
from demos.models.tagger.evaluate import f1, gaps_f1, signs_f1
from demos.models.tagger.evaluate import tagged as tags_of
from demos.models.tagger.gaps import COMMA, NOTHING, QUESTION, SPACE, STOP
from demos.models.tagger.model import DIRECTIONS, WEIGHTS, load_tagger
from demos.models.translation.functions import states
from demos.models.translation.reading import sentence, translation
from tests.demos.kit import app, demos, words

every_language = pytest.mark.parametrize("lang", LANGUAGES)
CPU = torch.device("cpu")
SEQUENCES = ("one_to_many", "many_to_one", "delayed", "in_step")


def film(tab: str, lang: str = "en", **changed: Any) -> list[dict[str, Any]]:
    """The parts of an answer."""
    part = app("rnn_patterns").tab(tab)
    answer = part.answer(direct, words("rnn_patterns", lang), **part.defaults | changed)
    return [answer] if isinstance(answer, dict) else list(answer)  # type: ignore[arg-type]


def frame(tab: str, step: int, **changed: Any) -> dict[str, Any]:
    """What is on screen at a step (from 1) of an English page."""
    count = len(film(tab, "en", **changed)) - 1
    first, _ = film(tab, "en", **changed, way=100 * (step - 1) / (count - 1))
    return first


def shown(tab: str, lang: str = "en", **changed: Any) -> dict[str, Any]:
    """What is on screen in the end."""
    return {name: value for part in film(tab, lang, **changed) for name, value in part.items()}


def preset(name: str, lang: str) -> dict[str, Any]:
    """What a preset shows."""
    query = {"preset": name, **demos()["rnn_patterns"].presets[name].state_in(lang)}
    parsed = parse(app("rnn_patterns"), query)
    return shown(parsed.tab.name, lang, **parsed.state)


def texts(drawing: Drawing) -> list[str]:
    return [thing.text for thing in drawing.things if isinstance(thing, Words)]


def outlines(drawing: Drawing, color: int) -> int:
    """How many boxes have a color."""
    return sum(isinstance(t, Strokes) and t.color == color and len(t.ends) == 4 for t in drawing.things)


def example(name: str, lang: str) -> str:
    return words("rnn_patterns", lang)[f"{name}_example"]


# The tagger


def test_what_stood_between_letters_becomes_a_tag() -> None:
    characters, tags = gaps.bare("«Nei, takk.» Hva er 3,5 % av e-posten?\nJa…")
    assert characters == "neitakkhvaer3,5ave-postenja"
    assert tags[2] == COMMA
    assert tags[6] == STOP
    assert tags[characters.index("3,5")] == NOTHING, "a comma within a number is no gap"
    assert tags[characters.index("e-p")] == NOTHING
    assert tags[characters.index("nja")] == QUESTION
    assert tags[-1] == STOP
    assert gaps.bare("…!?") == ("", [])


@every_language
def test_a_document_comes_back_from_its_tags_but_for_capitals_and_marks(lang: str) -> None:
    for characters, tags in gaps.documents(lang, "test")[:20]:
        back, again = gaps.bare(gaps.restored(characters, tags, lang))
        assert back == characters
        assert again == tags


@every_language
def test_passages_begin_with_each_sentence(lang: str) -> None:
    document = {
        "nb": "Ja. Nei! «Hva?» Kanskje.",
        "en": "Yes. No! “What?” Maybe.",
        "zh": "是。不！“啊？”也许。",
    }[lang]
    found = gaps.passages(document, 1000)
    assert len(found) == 4
    assert found[0] == document
    assert all(longer.endswith(shorter) for longer, shorter in pairwise(found))
    assert gaps.passages(document, 1) == gaps.pieces(document)


def test_the_tagger_reads_both_ways_and_padding_changes_nothing() -> None:
    net = load_tagger(CPU)
    row = numbers("hundenmineersint")
    alone = net(torch.tensor([row]))
    padded = net(torch.tensor([[*row, PADDING, PADDING], numbers("enlengretekstmed12")]))
    for one, other in zip(alone, padded, strict=True):
        assert torch.allclose(one[0], other[0, : len(row)], atol=1e-5)
    changed = net(torch.tensor([[*row[:-1], *numbers("å")]]))
    assert torch.equal(changed.left[0, :-1], alone.left[0, :-1]), "the left has not read the last letter yet"
    assert torch.equal(changed.forward[0, :-1], alone.forward[0, :-1])
    assert not torch.allclose(changed.right[0, 0], alone.right[0, 0])


def test_scores_count_places_and_signs() -> None:
    truth = [("abcd", [SPACE, NOTHING, COMMA, STOP])]
    assert f1([([1, 0], [1, 0])]) == 1
    assert gaps_f1(lambda _: [COMMA, NOTHING, NOTHING, STOP], truth) == pytest.approx(2 / 3)
    assert signs_f1(lambda _: [COMMA, NOTHING, NOTHING, STOP], truth) == pytest.approx(2 / 4)
    assert around("abcd", 1, 3, 3) == " abcd "
    assert longest("detersent", "nb") == [0, 0, 1, 0, 1, 0, 0, 0, 1]


@every_language
def test_the_tagger_finds_gaps_in_texts_that_it_has_not_read(lang: str) -> None:
    net, card = load_tagger(CPU), read_card(WEIGHTS)
    test = gaps.documents(lang, "test")
    found = {direction: gaps_f1(partial(tags_of, net, direction), test) for direction in DIRECTIONS}
    for direction, score in found.items():
        assert score == pytest.approx(card.metrics[f"gaps.{lang}.{direction}"].value, abs=0.003)
    assert found["both"] > found["forward"]


# What the other nets give for it


@every_language
def test_a_captions_states_say_its_words(lang: str) -> None:
    net = load_captioner(CPU)
    _, said, found = demo.caption(direct, 47, lang)
    sight = net.look(demo.portrait(47))
    logits, _ = net.attend(sight, torch.tensor(np.array(found), dtype=torch.float32)[None])
    assert captions.read(logits[0].argmax(1).tolist()) == said
    assert len(found) == len(said) + 1


def test_a_translations_states_are_read_with_it() -> None:
    asked = sentence(example("text", "en"), "en", "nb")
    written = translation(direct, asked, "gru").numbers
    encoder, decoder = demo.states_of(direct, asked, written)
    assert (len(encoder), len(decoder)) == (len(asked.numbers), len(written) + 1)
    numbers = torch.tensor([asked.numbers])
    seen = torch.ones_like(numbers, dtype=torch.bool)
    shorter = direct(states, numbers=numbers, seen=seen, written=torch.tensor([[BEGIN, *written[:2]]]))
    assert np.allclose(shorter["decoder"][0].numpy(), decoder[:3], atol=1e-5)
    assert len(table()) > max(written)


# The figures


def test_a_portrait_is_one_column_and_nothing_is_carried_from_it() -> None:
    for count in (1, 2, 3):
        drawing = shown("one_to_one", count=count)["single"]
        for layout in (drawing, drawing.narrow):
            assert outlines(layout, INPUT) == outlines(layout, OUTPUT) == count
            arrows = [t for t in layout.things if isinstance(t, Strokes) and t.color == -1]
            assert len(arrows) == 2 * count
            assert all(arrow.ends[0, 0, 0] == arrow.ends[0, 1, 0] for arrow in arrows), "all lead up"


@every_language
def test_each_step_adds_a_column_to_the_map_and_one_step_is_a_frame_of_the_film(lang: str) -> None:
    for tab in SEQUENCES[:3]:
        frames = [part for part in film(tab, lang) if "figure" in part]
        fields = [[t for t in part["moving"].things if isinstance(t, Field)] for part in frames]
        widths = [max(field.width for field in some) for some in fields]
        fits = [width for width in widths if width < WIDTH - 20]
        assert all(b - a == pytest.approx(18) for a, b in pairwise(fits))
        assert len({part["figure"].height for part in frames}) == 1, "nothing below it jumps"
        half = film(tab, lang, way=50)[0]
        place = round((len(frames) - 1) / 2)
        assert half["said"] == frames[place]["said"]
        assert half["figure"].svg("") == frames[place]["figure"].svg("")


def test_inputs_and_outputs_are_where_the_pattern_has_them() -> None:
    picture = frame("one_to_many", 4)["figure"]
    assert (outlines(picture, INPUT), outlines(picture, OUTPUT)) == (1, 4)
    last = shown("many_to_one", "en")["figure"]
    assert outlines(last, OUTPUT) == 1
    assert outlines(last, INPUT) > 3
    before = frame("many_to_one", 3)["figure"]
    assert (outlines(before, INPUT), outlines(before, OUTPUT)) == (3, 0)
    source = len(sentence(example("text", "en"), "en", "nb").numbers)
    reading = frame("delayed", source)["figure"]
    assert outlines(reading, OUTPUT) == 0
    assert outlines(frame("delayed", source + 1)["figure"], OUTPUT) == 1
    for step in (1, 4):
        drawn = frame("in_step", step, direction="forward")["figure"]
        assert outlines(drawn, INPUT) == outlines(drawn, OUTPUT) == step


def test_from_both_sides_answers_come_only_where_both_have_been() -> None:
    count = len(gaps.bare(example("letters", "en"))[0])
    frames = [part for part in film("in_step", "en") if "figure" in part]
    for now, part in zip(demo.steps(demo.ALL, 2 * count), frames, strict=True):
        assert (outlines(part["figure"], OUTPUT) > 0) == (now > count)
        assert len(part["moving"].things) > 2


def test_a_film_ends_with_the_last_step_and_is_not_too_long() -> None:
    assert list(demo.steps(demo.ALL, 4)) == [1, 2, 3, 4]
    assert demo.steps(demo.ALL, 3 * demo.FRAMES - 1)[-1] == 3 * demo.FRAMES - 1
    assert len(demo.steps(demo.ALL, 3 * demo.FRAMES - 1)) == demo.FRAMES
    assert [list(demo.steps(way, 11)) for way in (0, 50, 98)] == [[1], [6], [11]]


def test_a_long_net_is_shown_around_its_step_and_never_beyond_its_edges() -> None:
    state = np.linspace(-1, 1, 40)
    columns = [Column(f"word{i}", f"out{i}", (state,)) for i in range(60)]
    for now in (0, 1, 30, 58, 59):
        drawing = unrolled(columns, now, ["word59"])
        for layout, width in ((drawing, WIDTH), (drawing.narrow, NARROW)):
            assert layout is not None
            assert f"word{now}" in texts(layout)
            assert all(0 <= t.x <= width for t in layout.things if isinstance(t, Words))


# What is said


@every_language
def test_a_text_is_compared_with_what_the_reader_wrote(lang: str) -> None:
    own = example("letters", lang)
    characters, truth = gaps.bare(own)
    there = sum(tag > 0 for tag in truth[:-1])
    found, _, _ = demo.tagged(direct, characters, "both")
    hits = sum(a == b > 0 for a, b in zip(found[:-1], truth, strict=False))
    facts = shown("in_step", lang)["facts"]
    assert demo.compared(words("rnn_patterns", lang), found, truth)[0] in facts
    assert str(there) in facts
    assert hits >= 0.6 * there
    none = demo.compared(words("rnn_patterns", lang), found, [NOTHING] * len(found))
    assert none == []


def test_what_a_reader_types_means_nothing_as_markdown_and_may_be_anything() -> None:
    for tab, name in (("many_to_one", "review"), ("delayed", "text"), ("in_step", "letters")):
        for text in ("<b>x</b> *y*", "   ", "!!!", "å" * 80, "🙂"):
            said = shown(tab, "en", **{name: text})
            assert "<b>" not in said["said"] + said["facts"]
            assert said["facts"]
    assert words("rnn_patterns", "en")["no_letters"] in shown("in_step", "en", letters="!!!")["facts"]
    assert "🙂" in shown("many_to_one", "en", review="🙂")["facts"]
    same = shown("delayed", "en", text="I saw a cat.", into="en")["facts"]
    assert "English already" in same


def test_a_sentence_counts_as_cut_only_if_there_was_more_to_read() -> None:
    cut = words("rnn_patterns", "en")("cut", longest=LONGEST)
    assert cut not in shown("many_to_one", review="so " * LONGEST)["facts"]
    assert cut in shown("many_to_one", review="so " * (LONGEST + 1))["facts"]


# Presets


@every_language
def test_presets_show_what_they_say(lang: str) -> None:
    label = words("rnn_patterns", lang)
    assert f"1 {'of' if lang == 'en' else 'av'} 1" in preset("one_to_one", lang)["facts"] or lang == "zh"
    answers = [demo.seen(direct, number, "glasses")[1:] for number in (40, 41, 42)]
    assert [said == truth for said, truth in answers] == [True, False, True]
    picture = preset("one_to_many", lang)["figure"]
    assert "■" in texts(picture)
    assert outlines(picture, INPUT) == 1, "the picture stays in view"
    assert label["feeling_positive"] in preset("many_to_one", lang)["said"]
    said = preset("too_long", lang)
    long = demos()["rnn_patterns"].presets["too_long"].state_in(lang)["review"]
    but = {"nb": "men", "en": "but", "zh": "但是"}[lang]
    assert len(long) <= demo.CHARACTERS
    assert len(tokens(long)) == LONGEST
    assert but not in [token.text for token in tokens(long)], "it is not read so far"
    assert label["feeling_positive"] in said["said"]
    assert label("cut", longest=LONGEST) in said["facts"]
    start = long.partition("，" if lang == "zh" else ", ")[:2]
    short = "".join([*start, but, long.rpartition(but)[2]])
    assert guesses(load_nets(CPU), [short])[0] == ["negative"], "it would have decided"
    assert label["feeling_neutral"] not in preset("no_opinion", lang)["said"]
    assert label["unknown"].partition("{")[0] in preset("no_opinion", lang)["facts"]


@every_language
def test_a_delayed_net_writes_another_number_of_pieces_than_it_read(lang: str) -> None:
    facts = preset("many_to_many", lang)["facts"]
    asked = sentence(example("text", lang), lang, {"nb": "zh", "en": "zh", "zh": "en"}[lang])
    found = translation(direct, asked, "gru")
    assert len(found.numbers) + 1 != len(asked.numbers)
    assert str(len(asked.numbers)) in facts


@every_language
def test_from_the_left_alone_more_is_wrong(lang: str) -> None:
    characters, truth = gaps.bare(example("letters", lang))
    wrong = {
        direction: sum(
            a != b for a, b in zip(demo.tagged(direct, characters, direction)[0], truth, strict=True)
        )
        for direction in DIRECTIONS
    }
    assert wrong["both"] < wrong["forward"]
    assert preset("forward", lang)["said"] != preset("in_step", lang)["said"]
    unfamiliar = demos()["rnn_patterns"].presets["unfamiliar"].state_in(lang)["letters"]
    characters, truth = gaps.bare(unfamiliar)
    found = demo.tagged(direct, characters, "both")[0]
    assert any(said and not true for said, true in zip(found, truth, strict=True)), "a gap inside a word"
    assert preset("unfamiliar", lang)["said"].startswith(demo.plain(characters))
