"""Whatever a file holds: a clear refusal, or a harmless page; no code in it, no crash, no hang."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import markdown
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glossary import pages, search
from glossary.addresses import Addresses
from glossary.links import Linker
from glossary.load import load
from glossary.model import TermbaseError
from glossary.pages import Site
from glossary.prose import Writer
from glossary.site_text import load_words
from tests.glossary.gold import LANGUAGES
from tests.site.html import Document, parse

LANGUAGES_YML = "\n".join(
    f"{code}: {{name: {code}, html: {language.html}, order: {language.order}, stemmer: '{language.stemmer}', "
    f"segment: {language.segment}}}"
    for code, language in LANGUAGES.items()
)
SEVERAL = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</textarea></title></svg><svg/onload=alert(1)>",
    '" onmouseover="alert(1)',
    "[a](javascript:alert(1))",
    "[a](JAVA&#115;cript:alert(1))",
    "![x](//e.org/x.png)",
    "{: onclick=alert(1) }",
    "{{ config }}{% raw %}",
    "<div data-ordlab-uses></div>",
    '<div data-ordlab-html="0"></div>',
    "\x1e# x\x1e",
    "[[",
    "[[c0]]",
    "[[c0|<b onclick=alert(1)>]]",
    "]]>",
    "-->",
    "\u202egnp.exe",
    "\u200f\u200b\u00ad",
    "\x00",
    "\ufffc",
    "&amp;lt;script&gt;",
    "```\n<script>",
    "| a | b |\n|--|--|",
    "\n\n# Heading\n\n",
    "$(id)",
    "=1+1",
)
texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8), st.just(" word ")), min_size=1).map(
    "".join
)
YAML_PIECES = (
    "a: &x [1]\n",
    "b: *x\n",
    "!!python/object/apply:os.system ['id']\n",
    "<<: {c: d}\n",
    "---\n",
    "...\n",
    "? [a]\n",
    "- ",
    "{",
    "[" * 50,
    "nb:\n",
    "  terms: [x]\n",
    "  definition: |\n",
    "    text\n",
    "subject: s\n",
    "subject: s\n",
    '"\\u202e\\0"\n',
    "\t",
    "%YAML 9.9\n",
    "\ufeff",
)


def write(folder: Path, concepts: dict[str, str]) -> Path:
    (folder / "terms").mkdir(exist_ok=True)
    (folder / "languages.yml").write_text(LANGUAGES_YML, "utf-8")
    (folder / "subjects.yml").write_text("s: {nb: E, en: S, zh: 主}", "utf-8")
    for id, text in concepts.items():
        (folder / "terms" / f"{id}.yml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return folder


@SEVERAL
@given(st.lists(st.one_of(st.sampled_from(YAML_PIECES), st.text(max_size=6)), max_size=14).map("".join))
def test_any_file_is_read_or_refused_in_words(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            load(write(Path(folder), {"c0": text}))
        except TermbaseError as error:
            for problem in error.problems:
                assert problem.code
                assert problem.message
                assert problem.line <= text.count("\n") + text.count("\r") + 2


@SEVERAL
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {})
        (Path(folder) / "terms" / "c0.yml").write_bytes(content)
        with pytest.raises(TermbaseError):  # no bytes at random make a concept
            load(Path(folder))


def entry(text: str, other: str) -> dict[str, Any]:
    return {
        "terms": [{"term": f"t {text}", "note": other}, {"term": f"u {other}", "status": "deprecated"}],
        "definition": f"d {other} {text}",
        "summary": f"s {text} {other}",
        "explanation": f"{text}\n\n{other}",
        "example": other,
    }


def site_of(folder: Path) -> Site:
    """What the plugin makes of a termbase, without a host."""
    termbase = load(folder)
    addresses = Addresses(tuple(LANGUAGES), "nb")
    writer = Writer(termbase, addresses, folder / "docs")
    prose = {(c.id, lang): writer.write(c, lang) for c in termbase.concepts.values() for lang in LANGUAGES}
    if problems := [*pages.check(termbase), *writer.problems]:
        raise TermbaseError(problems)
    return Site(termbase, load_words(termbase), addresses, prose, writer.linkers, name="<i>")


@SEVERAL
@given(texts, texts)
def test_a_page_of_any_text_runs_nothing(text: str, other: str) -> None:
    concepts = {
        "c0": {"subject": "s", **{lang: entry(text, other) for lang in LANGUAGES}},
        "c1": {"subject": "s", "broader": ["c0"], **{lang: entry(other, text) for lang in LANGUAGES}},
    }
    files = {id: yaml.safe_dump(data, allow_unicode=True) for id, data in concepts.items()}
    with tempfile.TemporaryDirectory() as folder:
        try:
            site = site_of(write(Path(folder), files))
        except TermbaseError:
            return  # in words; that is the other allowed end
        for lang in LANGUAGES:
            for page in pages.generate(site, lang):
                _, _, text_of_page = page.markdown.removeprefix("---\n").partition("\n---\n")
                html = markdown.markdown(
                    text_of_page, extensions=["attr_list", "md_in_html", "tables", "toc"]
                )
                assert_harmless(parse(html))


def assert_harmless(document: Document) -> None:
    for element in document.elements:
        assert element.tag not in ("iframe", "object", "embed", "style", "base", "meta", "b"), element
        assert not [name for name in element.attributes if name.startswith("on")], element
        for name in ("href", "src", "action", "formaction"):
            address = element.attributes.get(name, "").strip().lower()
            assert not address.startswith(("javascript:", "data:", "vbscript:", "//")), element
        if element.tag == "script":
            assert element.attributes.get("type") == "application/ld+json", element
        assert element.attributes.get("src") not in ("x", "//e.org/x.png"), element


@SEVERAL
@given(texts)
def test_search_files_take_any_text(text: str) -> None:
    docs = [{"location": "glossary/c0/", "title": text, "text": f"<p>{text}</p>"}]
    made = search.files(docs, {"glossary/c0/": [text]}, "../search/", "-")
    yaml.safe_dump(made["pieces.json"])
    assert sum(len(made[name]) for name in made if name.startswith("text-")) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_definition_of_megabytes_is_refused(lang: str, tmp_path: Path) -> None:
    long = yaml.safe_dump({"subject": "s", **{code: entry("x", "y") for code in LANGUAGES}}).replace(
        "d y x", "word " * 2_000_000, 1
    )
    with pytest.raises(TermbaseError, match="larger than"):
        load(write(tmp_path, {"c0": long}))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("unit", ["tt u ", "t t ", "t-", "潜在空间", "t\n", "[[c0]] ", "t's "])
def test_a_text_as_long_as_a_book_is_linked_in_one_pass(lang: str, unit: str, tmp_path: Path) -> None:
    """250,000 characters: an engine that looked back at each word would not end today."""
    text = yaml.safe_dump({"subject": "s", **{code: entry("t", "u") for code in LANGUAGES}})
    linker = Linker(load(write(tmp_path, {"c0": text})), lang)
    matches = linker.find(unit * (250_000 // len(unit)))
    assert all(match.start < match.end for match in matches)


BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    "text",
    [BOMB, "[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 100_000, "!!python/name:os.system x"],
)
def test_bombs_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(TermbaseError, match="T0"):
        load(write(tmp_path, {"c0": text}))
