"""Widths of text, and lines that have room."""

from __future__ import annotations

import unicodedata
from itertools import chain

import pytest
from playwright.sync_api import Browser

from glossary import text_layout
from glossary.load import load
from glossary.text_layout import text_width, unbreakable, wrap
from tests.faces import characters, widths
from tests.serving import ROOT


@pytest.mark.browser
def test_no_face_is_wider_than_the_table_says(browser: Browser) -> None:
    page = browser.new_page()
    for weight, measured in widths(page).items():
        known = {one: text_width(one, 1, bold=weight == "bold") for one in characters()}
        wider = {one: (width, known[one]) for one, width in measured.items() if width > known[one] + 0.001}
        assert not wider, f"{weight}: run `python -m tests.faces`"
    page.close()


def test_every_character_of_the_sites_terms_has_been_measured() -> None:
    concepts = load(ROOT / "glossary").concepts.values()
    terms = {term.term for concept in concepts for entry in concept.entries.values() for term in entry.terms}
    narrow = {one for one in chain.from_iterable(terms) if unicodedata.east_asian_width(one) not in "WF"}
    assert narrow <= set(characters())


@pytest.mark.parametrize(
    ("text", "ems"),
    [
        ("", 0),
        ("生成器", 3),
        ("，", 1),
        ("\N{COMBINING ACUTE ACCENT}\N{SOFT HYPHEN}", 0),
        ("\N{DEVANAGARI LETTER A}", text_layout.WIDEST),
    ],
)
def test_what_no_table_has_is_as_wide_as_it_may_be(text: str, ems: float) -> None:
    assert text_width(text, 10) == 10 * ems


def test_bold_is_wider() -> None:
    assert text_width("Generator", 13, bold=True) > text_width("Generator", 13)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a b", ["a ", "b"]),
        ("encoder-decoder", ["encoder-", "decoder"]),
        ("ja/nei", ["ja/", "nei"]),
        ("1/2, GPT-4", ["1/2, ", "GPT-4"]),
        ("对抗，网络", ["对", "抗，", "网", "络"]),
        ("“判”别", ["“判”", "别"]),
    ],
)
def test_lines_break_where_the_language_allows(text: str, pieces: list[str]) -> None:
    assert unbreakable(text) == pieces


def test_a_piece_that_is_too_wide_stands_alone() -> None:
    assert wrap(["a ", "sesquipedalian ", "b"], 5, len) == ["a", "sesquipedalian", "b"]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("long short-term memory", 17, ["long short-term", "memory"]),
        ("long short-term memory", 12, ["long short-", "term memory"]),
        ("encoder-decoder", 10, ["encoder-", "decoder"]),
        ("a/b", 3, ["a/b"]),
    ],
)
def test_lines_break_inside_a_word_only_where_that_saves_one(text: str, width: int, lines: list[str]) -> None:
    assert wrap(unbreakable(text), width, len) == lines
