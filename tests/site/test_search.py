"""Search: what its files hold, and whether readers find what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from glossary.addresses import Addresses
from glossary.load import load
from glossary.model import Entry, Term
from glossary.search import MAX_PAGES, files, fold, names, plain, split, tokens
from tests.serving import ROOT
from tests.site.static import serve

PREFIX = {"nb": "", "en": "en/", "zh": "zh/"}
QUERIES = yaml.safe_load(Path(__file__).with_name("searches.yml").read_text("utf-8"))


def test_names_are_all_but_the_headword() -> None:
    terms = (
        Term("绿色", "preferred", pinyin="lǜsè"),
        Term("绿", "admitted", forms=("绿的",)),
        Term("录色", "deprecated"),
    )
    assert names(Entry("zh", terms, "颜色")) == ["lǜsè", "绿", "绿的", "录色"]
    read = {"绿": "lǜ", "录色": "lùsè"}.get  # of which the last is no news where tones are not heard
    wanted = ["lǜsè", "绿", "绿的", "lǜ", "录色"]
    assert names(Entry("zh", terms, "颜色"), read=lambda text: read(text, "")) == wanted


def test_names_in_the_language_of_the_field_are_typed_everywhere() -> None:
    terms = (Term("farge", "preferred"), Term("FARGE", "admitted"), Term("hue", "admitted"))
    field = (
        Term("color", "preferred"),
        Term("colour", "admitted"),
        Term("Hue", "admitted"),
        Term("colur", "deprecated"),
    )
    assert names(Entry("nb", terms, "-"), Entry("en", field, "-")) == ["hue", "colour"]


def test_the_headword_may_stand_below_its_synonyms() -> None:
    nb = (Term("hue", "admitted"), Term("farge", "preferred", forms=("fargene",)))
    field = (Term("colour", "admitted"), Term("color", "preferred"))
    assert names(Entry("nb", nb, "-"), Entry("en", field, "-")) == ["fargene", "hue", "colour"]


def test_common_words_are_those_that_no_name_has() -> None:
    texts = ["what is a model", "what is noise", "what a vector is", "models", "vectors", "nothing"]
    docs = [{"location": f"{n}/", "title": f"t{n}", "text": text} for n, text in enumerate(texts)]
    docs.append({"location": "help/", "title": "what helps", "text": "what is a model"})
    data = files(docs, {f"{n}/": ["vector", "what-if"] if n else ["model"] for n in range(6)}, "", "-")
    assert data["pieces.json"]["others"] == [6]
    assert data["pieces.json"]["common"] == ["a", "is"]
    assert files(docs, {}, "", "-")["pieces.json"]["common"] == ["a", "is", "what"]


def test_entries_go_to_their_language() -> None:
    addresses = Addresses(("nb", "en"), "nb")
    locations = ("", "#a", "en/", "en/#a", "glossary/en/", "en/glossary/x/#y")
    docs = [{"location": location} for location in locations]
    parts = {lang: [doc["location"] for doc in docs] for lang, docs in split(docs, addresses).items()}
    assert parts == {"nb": ["", "#a", "glossary/en/"], "en": ["", "#a", "glossary/x/#y"]}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Å være på låven!", ["å", "være", "på", "låven"]),
        ("Qiánzài KŌNGJIĀN", ["qianzai", "kongjian"]),
        ("lǜ café ＧＡＮ", ["lu", "cafe", "gan"]),
        ("GAN模型很好", ["gan", "模型", "型很", "很好"]),
        ("盐", ["盐"]),
        ("モデルは", ["モデ", "デル", "ルは"]),
        ("snake_case 4×4", ["snake", "case", "4", "4"]),
    ],
)
def test_words_of_the_index(text: str, wanted: list[str]) -> None:
    assert list(tokens(text)) == wanted


@given(st.text())
def test_folding_once_is_enough(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_html_becomes_text() -> None:
    assert plain("<p>a &lt;b&gt;</p><ul><li>c</li><li>d<code>e</code></li></ul>") == "a <b> c de"


def made(count: int) -> dict[str, list[dict[str, str]]]:
    return {
        f"p{n:04}/": [
            {
                "location": f"p{n:04}/",
                "title": f"title{n}",
                "text": f"<p>common word{n % 7} {'x ' * 200}</p>",
            },
            {"location": f"p{n:04}/#s", "title": "Section", "text": "<p>more</p>"},
        ]
        for n in range(count)
    }


def test_files_lead_from_a_word_to_pages_and_their_texts() -> None:
    docs = made(300)
    data = files((doc for page in docs.values() for doc in page), {"p0007/": ["seven"]}, "../search/", "-")
    names, pieces = data["names.json"], data["pieces.json"]
    assert names[7] == ["p0007/", "title7", "seven"]
    assert len(pieces["texts"]) > 1, "the texts are in several files"
    for number, first in enumerate(pieces["texts"]):
        for offset, (page, *sections) in enumerate(data[f"text-{number}.json"]):
            assert page == names[first + offset][:2]
            assert sections[0][:2] == ["", page[1]]
            assert sections[1] == ["s", "Section", "more"]
    index: dict[str, list[int]] = {}
    for number, first_word in enumerate(pieces["words"]):
        piece = data[f"words-{number}.json"]
        assert next(iter(piece)) == first_word
        index |= piece
    assert list(index) == sorted(index)
    assert index["title7"][:2] == [1, 7]
    count, *postings = index["common"]
    assert count == 300, "on every page"
    assert len(postings) == 2 * MAX_PAGES, "but only so many are listed"


def test_a_concepts_hit_shows_its_definition_and_is_found_by_its_equivalents() -> None:
    text = "<p>noun</p> <ul><li>nb nettverk</li></ul> <p>what <em>connects</em></p>"
    docs = [
        {"location": "c/", "title": "network", "text": ""},
        {"location": "c/#network", "title": "network", "text": text},
        {"location": "c/#explanation", "title": "Explanation", "text": "<p>long</p>"},
    ]
    data = files(docs, {"c/": []}, "", "-")
    page = [["c/", "network"], ["", "network", "what connects"], ["explanation", "Explanation", "long"]]
    assert data["text-0.json"] == [page]
    assert data["words-0.json"]["nettverk"][:2] == [1, 0]


def test_a_concepts_hit_shows_its_summary_first() -> None:
    text = "<p>noun</p> <p>It <em>joins</em>.</p> <p>what connects</p>"
    docs = [
        {"location": f"c/{anchor}", "title": "network", "text": text[: len(anchor) * 99]}
        for anchor in ("", "#n")
    ]
    data = files(docs, {"c/": []}, "", "-", {"c/"})
    assert data["text-0.json"] == [[["c/", "network"], ["", "network", "It joins. what connects"]]]


def test_the_version_changes_with_the_contents() -> None:
    versions = {
        files([{"location": "", "title": title, "text": ""}], {}, "", "-")["search_index.json"]["config"][
            "version"
        ]
        for title in ("a", "b", "a")
    }
    assert len(versions) == 2


def test_a_site_without_text_has_search_files_too() -> None:
    data = files([], {}, "", "-")
    assert data["names.json"] == []
    none = {"texts": [], "words": [], "count": 0, "names": 0, "others": [], "common": [], "variants": ""}
    assert data["pieces.json"] == none


def test_traditional_characters_are_known_where_names_are_simplified() -> None:
    def variants(title: str) -> str:
        docs = [{"location": "c/", "title": title, "text": "说明"}]
        return str(files(docs, {"c/": []}, "", "-")["pieces.json"]["variants"])

    assert {"經经", "網网"} <= {*map("".join, zip(*[iter(variants("神经网络"))] * 2, strict=True))}
    assert variants("経験 网络 網") == "絡络"
    assert variants("network") == ""


# The list is drawn twice, first from names alone. The worker does not say when it has nothing to add: when it
# waits for no more files.
NAME_THE_WORKER = """window.Worker = class extends Worker {
  constructor(...given) { super(...given); window.searcher = this; }
};"""
SAY_WHEN_DONE = """() => {
  const fetch = self.fetch;
  let waiting = 0;
  self.fetch = async (address) => {
    waiting++;
    try {
      const response = await fetch(address);
      const text = await response.text();
      return {ok: response.ok, status: response.status, json: () => JSON.parse(text)};
    } finally { waiting--; }
  };
  self.addEventListener('message', async ({data: {data}}) => {
    do await new Promise((soon) => setTimeout(soon)); while (waiting);
    self.postMessage({type: 'done', data});
  });
}"""
# Asked through Material's box.
ASK = """async query => {
  const done = new Promise((resolve, reject) => {
    searcher.onmessage = ({data: {type, data}}) => { if (type === 'done' && data === query) resolve(); };
    setTimeout(reject, 30000, `no answer to ${query}`);
  });
  const box = document.querySelector('[data-md-component=search-query]');
  box.focus();
  box.value = query;
  box.dispatchEvent(new Event('input', {bubbles: true}));
  await done;
  const hits = document.querySelectorAll('.md-search-result__list .md-search-result__item > a');
  return [...hits].map((link) => link.pathname);
}"""


def open_search(page: Page, address: str) -> None:
    """A page whose search box can be asked."""
    page.add_init_script(NAME_THE_WORKER)
    with page.expect_worker() as searcher:
        page.goto(address)
    searcher.value.evaluate(SAY_WHEN_DONE)


def ask(page: Page, query: str) -> list[str]:
    """Paths of the pages that the search box shows for a query in the end, best first."""
    return list(dict.fromkeys(page.evaluate(ASK, query)))


@pytest.mark.browser
@pytest.mark.parametrize("lang", QUERIES)
def test_readers_find_what_they_mean(site: Path, page: Page, lang: str) -> None:
    assert len(QUERIES[lang]) >= 60
    with serve(site) as url:
        open_search(page, f"{url}/{PREFIX[lang]}")
        places = {}
        for query, id in QUERIES[lang].items():
            found = ask(page, str(query))
            wanted = f"/{PREFIX[lang]}glossary/{id}/"
            places[query] = found.index(wanted) if wanted in found else 99
    missed = [query for query, place in places.items() if place > 2]
    first = sum(place == 0 for place in places.values()) / len(places)
    print(
        f"{lang}: {len(places)} queries, first {first:.3f}, among three {1 - len(missed) / len(places):.3f}"
    )
    assert not missed
    names = {
        term.term.lower()
        for concept in load(ROOT / "glossary").concepts.values()
        for term in concept.entries[lang].terms
    }
    assert not [query for query, place in places.items() if place and str(query).lower() in names]
    assert first >= 0.95, [query for query, place in places.items() if place]


def words_of_no_name(text: str, names: list[str]) -> str:
    """Six words in a row of which as few as can be stand in a page's name."""
    named, words = set(" ".join(names).lower().split()), text.split()
    rows = [words[i : i + 6] for i in range(len(words) - 5)]
    return " ".join(min(rows, key=lambda row: sum(word.lower().strip(".,:;") in named for word in row)))


@pytest.mark.browser
@pytest.mark.parametrize("lang", QUERIES)
def test_texts_of_pages_are_found_and_other_languages_are_not(site: Path, page: Page, lang: str) -> None:
    """Words that stand in a text and in no name lead to the page that says them."""
    files = (site / PREFIX[lang] / "search").glob("text-*.json")
    pages = [page for file in files for page in json.loads(file.read_text("utf-8"))]
    [sections] = [sections for (location, _), *sections in pages if location == "help/instantid/"]
    text = max((text for _, _, text in sections), key=len)
    query = text[8:24] if lang == "zh" else words_of_no_name(text, [name for (_, name), *_ in pages])
    with serve(site) as url:
        open_search(page, f"{url}/{PREFIX[lang]}")
        found = ask(page, query)
    assert f"/{PREFIX[lang]}help/instantid/" in found[:3], query
    others = tuple(f"/{prefix}" for prefix in PREFIX.values() if prefix and prefix != PREFIX[lang])
    assert not [path for path in found if path.startswith(others)]
