"""Sentiment of a reader's sentence, word by word, by a GRU and by a linear model of the bag of words: which
words matter to either, and where the sentence lies among others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.apps.text_classification.drawing import NEGATIVE, POSITIVE, Row, probabilities, row_at, sides
from demos.data.sentiment.card import card
from demos.data.sentiment.corpus import LANGUAGES, by_hand, corpus
from demos.data.sentiment.grammar import LABELS
from demos.data.sentiment.tokens import LONGEST, START, batch, tokens
from demos.kit.app import Tab
from demos.kit.charts import SIDE, Drawing, Line, Plane, Ring, Sign, Thing, across, apart
from demos.kit.charts import Words as Label
from demos.kit.controls import Choice, LanguageChoice, Number, Slider, State, Words
from demos.kit.data_card import about
from demos.kit.functions import Runner, direct
from demos.kit.labels import Labels, plain
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Point, Text
from demos.kit.vocabulary import Token
from demos.models.sentiment import load_nets, read
from demos.models.sentiment.model import last

CHARACTERS = 160  # of a reader's text
CONTENTS = ("own", "praise", "complaint", "denial", "turn", "fact")
EACH = 60  # held-out texts on the map, of each language
ROWS, PAGES = 10, 6  # sentences on a page of the last tab, and pages
PACE = 0.12  # seconds from one word to the next
LEAST = 0.5  # logits that the longest bar stands for at least


# Word by word


@dataclass(frozen=True)
class Read:
    """What both nets make of a text after its start and after each word: logits (1 + words, labels); what
    each word adds to the bag's (words, labels); and the GRU's states (1 + words, hidden)."""

    gru: Tensor
    bag: Tensor
    weights: Tensor
    state: Tensor


@remembered(128)
def reading(run: Runner, numbers: tuple[int, ...]) -> Read:
    """What both nets make of the numbers of words, START in front of them."""
    found = {name: values[0] for name, values in run(read, numbers=torch.tensor([numbers])).items()}
    return Read(found["gru"], found["bag"], found["weights"][1:], found["state"])


@remembered(128)
def without_each(run: Runner, numbers: tuple[int, ...]) -> Tensor:
    """The GRU's logits (words, labels) for a text without its first word, without its second …"""
    rows = [numbers[:i] + numbers[i + 1 :] for i in range(1, len(numbers))]
    if not rows:
        return torch.zeros(0, len(LABELS))
    logits: Tensor = run(read, numbers=torch.tensor(rows))["gru"][:, -1]
    return logits


def score(logits: Tensor) -> Tensor:
    """How much more the logits (…, labels) speak for positive than for negative: (…)."""
    return logits[..., POSITIVE] - logits[..., NEGATIVE]


def classify(run: Runner, words: Labels, *, text: str, without: int) -> Iterator[dict[str, Any]]:
    """The probabilities after each word, one word more each time; then which words mattered."""
    written = tokens(text or words["text_example"], LONGEST + 1)
    found = written[:LONGEST]
    gone = without - 1 if 0 < without <= len(found) else -1
    kept = [token for i, token in enumerate(found) if i != gone]
    numbers = (START, *(token.number for token in kept))
    said = reading(run, numbers)
    names = [f"({token.text})" if i == gone else named(token) for i, token in enumerate(found)]
    models = [words["gru"], words["bag"]]
    shares = list(zip(three(said.gru)[1:], three(said.bag)[1:], strict=True))
    for count in range(1, len(kept) + 1) if kept else [0]:
        rows = spread(names, gone, shares[:count])
        yield {"reading": probabilities(rows, models, [words[label] for label in LABELS], words.chance)}
    changes = score(said.gru[-1]) - score(without_each(run, numbers))
    weights = score(said.weights)
    most = max([LEAST, *changes.abs().tolist(), *weights.abs().tolist()])
    moved = list(zip(changes.tolist(), weights.tolist(), strict=True))
    ends = ["" if label == "neutral" else words[label] for label in LABELS]
    yield {
        "reasons": sides(spread(names, gone, moved), models, ends, lambda x: words.number(x, 1), most),
        "facts": words.sentences(remarks(run, words, written, kept, numbers, said)),
    }


def named(token: Token) -> str:
    """A word as it stands beside its bar; a question mark in brackets says that it is unknown."""
    return token.text if token.known else f"{token.text} [?]"


def three(logits: Tensor) -> list[Any]:
    """Probabilities of the labels, for each row of logits."""
    return [tuple(row) for row in logits.double().softmax(-1).tolist()]


def spread(names: Sequence[str], gone: int, values: Sequence[tuple[Any, Any]]) -> list[Row]:
    """A row for each word, with what is known of those that are read; none of one that is left out."""
    left = iter(values)
    return [Row(name) if i == gone else Row(name, *next(left, (None, None))) for i, name in enumerate(names)]


def remarks(
    run: Runner,
    words: Labels,
    written: Sequence[Token],
    kept: Sequence[Token],
    numbers: tuple[int, ...],
    said: Read,
) -> list[str]:
    """What both say in the end, which single words decide it, and how the bag's sum comes about."""
    gru, bag = verdict(words, said.gru[-1]), verdict(words, said.bag[-1])
    same = int(said.gru[-1].argmax()) == int(said.bag[-1].argmax())
    texts = [words("agree" if same else "differ", gru=gru, bag=bag)]
    others = without_each(run, numbers).argmax(1) != said.gru[-1].argmax()
    deciding = [token.text for token, other in zip(kept, others.tolist(), strict=True) if other]
    if deciding:
        texts.append(words("deciding", words=words.quoted(deciding)))
    start, total = float(score(said.bag[0])), float(score(said.bag[-1]))
    sums = {"start": start, "sum": total - start, "total": total}
    texts.append(words("sum", **{name: words.number(value, 2) for name, value in sums.items()}))
    if unknown := [token.text for token in written[:LONGEST] if not token.known]:
        texts.append(words("unknown", words=words.quoted(list(dict.fromkeys(unknown))[:8])))
    if len(written) > LONGEST:
        texts.append(words("cut", longest=LONGEST))
    return texts


def verdict(words: Labels, logits: Tensor) -> str:
    """The likeliest label and its probability."""
    best = int(logits.argmax())
    chance = words.chance(float(logits.double().softmax(-1)[best]))
    return words("verdict", label=words[LABELS[best]], chance=chance)


def leave_out(point: Point, state: State) -> Mapping[str, Any]:
    """Without the word that was clicked; clicked again, with it."""
    clicked = row_at(point[1], LONGEST) + 1
    return {"without": 0 if state["without"] == clicked else clicked}


# On a map


@dataclass(frozen=True)
class Map:
    """Held-out texts, their languages and labels, their vectors (n, hidden), and what makes a place of a
    vector: the mean (hidden,) and two axes (hidden, 2), the principal components."""

    texts: tuple[str, ...]
    languages: tuple[str, ...]
    labels: tuple[int, ...]
    vectors: NDArray[np.float64]
    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: float  # of the variance that the two axes hold

    def places(self, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Places (n, 2) of vectors (n, hidden)."""
        return (vectors - self.mean) @ self.axes

    @property
    def reach(self) -> float:
        """How far from the middle places go."""
        return 1.1 * float(np.abs(self.places(self.vectors)).max())


def vectors_of(run: Runner, texts: Sequence[str]) -> NDArray[np.float64]:
    """The GRU's vectors (n, hidden) of texts: its state after the last word."""
    numbers = batch([(START, *(token.number for token in tokens(text))) for text in texts])
    return last(run(read, numbers=numbers)["state"], numbers).double().numpy()


@cache
def held_out() -> Map:
    """The map of test sentences, by principal components (Hotelling 1933); positive ones lie
    to the right and above."""
    sentences = [(language, one) for language in LANGUAGES for one in corpus(language, "test", EACH)]
    labels = tuple(LABELS.index(one.label) for _, one in sentences)
    vectors = vectors_of(direct, [one.text for _, one in sentences])
    mean = vectors.mean(0)
    _, sizes, components = np.linalg.svd(vectors - mean, full_matrices=False)
    axes = components[:2].T.copy()
    positive = (vectors - mean)[np.array(labels) == POSITIVE].mean(0) @ axes
    axes *= np.where(positive < 0, -1, 1)
    share = float((sizes[:2] ** 2).sum() / (sizes**2).sum())
    texts = tuple(one.text for _, one in sentences)
    return Map(texts, tuple(language for language, _ in sentences), labels, vectors, mean, axes, share)


def locate(run: Runner, words: Labels, *, text: str, content: str, by: str, neighbors: int) -> dict[str, Any]:
    """A text among held-out ones, or the same content in three languages, and what lies nearest."""
    known = held_out()
    if content == "own":
        mine = {words["mine"]: text or words["text_example"]}
    else:
        same = words.demo.labels[f"same_{content}"]
        mine = {words.name_of(language): same[language] for language in LANGUAGES}
    vectors = vectors_of(run, list(mine.values()))
    return {
        "map": mapped(words, known, dict(zip(mine, known.places(vectors).tolist(), strict=True)), by),
        "near": "\n\n".join(
            [
                *([alike(words, list(mine), vectors)] if len(mine) > 1 else []),
                *(
                    nearest(words, known, name, mine[name], vector, neighbors)
                    for name, vector in zip(mine, vectors, strict=True)
                ),
                words("share", share=words.percent(known.share)),
            ]
        ),
    }


def mapped(words: Labels, known: Map, mine: Mapping[str, Sequence[float]], by: str) -> Drawing:
    """The held-out texts by label or by language, and rings with names around the reader's."""
    plane = Plane(-known.reach, known.reach)
    groups = known.labels if by == "label" else tuple(map(LANGUAGES.index, known.languages))
    names = (
        [words[label] for label in LABELS]
        if by == "label"
        else [words.name_of(language) for language in LANGUAGES]
    )
    things: list[Thing] = [
        plane.sign(x, y, group, hollow=True)
        for (x, y), group in zip(known.places(known.vectors).tolist(), groups, strict=True)
    ]
    places = [plane.place(x, y) for x, y in mine.values()]
    things.append(Line(tuple(places)))
    things += [Ring(*place) for place in places]
    edge = max(place[0] for place in places) + 14
    is_right = edge + max(map(across, mine)) < SIDE - 20
    edge = edge if is_right else min(place[0] for place in places) - 14
    heights = apart([place[1] for place in places], (30, SIDE - 40))
    anchor = "start" if is_right else "end"
    things += [Label(edge, height, name, anchor) for name, height in zip(mine, heights, strict=True)]
    drawn = plane.drawing(things, lambda value: words.number(value, 0), x=words["first"], y=words["second"])
    return Drawing((*drawn.things, *below(names)), SIDE, SIDE + 30)


def below(names: Sequence[str]) -> list[Thing]:
    """What each sign stands for, below the map."""
    things: list[Thing] = []
    left = 44.0
    for label, name in enumerate(names):
        things += [Sign(left, SIDE + 18, label, True), Label(left + 12, SIDE + 18, name, "start", label)]
        left += 12 + across(name) + 22
    return things


def cosines(one: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine similarities (n,) of a vector (hidden,) and others (n, hidden)."""
    return others @ one / (np.linalg.norm(one) * np.linalg.norm(others, axis=1))


def alike(words: Labels, names: Sequence[str], vectors: NDArray[np.float64]) -> str:
    """How alike the vectors of the same content in several languages are."""
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    lowest = min(float(cosines(vectors[i], vectors[j : j + 1])[0]) for i, j in pairs)
    return words("alike", lowest=words.number(lowest, 2))


def nearest(words: Labels, known: Map, name: str, text: str, vector: NDArray[np.float64], count: int) -> str:
    """A table of the held-out texts whose vectors are most like that of a text."""
    similar = cosines(vector, known.vectors)
    rows = [
        f"| {plain(known.texts[i])} | {words[LABELS[known.labels[i]]]} | {words.number(similar[i], 2)} |"
        for i in np.argsort(-similar, kind="stable")[:count]
    ]
    head = words("neighbors_of", name=name, text=plain(text))
    return f"{head}\n\n" + table(words, ("neighbor", "label", "similarity"), rows)


def table(words: Labels, heads: Sequence[str], rows: Sequence[str]) -> str:
    """Rows below the labels of their columns."""
    head = " | ".join(words[key] for key in heads)
    return "\n".join([f"| {head} |", "|---" * len(heads) + "|", *rows])


# The sentences


def sheet(run: Runner, words: Labels, *, corpus_of: str, source: str, number: int) -> dict[str, Any]:
    """What a corpus is, and some of its sentences with their labels."""
    language = words.spoken(LANGUAGES, corpus_of)
    origin, *more = about(words, card(language))
    some = by_hand(language) if source == "by_hand" else corpus(language, "test", ROWS * PAGES)
    start = (number - 1) * ROWS % len(some)
    rows = [f"| {plain(one.text)} | {words[one.label]} |" for one in some[start : start + ROWS]]
    return {
        "about": "\n\n".join([origin, words["rule"], *more]),
        "sentences": table(words, ("neighbor", "label"), rows),
    }


def ready(stop: Event) -> None:
    """The nets and the map."""
    load_nets(torch.device("cpu"))
    if not stop.is_set():
        held_out()


TABS = (
    Tab(
        "read",
        (Words("text", longest=CHARACTERS), Slider("without", 0, LONGEST, 0, step=1)),
        (Chart("reading", click=leave_out), Chart("reasons", click=leave_out), Text("facts")),
        classify,
        above=1,
        pace=PACE,
    ),
    Tab(
        "map",
        (
            Words("text", longest=CHARACTERS),
            Choice("content", CONTENTS, "own", dropdown=True),
            Choice("by", ("label", "language"), "label"),
            Slider("neighbors", 1, 10, 4, step=1),
        ),
        (Chart("map"), Text("near")),
        locate,
        above=1,
    ),
    Tab(
        "sentences",
        (
            LanguageChoice("corpus_of", ("page", *LANGUAGES), "page"),
            Choice("source", ("grammar", "by_hand"), "grammar"),
            Number("number", 1, 1, PAGES),
        ),
        (Text("about"), Text("sentences")),
        sheet,
        above=0,
    ),
)
STILL = ("reading",)
AHEAD = (ready,)
