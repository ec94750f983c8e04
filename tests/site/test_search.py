"""What the search index holds, beyond what the golden sites show."""

from __future__ import annotations

import pytest

from glossary.addresses import Addresses
from glossary.inflection import grammar_of
from glossary.model import Entry, Language, Term
from glossary.search import inflected, names, split


@pytest.mark.parametrize(
    ("stemmer", "term", "wanted", "unwanted"),
    [
        (
            "norwegian",
            Term("generator", gender="m"),
            {"generatoren", "generatorene", "generatorer"},
            {"generator"},
        ),
        ("norwegian", Term("latent rom", gender="n"), {"latente", "rommet", "rommene"}, {"rometene"}),
        ("norwegian", Term("generativt nettverk"), {"generative", "nettverket"}, {"generativt"}),
        ("norwegian", Term("linse"), {"linsen", "linser", "linsene"}, {"linseer"}),
        ("norwegian", Term("parameter"), {"parameteren", "parametre", "parametrene"}, set()),
        ("norwegian", Term("GAN", type="abbreviation"), set(), {"GANen"}),
        ("english", Term("latent space"), {"spaces"}, {"latente"}),
        ("", Term("潜在空间"), set(), {"潜在空间s"}),
    ],
    ids=lambda value: value.term if isinstance(value, Term) else "",
)
def test_forms_that_readers_type(stemmer: str, term: Term, wanted: set[str], unwanted: set[str]) -> None:
    forms = set(inflected(term, grammar_of(stemmer)))
    assert wanted <= forms
    assert not unwanted & forms


def test_names_are_all_but_the_headword() -> None:
    zh = Language("zh", "中文", "zh-Hans", segment="han")
    terms = (Term("绿色", "preferred", pinyin="lǜsè"), Term("绿", "admitted"), Term("录色", "deprecated"))
    assert names(Entry("zh", terms, "颜色"), zh) == ["luse", "绿", "录色"]


def test_entries_go_to_their_language() -> None:
    addresses = Addresses(("nb", "en"), "nb")
    locations = ("", "#a", "en/", "en/#a", "glossary/en/", "en/glossary/x/#y")
    docs = [{"location": location} for location in locations]
    parts = {lang: [doc["location"] for doc in docs] for lang, docs in split(docs, addresses).items()}
    assert parts == {"nb": ["", "#a", "glossary/en/"], "en": ["", "#a", "glossary/x/#y"]}
