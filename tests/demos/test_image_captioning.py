"""The demo of image captioning: what it says of its errors, what is clicked, and what disturbs a caption."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from demos.apps.image_captioning import app
from demos.apps.image_captioning.app import Caption, differing, sentence, visible
from demos.apps.image_captioning.people import COVER, composed, disturbed, named_of, person, truth_of
from demos.data.captions.facts import Fact
from demos.data.captions.grammar import LANGUAGES
from demos.kit.state import parse
from demos.models.captioner.captions import numbers, phrase, read
from tests.demos.kit import answer, differ, words
from tests.demos.kit import app as demo_app

NAME = "image_captioning"
in_every_language = pytest.mark.parametrize("lang", LANGUAGES)


def of_preset(name: str, lang: str) -> dict[str, Any]:
    asked = parse(demo_app(NAME), {"preset": name}, lang)
    return answer(NAME, asked.tab.name, lang, **asked.state)


def caption(text: str, language: str = "en") -> Caption:
    found = read(numbers(text, language))
    return Caption(language, found, [0.5] * (len(found) + 1), torch.ones(len(found), 16, 16) / 256)


# What is said


@in_every_language
def test_the_reader_s_language_comes_first(lang: str) -> None:
    said, label = answer(NAME, "look", lang)["captions"], words(NAME, lang)
    places = [said.index(f"**{label.name_of(one)}**") for one in LANGUAGES]
    assert min(places) == places[LANGUAGES.index(lang)] == 0


def test_what_is_not_true_is_marked_and_said() -> None:
    truth = [Fact("iris", "any", "blue"), Fact("hat", "cap", "red")]
    spoken = caption("a person with brown eyes and a beard, wearing a red cap")
    assert sentence(spoken, truth) == (
        "A person with <mark>brown eyes</mark> and <mark>a beard</mark>, wearing a red cap."
    )
    label = words(NAME, "en")
    said = app.remarks(label, spoken, truth)
    assert said == [
        label("wrong", said="“brown eyes”", true="“blue eyes”"),
        label("invented", said="“a beard”"),
    ]
    assert app.remarks(label, caption("a person with blue eyes"), truth) == [
        label("left_out", facts="“a red cap”")
    ]
    assert app.remarks(label, caption("a person with blue eyes, wearing a red cap"), truth) == [
        label["all_true"]
    ]


def test_nobody_knows_what_a_model_has_drawn() -> None:
    assert truth_of("drawn", 3) == named_of(person(3))
    assert truth_of("gan", 3) is None
    assert words(NAME, "nb")["nobody_knows"] in answer(NAME, "look", "nb", source="gan")["facts"]


@in_every_language
def test_a_portrait_that_is_shown_as_a_failure_is_one_in_all_languages(lang: str) -> None:
    said = of_preset("wrong", lang)["captions"].split("\n\n")
    assert len(said) == len(LANGUAGES)
    assert all("<mark>" in caption for caption in said)


# What is clicked


def test_a_click_chooses_the_word_below_it() -> None:
    assert app.word_at((5, 5), {}) == {"word": 1}
    assert app.word_at((app.CELL * 2.5, app.ROW * 1.5), {}) == {"word": app.CELLS + 3}
    first, second = (answer(NAME, "look", "en", word=number) for number in (1, 9))
    assert differ(first["view"], second["view"]) > 0.1
    assert first["captions"] == second["captions"]


def test_signs_have_no_map() -> None:
    spoken = caption("a person with blue eyes, wearing a red cap")
    assert [spoken.words[i] for i in visible(spoken)] == [word for word in spoken.words if word != ","]


def test_a_click_covers_and_a_click_on_a_square_uncovers() -> None:
    place = (0.25 * app.LARGE, 0.5 * app.LARGE)
    covered = app.cover_at(place, {"cover": ()})["cover"]
    assert len(covered) == 1
    on_the_right = (place[0] + app.LARGE + app.GAP, place[1])
    assert app.cover_at(on_the_right, {"cover": covered}) == {"cover": ()}
    assert app.cover_at((app.LARGE + app.GAP / 2, 9), {"cover": ()}) == {}


# What disturbs


def test_a_square_is_gray_and_stays_inside() -> None:
    picture = torch.full((1, 3, 64, 64), 0.5)
    made = disturbed(picture, 0.0, ((0.5, 0.5), (0.0, 0.99)))
    assert int((made[0, 0] == 0).sum()) == COVER**2 + COVER // 2 * (64 - 56)
    assert torch.equal(picture, torch.full((1, 3, 64, 64), 0.5))


def test_noise_is_the_same_each_time_and_stays_within_bounds() -> None:
    picture = torch.zeros(1, 3, 64, 64)
    made = disturbed(picture, 0.5, ())
    assert torch.equal(made, disturbed(picture, 0.5, ()))
    assert made.abs().max() <= 1
    assert made.std() == pytest.approx(0.48, abs=0.03)


def test_what_is_composed_is_there() -> None:
    made = named_of(composed(13, (("hat", "cap"), ("clothing", "shirt"), ("clothing_color", "red"))))
    assert Fact("clothing", "shirt", "red") in made
    assert "cap" in [fact.value for fact in made]


@in_every_language
def test_covered_glasses_are_not_mentioned(lang: str) -> None:
    glasses = next(fact for fact in named_of(person(13)) if fact.name == "glasses")
    shown = of_preset("covered", lang)["compared"]
    assert words(NAME, lang)["before"] in shown
    assert phrase(lang, glasses) in shown.split("\n\n")[-1]


# Beam search


def test_the_marked_words_are_those_that_differ() -> None:
    a, b = ["a", "b", "c", "d"], ["a", "x", "c", "d"]
    assert differing(a, b) == [(1, 2)]
    assert differing(a, a) == []
    assert differing(["a", "b"], ["a", "b", "c"]) == []
    assert differing(["a", "b", "c"], ["a", "b"]) == [(2, 3)]
    assert differing(["a", "a", "b"], ["a", "b"]) == [(1, 2)]


@in_every_language
def test_beam_search_finds_something_likelier_where_it_is_shown(lang: str) -> None:
    shown = of_preset("better", lang)
    start = words(NAME, lang)["better"].partition("{")[0]
    assert shown["verdict"].startswith(start)
    assert shown["table"].count("\n") == 2 + 4


def test_a_single_beam_is_greedy() -> None:
    assert answer(NAME, "beams", "en", beams=1)["verdict"] == words(NAME, "en")["same"]
