"""Terms stand where a reader of the language looks for them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary import languages, order
from glossary.model import Language, Term

LANGUAGES = {
    "norwegian": Language("nb", "Norsk", "nb", order="norwegian"),
    "latin": Language("en", "English", "en"),
    "pinyin": Language("zh", "中文", "zh-Hans", order="pinyin"),
}
IN_ORDER = {
    "norwegian": [
        *("3D-modell", "ankel", "en til en", "én-til-mange", "ende", "könig", "vann", "W-fordeling", "zebra"),
        *("Ändern", "ærlig", "öl", "ørret", "Aa", "ål", "aaland", "Ångstrøm", "Ås"),
    ],
    "latin": [
        *(
            "3D model",
            "Ångström",
            "attention",
            "auto encoder",
            "auto-encoder",
            "autoencoder",
            "épée",
            "Œuvre",
        ),
        *("straße", "strasse x", "token", "zebra"),
    ],
    "pinyin": [
        *("3D 模型", "潜在空间", "人工智能", "行列式", "长短期记忆"),
        *("GAN", "ProGAN", "Transformer 模型", "transformers"),
    ],
}
IN_ORDER["pinyin"] = ["3D 模型", "长短期记忆", "行列式", "潜在空间", "人工智能", *IN_ORDER["pinyin"][5:]]


# Written in order, with the headings of an index.
ALPHABETS = {
    "sv": "3D/# apa/A éclair/E WiFi/W zebra/Z ål/Å ärta/Ä öga/Ö",
    "se": "ahku/A áhkku/Á cáhppi/C čáhci/Č ŋálbmi/Ŋ suorbma/S šaddu/Š",
    "sr-Latn": "cvet/C čvor/Č ćup/Ć dug/D džep/Dž đak/Đ luk/L ljubav/Lj",
    "de": "Ähre/A Apfel/A Übung/U Ziel/Z",
    "pt-BR": "abacaxi/A água/A ética/E",
    "tr": "ışık/I iğne/İ",
    "cs": "cíl/C data/D hra/H chyba/Ch",
    "ru": "еда/Е ёлка/Е игла/И йод/Й",
    "ar": "أداة/ا آلة/ا بيانات/ب شبكة/ش GAN/G",
    "ko": "3D/# 가방/ㄱ 까치/ㄱ 나무/ㄴ 인공지능/ㅇ GAN/G",
    "ja": "がくしゅう/か カード/か ニューロン/に モデル/も",
    "zh-TW": "判別器/P 神經網路/S GAN/西文",
    "zh-Hans": "判别器/P 神经网络/S GAN/西文",
    "nn": "zebra/Z ærleg/Æ åker/Å",
    "no": "zebra/Z ærlig/Æ åker/Å",
    "nb-NO": "zebra/Z ærlig/Æ åker/Å",
}


def language_of(code: str) -> Language:
    """A language as one line of `languages.yml` makes it."""
    known = {key: value for key, value in languages.usual(code).items() if key in languages.USUAL_KEYS}
    return Language(code, code, **known)


@pytest.mark.parametrize("code", ALPHABETS)
def test_each_language_has_its_alphabet(code: str) -> None:
    language = language_of(code)
    pairs = [pair.split("/") for pair in ALPHABETS[code].split()]
    words = [word for word, _ in pairs]
    assert sorted(words, key=lambda word: order.sort_key(word, language)) == words
    assert [order.index_letter(word, language) for word in words] == [letter for _, letter in pairs]


@pytest.mark.parametrize("name", LANGUAGES)
def test_terms_are_in_order(name: str) -> None:
    shuffled = IN_ORDER[name][:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=lambda term: order.sort_key(term, LANGUAGES[name])) == IN_ORDER[name]


@pytest.mark.parametrize(
    ("name", "term", "letter"),
    [
        ("norwegian", "ærlig", "Æ"),
        ("norwegian", "Ändern", "Æ"),
        ("norwegian", "aaland", "Å"),
        ("norwegian", "én-til-mange", "E"),
        ("norwegian", "«sitat»", "S"),
        ("norwegian", "3D-modell", order.OTHER),
        ("latin", "Ångström", "A"),
        ("latin", "Œuvre", "O"),
        ("latin", "Ελλάς", "Ε"),
        ("latin", "…", order.OTHER),
        ("pinyin", "长短期记忆", "C"),
        ("pinyin", "行列式", "H"),
        ("pinyin", "女", "N"),
        ("pinyin", "GAN", order.LATIN_IN_CHINESE),
        ("pinyin", "Transformer 模型", order.LATIN_IN_CHINESE),
        ("pinyin", "2D 卷积", order.OTHER),
    ],
)
def test_index_letters(name: str, term: str, letter: str) -> None:
    assert order.index_letter(term, LANGUAGES[name]) == letter


def test_the_authors_pinyin_decides_between_readings() -> None:
    zh = LANGUAGES["pinyin"]
    assert order.index_letter(Term("重", pinyin="chóng"), zh) == "C"
    assert order.index_letter(Term("重", pinyin="zhòng"), zh) == "Z"
    assert order.index_letter(Term("重", pinyin="xyz"), zh) == "Z", "pinyin that does not fit is not used"


def test_a_sort_key_stands_in_for_the_term() -> None:
    nb = LANGUAGES["norwegian"]
    assert order.index_letter(Term("μ-lov", sort_key="my-lov"), nb) == "M"
    assert order.sort_key(Term("μ-lov", sort_key="my-lov"), nb) < order.sort_key("mål", nb)


@pytest.mark.parametrize(
    ("term", "pinyin", "is_spelled"),
    [
        ("潜在空间", "qiánzài kōngjiān", True),
        ("潜在空间", "qianzai kongjian", True),
        ("一对一", "yí duì yī", True),
        ("女", "nǚ", True),
        ("Softmax 函数", "Softmax hánshù", True),
        ("长短期记忆", "zhǎng-duǎnqī jìyì", True),
        ("潜在空间", "qiánzài kōngjiàng", False),
        ("潜在空间", "qiánzài", False),
        ("生成器", "panbieqi", False),
    ],
)
def test_pinyin_spells_the_term_or_does_not(term: str, pinyin: str, is_spelled: bool) -> None:
    assert order.is_spelled(term, pinyin) is is_spelled


@pytest.mark.parametrize("name", LANGUAGES)
@settings(deadline=None)
@given(terms=st.lists(st.text(max_size=8), max_size=6))
def test_any_terms_have_an_order_and_letters_that_keep_together(name: str, terms: list[str]) -> None:
    language = LANGUAGES[name]
    ordered = sorted(terms, key=lambda term: order.sort_key(term, language))
    letters = [order.index_letter(term, language) for term in ordered]
    groups = [letter for letter, before in zip(letters, [None, *letters], strict=False) if letter != before]
    assert len(groups) == len(set(groups))
