"""Two nets translate a reader's sentence and show where they looked; and how they do on test sentences."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from math import prod
from threading import Event
from typing import Any

import torch

from demos.data.sentences.card import card
from demos.data.sentences.corpus import examples, sentences
from demos.data.sentences.lexicon import LANGUAGES, group, lexicon
from demos.data.sentences.pieces import MARKS
from demos.kit.app import Tab
from demos.kit.charts import bars, links
from demos.kit.controls import Choice, LanguageChoice, Seed, Slider, Words
from demos.kit.data_card import about
from demos.kit.functions import Runner
from demos.kit.labels import Labels, plain
from demos.kit.shows import Chart, Text
from demos.kit.vocabulary import UNKNOWN
from demos.kit.weights import read_card
from demos.models.translation.model import DIRECTIONS, KINDS, WEIGHTS, load_net
from demos.models.translation.reading import Sentence, Translation, on_reading, sentence, translation

LONGEST = 120  # characters of a reader's sentence
TEN = 10
LIKELY = 12  # words of a group that the list names
KIND = Choice("kind", KINDS, "gru")
INTO = ("auto", *LANGUAGES)
GROUPS = ("nouns", "adjectives", "verbs", "activities", "people", "towns", "jobs", "past", "future")


# A sentence of the reader's


def compose(
    run: Runner, words: Labels, *, text: str, into: str, kind: str, temperature: float, seed: int
) -> dict[str, Any]:
    """The translation, where each of its pieces looked, and how sure the net was of each."""
    asked = sentence(text or words["text_example"], words.lang, into)
    found = translation(run, asked, kind, temperature, seed)
    texts = found.texts(asked)
    return {
        "written": shown(words, asked, found),
        "looked": links(asked.shown(), [*texts], found.shares.double().numpy()),
        "sure": bars(numbered_names([*texts, "■"], found.chances), words.chance, most=1),
        "facts": words.sentences(
            [
                *on_reading(words, asked, into),
                *remarks(words, asked, found, kind),
                words("drawn", seed=seed) if temperature else words["greedy"],
            ]
        ),
    }


def numbered_names(texts: list[str], chances: tuple[float, ...]) -> Mapping[str, float]:
    """Each piece with its place, for a piece may come twice."""
    return {f"{i} {text}": chance for i, (text, chance) in enumerate(zip(texts, chances, strict=False), 1)}


def shown(words: Labels, asked: Sentence, found: Translation) -> str:
    """The sentence and its translation, what nobody knows marked in both."""
    source, target = words.name_of(asked.source), words.name_of(asked.target)
    ours = spaced([piece.text for piece in asked.pieces], [p.known for p in asked.pieces], asked.source)
    theirs = spaced(
        found.texts(asked), [number != UNKNOWN for number in found.numbers], asked.target, capital=True
    )
    return f"{source} → {target}\n\n{ours}\n\n### {theirs or '—'}"


def spaced(texts: list[str], known: list[bool], language: str, *, capital: bool = False) -> str:
    """Pieces as Markdown shows them, with spaces where the language has some and marks on unknown ones."""
    said = ""
    for i, (text, is_known) in enumerate(zip(texts, known, strict=True)):
        text = text[:1].upper() + text[1:] if capital and not i else text
        letters = plain(text) if is_known else f"<mark>{plain(text)}</mark>"
        said += letters if language == "zh" or text in MARKS or not i else f" {letters}"
    return said


def remarks(words: Labels, asked: Sentence, found: Translation, kind: str) -> list[str]:
    """How sure the net was of the whole, and how it does on sentences of the test."""
    exact = read_card(WEIGHTS).metrics[f"exact.{asked.source}-{asked.target}.{kind}"].value
    return [
        words("together", chance=words.chance(prod(found.chances))),
        words("on_card", share=words.percent(exact)),
    ]


# Sentences of the test


def test(run: Runner, words: Labels, *, direction: str, kind: str, draw: int) -> dict[str, Any]:
    """Ten sentences of the test, as they come, and what the net makes of them."""
    source, target = direction.split("_")
    rows, right = [], 0
    for meaning in islice(examples("test", draw), TEN):
        said = sentences(meaning)
        asked = sentence(said[source], source, target)
        ours = translation(run, asked, kind).text(asked)
        right += ours == said[target]
        verdict = "✓" if ours == said[target] else f"✗ {plain(said[target])}"
        rows.append(f"| {plain(said[source])} | {plain(ours)} | {verdict} |")
    head = " | ".join(words[key] for key in ("sentence", "translated", "verdict"))
    return {
        "ten": "\n".join([f"| {head} |\n|---|---|---|", *rows, "", words("right", right=right, of=TEN)]),
        "scores": scores(words, kind),
    }


def scores(words: Labels, kind: str) -> str:
    """The card's numbers in every direction."""
    metrics = read_card(WEIGHTS).metrics
    head = " | ".join(words[key] for key in ("direction", "exact", "chrf"))
    rows = []
    for source, target in DIRECTIONS:
        exact, near = (metrics[f"{name}.{source}-{target}.{kind}"].value for name in ("exact", "chrf"))
        names = f"{words.name_of(source)} → {words.name_of(target)}"
        rows.append(f"| {names} | {words.percent(exact)} | {words.number(near, 1)} |")
    return "\n".join([f"| {head} |\n|---|--:|--:|", *rows])


# What it knows


def domain(run: Runner, words: Labels, *, of: str) -> dict[str, Any]:
    """The card of the sentences, and the words that they are made of in one language."""
    said = about(words, card(read_card(WEIGHTS).details["sentences"]))
    language = words.spoken(LANGUAGES, of)
    names = {name: words[f"group_{name}"] for name in GROUPS}
    lists = [
        f"- **{title}:** {words.listed([spoken(key, language) for key in unique(name)])}"
        for name, title in names.items()
    ]
    return {"about": "\n\n".join(said), "known": "\n".join(lists)}


def unique(name: str) -> list[str]:
    """The keys of a section, without words that stand in two groups of it."""
    return list({lexicon()[key].name: key for key in group(name)}.values())


def spoken(key: str, language: str) -> str:
    """A word as a dictionary names it."""
    return lexicon()[key].words[language].base


def ready(stop: Event) -> None:
    """Both nets."""
    for kind in KINDS:
        if not stop.is_set():
            load_net(kind, torch.device("cpu"))


TABS = (
    Tab(
        "translate",
        (
            Words("text", longest=LONGEST),
            LanguageChoice("into", INTO, "auto"),
            KIND,
            Slider("temperature", 0, 2, 0, step=0.1),
            Seed("seed", 7),
        ),
        (Text("written"), Chart("looked"), Chart("sure"), Text("facts")),
        compose,
        above=1,
    ),
    Tab(
        "test",
        (
            Choice("direction", tuple(map("_".join, DIRECTIONS)), "en_nb", dropdown=True),
            KIND,
            Seed("draw", 1),
        ),
        (Text("ten"), Text("scores")),
        test,
    ),
    Tab(
        "domain",
        (LanguageChoice("of", ("page", *LANGUAGES), "page"),),
        (Text("about"), Text("known")),
        domain,
    ),
)
STILL = ("looked",)
AHEAD = (ready,)
