"""A glossary that is not finished: every page is there, and what is borrowed from a language says so."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from tests.site.html import Document, Element, parse
from tests.site.tiny import Built, Collector, make, write

# One of these has no Norwegian, one no English definition, one Chinese texts without a term, one no subject.
FILES = {
    "glossary/languages.yml": """
        nb: {name: Norsk bokmål}
        en: {name: English, reference: true}
        zh: {name: 简体中文}
        sv:
        ar:
    """,
    "glossary/subjects.yml": "models: {en: Models}",
    "glossary/terms/generator.yml": """
        subject: models
        part_of: [gan]
        en:
          terms: [generator]
          definition: net that makes examples
          summary: It makes.
          explanation: Feeds a *sampler*.
        zh: {terms: [{term: 生成器, pinyin: shēngchéngqì}], definition: 生成样本的网络}
    """,
    "glossary/terms/sampler.yml": """
        subject: models
        related: [generator]
        nb: {terms: [{term: sampler, gender: m}], definition: del som trekker eksempler}
        en: {terms: [sampler]}
        zh: {definition: 抽取样本的部分}
    """,
    "glossary/terms/layer.yml": """
        nb: {terms: [{term: lag, gender: n}], definition: rad av enheter}
        en:
        zh: {terms: [], definition: }
    """,
    "docs/quizzes/start.yml": """
        title: {nb: Begynn, en: Begin}
        questions:
          - question: {nb: Hva?, en: What?}
            answers:
              - {text: {nb: Det, en: That}, why: {nb: Fordi., en: Because.}, right: true}
              - {text: {nb: Dette, en: This}, why: {nb: Nei., en: No.}}
    """,
    "docs/quiz.zh.md": '# 测验\n\n<div class="quiz" data-quiz="start"></div>',
    "docs/quiz.nb.md": '# Quiz\n\n<div class="quiz" data-quiz="start"></div>',
    "docs/index.nb.md": "# Forside\n\nEn [[generator]] og en sampler.",
}


def build_loosely(config: Path, site: Path) -> Built:
    """Build as one does while the work goes on: without --strict."""
    built = Built(site)
    log, logger = Collector(built), logging.getLogger("mkdocs")
    logger.addHandler(log)
    try:
        build(load_config(str(config), site_dir=str(site)))
    finally:
        logger.removeHandler(log)
    return built


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("half")
    return build_loosely(
        write(folder, FILES, {"plugins": {"i18n": {"fallback_to_default": True}}}), folder / "site"
    )


def test_the_build_says_what_is_missing(site: Built) -> None:
    assert site.error == ""
    said, texts = site.warnings
    assert "Texts of quizzes, figures, learning paths and demos that are missing in a language: 18" in texts
    assert "nb: 1 of 4 concepts (generator)" in said
    assert "zh: 3 of 4 concepts (generator, layer, sampler)" in said
    assert "sv: 4 of 4 concepts" in said
    assert "coverage" in said


def by_class(page: Document, name: str) -> list[Element]:
    return [e for e in page.elements if name in e.attributes.get("class", "").split()]


HOMES = {"nb": "", "en": "en/", "zh": "zh/", "sv": "sv/", "ar": "ar/"}


@pytest.mark.parametrize("home", HOMES.values())
@pytest.mark.parametrize("id", ["gan", "generator", "sampler", "layer"])
def test_each_concept_has_a_page_in_each_language(home: str, id: str, site: Built) -> None:
    page = parse(site.read(f"{home}glossary/{id}/index.html"))
    assert page.all("h1")[0].text.strip("¶ ")
    (definition,) = by_class(page, "ol-definition")
    assert definition.text


@pytest.mark.parametrize(
    ("home", "id", "part", "lang", "text"),
    [
        ("", "generator", "h1", "en", "generator"),
        ("", "generator", "ol-definition", "en", "net that makes examples"),
        ("", "generator", "ol-summary", "en", "It makes."),
        ("", "generator", "ol-explanation", "en", "Feeds a sampler."),
        ("zh/", "generator", "h1", "", "生成器"),
        ("en/", "generator", "ol-summary", "", "It makes."),
        ("zh/", "generator", "ol-summary", "en", "It makes."),
        ("zh/", "generator", "ol-explanation", "en", "Feeds a sampler."),
        ("en/", "sampler", "h1", "", "sampler"),
        ("en/", "sampler", "ol-definition", "nb", "del som trekker eksempler"),
        ("zh/", "sampler", "h1", "en", "sampler"),
        ("zh/", "sampler", "ol-definition", "", "抽取样本的部分"),
        ("zh/", "layer", "h1", "nb", "lag"),
        ("sv/", "generator", "h1", "en", "generator"),
        ("ar/", "generator", "ol-definition", "en", "net that makes examples"),
    ],
)
def test_what_is_borrowed_is_marked(home: str, id: str, part: str, lang: str, text: str, site: Built) -> None:
    page = parse(site.read(f"{home}glossary/{id}/index.html"))
    (element,) = page.all(part) if part == "h1" else by_class(page, part)
    assert element.attributes.get("lang", "") == lang
    assert element.text.strip("¶ \n") == text
    notes = [*by_class(page, "ol-untranslated-page"), *by_class(page, "ol-untranslated-part")]
    assert bool(notes) == any(
        e.attributes.get("lang")
        for e in [*page.all("h1"), *by_class(page, "ol-definition"), *by_class(page, "ol-explanation")]
    )


def test_english_on_an_arabic_page_runs_from_left_to_right(site: Built) -> None:
    page = parse(site.read("ar/glossary/generator/index.html"))
    assert page.all("body")[0].attributes["dir"] == "rtl"
    (definition,) = by_class(page, "ol-definition")
    assert definition.attributes["dir"] == "ltr"


def test_a_quiz_borrows_too(site: Built) -> None:
    page = parse(site.read("zh/quiz/index.html"))
    (quiz,) = by_class(page, "quiz")
    assert "What?" in quiz.text
    lent = [e.text for e in page.all("span") if e.attributes.get("lang") == "en"]
    assert {"Begin", "What?", "That", "No."} <= set(lent)


def test_a_page_written_by_hand_says_what_it_is_in(site: Built) -> None:
    page = parse(site.read("sv/index.html"))
    (borrowed,) = by_class(page, "ol-borrowed")
    assert borrowed.attributes["lang"] == "nb"
    assert "generator" in borrowed.text
    assert len(by_class(page, "ol-untranslated-page")) == 1
    assert not by_class(parse(site.read("en/index.html")), "ol-borrowed")


def test_links_stay_in_the_language_of_the_page(site: Built) -> None:
    page = parse(site.read("glossary/generator/index.html"))
    (link,) = [
        a
        for a in page.all("a")
        if a.attributes.get("data-term") == "sampler" and "term" in a.attributes["class"].split()
    ]
    assert link.attributes["href"] == "../sampler/"
    front = parse(site.read("index.html"))
    by_hand = next(a for a in front.all("a") if a.attributes.get("data-term") == "generator")
    assert (by_hand.text, by_hand.attributes["lang"]) == ("generator", "en")


def test_the_switch_leads_to_the_same_page(site: Built) -> None:
    page = parse(site.read("glossary/generator/index.html"))
    assert {a.attributes["hreflang"] for a in page.all("a") if "hreflang" in a.attributes} >= {
        "sv",
        "ar",
        "en",
    }
    for home in HOMES.values():
        assert (site.folder / home / "glossary" / "generator" / "index.html").is_file()


def test_indexes_hold_everything(site: Built) -> None:
    for home in HOMES.values():
        for view in ("", "subjects/", "languages/", "map/"):
            page = site.read(f"{home}glossary/{view}index.html")
            for id in ("gan", "generator", "sampler", "layer"):
                assert f'{id}/"' in page, (home, view, id)
    side_by_side = parse(site.read("sv/glossary/languages/index.html"))
    assert len(by_class(side_by_side, "ol-missing")) == sum(
        (1, 1, 2, 4)  # cells without a name: nb, en, zh, ar; the page's own column shows what it borrows
    )
    subjects = parse(site.read("glossary/subjects/index.html"))
    assert [h.text for h in subjects.all("h2")] == ["Models", "Uten emne"]
    assert subjects.all("h2")[0].attributes["lang"] == "en"


def test_it_can_be_searched(site: Built) -> None:
    for home in HOMES.values():
        names = json.loads(site.read(f"{home}search/names.json"))
        assert {"glossary/gan/", "glossary/generator/", "glossary/sampler/", "glossary/layer/"} <= {
            row[0] for row in names
        }


def test_downloads_are_there(site: Built) -> None:
    assert (site.folder / "downloads" / "glossary.tbx").is_file()
    assert (site.folder / "downloads" / "glossary-nb-zh.apkg").is_file()


@pytest.mark.parametrize("plugin", [{"strict": True}, {}])
def test_strictness_makes_it_an_error(plugin: dict[str, Any], tmp_path: Path) -> None:
    built = make(tmp_path, FILES, {"plugins": {"ordlab": plugin}})  # which is built with --strict
    assert built.exit_code == 1
    for said in (
        "generator.yml:1: error T021 [nb]",
        "sampler.yml:5: error T024 [en definition]",
        "sampler.yml:6: error T023 [zh terms]",
        "generator.yml:9: error T029 [zh summary]",
        "layer.yml:1: error T028 [subject]: the concept has no subject",
        "subjects.yml:1: error T028 [nb models.nb]",
    ):
        assert said in built.error, built.error


def test_a_gender_is_missed_where_the_plugin_is_strict(tmp_path: Path) -> None:
    files = {
        "glossary/terms/generator.yml": "subject: models\nnb: {terms: [generator], definition: nett}\n"
        "en: {terms: [generator], definition: net}\nzh: {terms: [生成器], definition: 网络}\n"
    }
    assert make(tmp_path / "loose", files).exit_code == 0
    built = make(tmp_path / "strict", files, {"plugins": {"ordlab": {"strict": True}}})
    assert "error T101 [zh terms[0]]" in built.error
    assert "error T102 [nb terms[0]]" in built.error
