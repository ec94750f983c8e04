"""The languages that demos speak, whichever they are, and the words that all demos share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demos.kit.languages import Language, LanguagesError, default, match, of_site
from demos.kit.words import ours
from demos.server.page import browser_locale, notice

LISTED = [
    {"code": "de", "html": "de-AT", "name": "Deutsch", "locale": "de", "also": ["gsw"], "home": ""},
    {
        "code": "zh-Hans",
        "html": "zh-Hans",
        "name": "中文",
        "locale": "zh_Hans",
        "also": [],
        "home": "zh-Hans/",
    },
    {"code": "pt-BR", "html": "pt-BR", "name": "Português", "locale": "pt_BR", "also": [], "home": "pt-BR/"},
]


def site(folder: Path, content: str) -> Path:
    (folder / "demos" / "apps").mkdir(parents=True)
    (folder / "demos" / "languages.json").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def languages(tmp_path: Path) -> dict[str, Language]:
    folder = site(tmp_path, json.dumps(LISTED))
    (folder / "demos" / "words.yml").write_text("busy: {de: Viel los hier.}\nerror: nonsense\n", "utf-8")
    return of_site(folder, folder / "demos" / "apps")


def test_the_first_language_is_the_default(languages: dict[str, Language]) -> None:
    assert list(languages) == ["de", "zh-Hans", "pt-BR"]
    assert default(languages).name == "Deutsch"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de-CH;q=0.7", "de"),
        ("GSW", "de"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("pt_PT", "pt-BR"),
        ("fr", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_reader_gets_the_language_that_comes_nearest(
    languages: dict[str, Language], tag: str, code: str | None
) -> None:
    found = match(languages, tag)
    assert (found.code if found else None) == code


def test_words_are_the_projects_own_then_ours_then_english_and_marked(languages: dict[str, Language]) -> None:
    german = languages["de"]
    assert (german.word("busy"), german.lang_of_word("busy")) == ("Viel los hier.", "de-AT")
    assert (german.word("reset"), german.lang_of_word("reset")) == (ours()["reset"]["en"], "en")
    assert languages["zh-Hans"].word("reset") == ours()["reset"]["zh"]
    assert german.words.keys() == ours().keys()


@pytest.mark.parametrize("content", [b"busy: [", b"busy: \xff", b"- a"])
def test_words_that_cannot_be_read_are_said_in_english(tmp_path: Path, content: bytes) -> None:
    folder = site(tmp_path, json.dumps(LISTED))
    (folder / "demos" / "words.yml").write_bytes(content)
    assert of_site(folder, folder / "demos" / "apps")["de"].word("busy") == ours()["busy"]["en"]


def test_a_page_marks_what_it_says_in_english(languages: dict[str, Language]) -> None:
    scope = {"type": "http", "path": "/demos/x/de/", "root_path": ""}
    said = bytes(notice("loading", languages["de"], scope, 503).body).decode()
    assert '<html lang="de-AT">' in said
    assert f'<h1 lang="en">{ours()["loading_title"]["en"]}</h1>' in said
    said = bytes(notice("loading", languages["zh-Hans"], scope, 503).body).decode()
    assert f"<h1>{ours()['loading_title']['zh']}</h1>" in said


@pytest.mark.parametrize("content", ["{", "[1]", '[{"code": "de"}]', "{}"])
def test_a_damaged_list_is_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(LanguagesError, match=r"languages\.json is damaged"):
        of_site(site(tmp_path, content))


def test_a_site_without_demos_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LanguagesError, match="no demo was found when the site was built"):
        of_site(tmp_path)


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("nb", "nb"), ("zh-Hans", "zh-CN"), ("zh-Hant", "zh-TW"), ("zh", "zh-CN"), ("pt-BR", "pt-BR")],
)
def test_gradio_is_told_the_language_as_it_knows_it(tag: str, locale: str) -> None:
    assert browser_locale(tag) == locale
