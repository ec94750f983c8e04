"""How languages are written: as a project says, as is usual, or as Unicode's data have it."""

from __future__ import annotations

import pytest

from glossary import languages, numbers
from glossary.model import Language


def language(html: str, **settings: str) -> Language:
    return Language(html, html, html, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "script"), [("zh", "Hans"), ("zh-Hant", "Hant"), ("nb", "Latn"), ("sr-Latn", "Latn"), ("tlh", "")]
)
def test_scripts(tag: str, script: str) -> None:
    assert languages.script(tag) == script


def test_what_is_usual_in_norwegian_and_chinese() -> None:
    for code in ("nb", "nn"):
        assert languages.quotes(language(code)) == "«»"
        assert languages.has_gender(language(code))
        assert "prosent" in languages.units(language(code))
    chinese = language("zh-Hans", order="pinyin")
    assert languages.quotes(chinese) == "“”"
    assert languages.has_pinyin(chinese)
    assert languages.has_full_width_signs(chinese)
    assert languages.has_word_dictionary(chinese)
    assert languages.has_full_width_signs(language("zh-Hant"))
    assert not languages.has_word_dictionary(language("zh-Hant"))
    assert not languages.has_full_width_signs(language("ja"))


def test_a_project_has_the_last_word() -> None:
    own = language("nb", quotes="“”", units="prosent", gendered="no")
    assert (languages.quotes(own), languages.units(own)) == ("“”", ("prosent",))
    assert not languages.has_gender(own)
    assert languages.has_gender(language("de", gendered="true"))
    assert languages.has_pinyin(language("zh", reading="pinyin"))


def test_sorting_as_in_norwegian_makes_no_language_norwegian() -> None:
    assert not languages.has_gender(language("da", order="norwegian"))


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("nb", ("−1,5", "310\u00a0000", "83\u00a0%")),
        ("en", ("−1.5", "310,000", "83%")),
        ("zh-Hans", ("−1.5", "310,000", "83%")),
        ("de", ("−1,5", "310.000", "83\u00a0%")),
        ("tlh", ("−1.5", "310,000", "83%")),
    ],
)
def test_numbers(tag: str, written: tuple[str, str, str]) -> None:
    locale = numbers.locale_of(language(tag))
    made = numbers.number(-1.5, locale), numbers.integer(310_000, locale), numbers.percent(0.83, locale)
    assert made == written
    assert numbers.number(-0.04, locale) == numbers.number(0.0, locale)
    assert numbers.percent(-0.001, locale) == numbers.percent(0.0, locale)


def test_a_locale_of_its_own() -> None:
    assert numbers.integer(310_000, numbers.locale_of(language("en", locale="nb"))) == "310\u00a0000"
