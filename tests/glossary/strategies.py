"""Termbases made by Hypothesis: everything the model can say, in any characters that YAML files may hold."""

from __future__ import annotations

import unicodedata
from dataclasses import fields
from typing import Any

from hypothesis import strategies as st

from glossary import model
from glossary.order import ORDERS
from glossary.yamlfile import UNPRINTABLE

ODD = "=+-@'\"|\\#:,;{}[]&*!%`<>~?\t\n\r\x85\u2028\ufeff\u200d\u00a0éøæ潜在空間😀<!DOCTYPE]]>&amp;"
CHARACTERS = st.one_of(
    st.sampled_from("abc DEF 0123 " + ODD),
    st.characters(exclude_categories=("Cs",)).filter(lambda c: not UNPRINTABLE.match(c)),
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30).map(str.strip).filter(bool)
WORDS = TEXTS.map(lambda text: " ".join(text.split())).filter(bool)
TRICKY = st.sampled_from(
    [
        *("no", "on", "1.0", "null", "~", "0x1F", "2024-01-01", "true"),  # not text to YAML
        *(
            "- a",
            "k: v",
            "# c",
            "a #b",
            "{a}",
            "|",
            ">",
            "\\",
            '"',
            "'",
            ":a",
            "a:",
            "a\nb",
            "a \nb",
            "a  b\n\n  c",
        ),
        *("=1+1", "-x", "'=1", "@a", "＝1", "+", "a:?b", "a|b\\|c", "</term>", "&lt;"),
    ]
)
TEXT = st.one_of(TRICKY, TEXTS)
WORD = st.one_of(TRICKY.map(lambda text: " ".join(text.split())), WORDS)
SLUG = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}", fullmatch=True)
ID = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4})?", fullmatch=True)
KEYS = st.sampled_from(sorted(("noun", "definition", "gender-m/f", "proper noun", "comma")))


SIMPLE = st.sampled_from(["B1.4", "see", "ÆØÅ", "语"])
EXTRA = st.dictionaries(
    st.sampled_from(["Kommentar", "Note 2", "=x"]),
    st.one_of(
        TEXT, st.lists(TEXT, min_size=1, max_size=2), st.dictionaries(WORD, TEXT, min_size=1, max_size=2)
    ),
    max_size=2,
)


def _extra(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """What is kept for others: names of linked data or TBX, and names of nobody's."""
    theirs = st.dictionaries(st.sampled_from(names), SIMPLE, max_size=2)
    return st.builds(dict.__or__, EXTRA, theirs).filter(bool)


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def _given(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping in which any key may be missing."""
    return st.fixed_dictionaries({}, optional=values)


LANGUAGE = _given(
    html=st.sampled_from(["nb", "zh-Hans", "sr-Latn", "en"]),
    order=st.sampled_from(ORDERS),
    stemmer=st.sampled_from(["norwegian", "english"]),
    segment=st.sampled_from(model.SEGMENTS),
    text=st.dictionaries(KEYS, TEXT, min_size=1, max_size=2),
)
SOURCE = _given(
    authors=TEXT,
    year=TEXT,
    published=TEXT,
    identifier=TEXT,
    url=st.sampled_from(["https://example.org/a", "http://example.org/?q={x}|y^z"]),
    lang=TEXT,
    level=st.sampled_from(model.LEVELS),
)


def _term(sources: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        "type": st.sampled_from(model.TYPES),
        "pos": st.sampled_from(model.POS),
        "gender": st.sampled_from(model.GENDERS),
        "pinyin": TEXT,
        "forms": st.lists(TEXT, min_size=1, max_size=3),
        "sort_key": TEXT,
        "note": TEXT,
        "source": st.sampled_from(sources),
        "link": st.sampled_from([False, model.CONTEXT]),
        "not": st.lists(TEXT, min_size=1, max_size=3),
        "extra": _extra("skos:notation", "termNote:register"),
    }
    if not sources:
        del optional["source"]
    missing = {field.name.rstrip("_") for field in fields(model.Term)} - {
        "term",
        "status",
        "source",
        *optional,
    }
    assert not missing, f"the model has grown: {missing}"
    return _given(**optional)


@st.composite
def _entry(draw: st.DrawFn, sources: list[str], taken: set[str]) -> dict[str, Any]:
    def is_new(text: str) -> bool:
        return unicodedata.normalize("NFC", text).casefold() not in taken

    texts = draw(st.lists(WORD.filter(is_new), min_size=1, max_size=4, unique_by=str.casefold))
    texts = list({unicodedata.normalize("NFC", text).casefold(): text for text in texts}.values())
    taken.update(unicodedata.normalize("NFC", text).casefold() for text in texts)
    preferred = draw(st.integers(0, len(texts) - 1))
    terms = []
    for place, text in enumerate(texts):
        status = "preferred" if place == preferred else draw(st.sampled_from(model.STATUSES[1:]))
        terms.append({"term": text, "status": status, **draw(_term(sources))})
    kept = _extra("skos:scopeNote", "admin:origin")
    optional = draw(_given(summary=TEXT, explanation=TEXT, example=TEXT, basis=TEXT, extra=kept))
    return {"terms": terms, "definition": draw(TEXT), **optional}


@st.composite
def termbases(draw: st.DrawFn) -> dict[str, Any]:
    """A termbase as plain data, as `glossary.exchange.plain` has it but for what it would tidy away."""
    codes = draw(
        st.lists(st.sampled_from(["nb", "en", "zh", "sr-Latn", "se"]), min_size=1, max_size=3, unique=True)
    )
    languages = {code: {"name": draw(TEXT), **draw(LANGUAGE)} for code in codes}
    if draw(st.booleans()):
        languages[draw(st.sampled_from(codes))]["reference"] = True
    subject_ids = draw(st.lists(ID, min_size=1, max_size=2, unique=True))
    subjects = {id: {code: draw(TEXT) for code in codes} for id in subject_ids}
    source_ids = draw(st.lists(ID, max_size=2, unique=True))
    sources = {id: {"title": draw(TEXT), **draw(SOURCE)} for id in source_ids}
    ids = draw(st.lists(ID, min_size=1, max_size=4, unique=True))
    taken: dict[str, set[str]] = {code: set() for code in codes}
    slugs = iter(draw(st.lists(SLUG, max_size=4, unique=True)))
    concepts = {}
    for place, id in enumerate(ids):
        above = st.lists(st.sampled_from(ids[:place]), max_size=3, unique=True) if place else st.just([])
        others = [other for other in ids if other != id]
        related = st.lists(st.sampled_from(others), max_size=3, unique=True) if others else st.just([])
        cited = st.lists(st.sampled_from(source_ids), max_size=2, unique=True) if source_ids else st.just([])
        concepts[id] = {
            "subject": draw(st.sampled_from(subject_ids)),
            "broader": draw(above),
            "part_of": draw(above),
            "related": draw(related),
            "not_to_be_confused_with": draw(related),
            "legacy": [slug for _, slug in zip(range(draw(st.integers(0, 2))), slugs, strict=False)],
            "sources": draw(cited),
            "further": draw(cited),
            "figure": draw(st.sampled_from(("", "vae", "gan-architecture"))),
            "reviewed": draw(st.sampled_from(("", "2026-11-30"))),
            "extra": draw(
                st.one_of(st.just({}), _extra("dct:created", "<http://example.org/p>", "descrip:x"))
            ),
            **{code: draw(_entry(source_ids, taken[code])) for code in codes},
        }
    return {
        "languages": languages,
        "subjects": subjects,
        "sources": sources,
        "concepts": concepts,
        "extra": draw(EXTRA),
    }
