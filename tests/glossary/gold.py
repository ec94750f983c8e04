"""The gold corpus: sentences with marked links (see gold/README.md), and how well a linker finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from glossary.links import Linker
from glossary.model import Concept, Entry, Language, Term, Termbase

FOLDER = Path(__file__).parent / "gold"
LANGUAGES = {
    "nb": Language("nb", "Norsk", "nb", order="norwegian", stemmer="norwegian"),
    "en": Language("en", "English", "en", stemmer="english"),
    "zh": Language("zh", "中文", "zh-Hans", order="pinyin", segment="han"),
}
_MARK = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")

Link = tuple[int, int, str]


@dataclass(frozen=True)
class Sentence:
    """A text and the links it should have."""

    where: str
    text: str
    links: frozenset[Link]


@dataclass
class Score:
    """Links found rightly, found wrongly, and missed, with the sentences in which that happened."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    faults: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        return "\n".join(
            [
                f"precision {self.precision:.3f}, recall {self.recall:.3f} of {self.right + self.missed}",
                *self.faults,
            ]
        )


def fields() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/terms.yml"))


@cache
def termbase(field: str) -> Termbase:
    """The small termbase of a subject field."""
    data = yaml.safe_load((FOLDER / field / "terms.yml").read_text("utf-8"))
    concepts = {
        id: Concept(
            id, Path(f"{id}.yml"), "", {lang: _entry(lang, terms) for lang, terms in languages.items()}
        )
        for id, languages in data.items()
    }
    return Termbase(FOLDER / field, LANGUAGES, {}, {}, concepts)


def sentences(field: str, lang: str, kind: str = "") -> list[Sentence]:
    """The sentences of a field; with the kind "open", those whose words are known to be linked wrongly."""
    path = FOLDER / field / (f"{lang}.{kind}.txt" if kind else f"{lang}.txt")
    if kind and not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [
        parse(line, f"{field}/{path.name}:{number}")
        for number, line in enumerate(lines, 1)
        if line and not line.startswith("#")
    ]


def parse(line: str, where: str = "") -> Sentence:
    """A marked line; `\\n` in it is a line break."""
    line = line.replace("\\n", "\n")
    text, links, position = "", set(), 0
    for mark in _MARK.finditer(line):
        text += line[position : mark.start()]
        links.add((len(text), len(text) + len(mark[1]), mark[2]))
        text += mark[1]
        position = mark.end()
    return Sentence(where, text + line[position:], frozenset(links))


def ids_of(field: str) -> frozenset[str]:
    """The concepts that the sentences of a field were marked for, in any language."""
    marked = {link[2] for lang in LANGUAGES for sentence in sentences(field, lang) for link in sentence.links}
    return frozenset(marked)


def measure(linker: Linker, corpus: list[Sentence], only: frozenset[str] = frozenset()) -> Score:
    """How well the links of the corpus are found; with `only`, those of other concepts do not count."""
    score = Score()
    for sentence in corpus:
        matches = (match for match in linker.find(sentence.text) if not only or match.id in only)
        found = {(match.start, match.end, match.id) for match in matches}
        score.right += len(found & sentence.links)
        score.wrong += len(found - sentence.links)
        score.missed += len(sentence.links - found)
        for sign, links in (("+", found - sentence.links), ("-", sentence.links - found)):
            score.faults += tuple(
                f"{sentence.where} {sign} {sentence.text[start:end]!r} → {id}"
                for start, end, id in sorted(links)
            )
    return score


def total(scores: list[Score]) -> Score:
    return Score(
        sum(score.right for score in scores),
        sum(score.wrong for score in scores),
        sum(score.missed for score in scores),
        tuple(fault for score in scores for fault in score.faults),
    )


def _entry(lang: str, terms: list[Any]) -> Entry:
    made = []
    for term in terms:
        values = {"status": "admitted" if made else "preferred"}
        values |= {"term": term} if isinstance(term, str) else term
        made.append(Term(**values | {"forms": tuple(values.get("forms", ()))}))
    return Entry(lang, tuple(made), definition="-")
