"""The pages for those who look after the termbase."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossary import reports
from glossary.addresses import Addresses
from glossary.lint.reference import descriptions
from glossary.load import load
from glossary.pages import REPORTS, GeneratedPage, Site, check
from glossary.site_text import load_words
from tests.glossary.test_load import SOUND, write
from tests.site.html import parse


def page(folder: Path, lang: str, name: str) -> GeneratedPage:
    termbase = load(write(folder, {}))
    site = Site(termbase, load_words(termbase), Addresses(tuple(termbase.languages), "nb", True), {}, {})
    made = {page.path: page for page in reports.generate(site, lang)}
    assert set(made) == {f"glossary/{name}/index.md" for name in REPORTS}
    return made[f"glossary/{name}/index.md"]


@pytest.mark.parametrize("lang", ["nb", "en", "zh"])
def test_every_code_is_on_the_page_in_its_language_with_remedy_and_example(lang: str, tmp_path: Path) -> None:
    document = parse("".join(page(tmp_path, lang, "rules").html))
    assert not document.faults
    assert sorted(document.ids) == sorted(descriptions())
    texts = [e for e in document.all("dd") if "ol-rule__text" in e.attributes["class"].split()]
    samples = [e.text for e in document.all("code") if e.attributes.get("class") == "ol-rule__sample"]
    described = [descriptions()[code] for code in document.ids]
    expected = [text for d in described for text in (d.texts[lang], d.fixes[lang])]
    assert [text.text for text in texts] == [text.replace("`", "") for text in expected]
    assert {text.attributes["lang"] for text in texts} == {{"zh": "zh-Hans"}.get(lang, lang)}
    assert samples == [sample for d in described for sample in (d.bad, d.good)]


def test_a_language_without_words_for_a_rule_has_the_english_ones() -> None:
    assert (descriptions()["T101"].language("de"), descriptions()["T101"].language("zh")) == ("en", "zh")


def test_the_bars_fill_their_width(tmp_path: Path) -> None:
    document = parse("".join(page(tmp_path, "en", "coverage").html))
    assert not document.faults
    bars = [e for e in document.all("svg") if e.attributes.get("role") == "img"]
    parts = [e.attributes for e in document.all("rect") if e.attributes.get("width", "").endswith("%")]
    assert [bar.attributes["aria-label"] for bar in bars] == [
        "Norsk bokmål, Current 2",
        "English, Not compared yet 2",
        "简体中文, Not compared yet 2",
    ]
    assert [(part["x"], part["width"]) for part in parts] == [("0.0%", "100.0%")] * 3


def test_no_concept_takes_the_place_of_a_report(tmp_path: Path) -> None:
    files = {f"terms/{name}.yml": SOUND["terms/generator.yml"].replace("生成器", name) for name in REPORTS}
    files = {name: text.replace("[generator]", f"[{name}]") for name, text in files.items()}
    files = {name: text.replace("term: generator", f"term: {name}") for name, text in files.items()}
    assert {problem.id for problem in check(load(write(tmp_path, files)))} == set(REPORTS)
