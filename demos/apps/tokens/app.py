"""A text as characters, bytes and byte pairs: what a model reads instead of it, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any

from demos.apps.tokens.drawing import Part, drawn
from demos.apps.tokens.pairs import MOST, TRAINED_ON, Cutter, Step, cutter, is_learned, learned
from demos.data.texts import characters
from demos.data.texts.cards import card
from demos.data.texts.characters import UNKNOWN
from demos.data.texts.corpus import LANGUAGES, corpus
from demos.kit.app import Tab
from demos.kit.charts import lines
from demos.kit.controls import Choice, LanguageChoice, Number, Slider, Words
from demos.kit.data_card import about, in_language
from demos.kit.functions import Runner
from demos.kit.labels import Labels
from demos.kit.shows import Chart, Text

LONGEST = 120  # characters of a reader's text
ALL_STEPS = 60  # as far as the slider of steps goes: there, all are done
LATEST = 5  # steps that the table shows
CONTENTS = ("weather", "recipe", "letter", "model", "consent")
EVERY = 100  # merges from one point of the curve to the next


# Cut a text


def cut(
    run: Runner, words: Labels, *, text: str, trained_on: str, merges: int, step: int
) -> Iterator[dict[str, Any]]:
    """A text in characters, bytes and pieces after some of its merges, and the latest of these."""
    text = characters.tidied(text or words["text_example"])
    cuts = {
        words("characters", n=words.thousands(len(text))): by_character(text),
        words("bytes", n=words.thousands(len(text.encode()))): by_byte(text),
    }
    if not is_learned(trained_on):
        yield {"cuts": drawn(cuts), "facts": words["learning"], "merged": ""}
    using = cutter(text, trained_on)
    steps = using.steps(merges)
    done = len(steps) if step == ALL_STEPS else min(step, len(steps))
    pieces = using.pieces(steps[done - 1].rank if done else 0)
    named = words("pieces", n=words.thousands(len(pieces)))
    yield {
        "cuts": drawn(cuts | {named: [Part(piece.text, str(piece.number)) for piece in pieces]}),
        "facts": facts(words, text, len(pieces), merges, len(steps), step),
        "merged": table(words, steps[:done]),
    }


def by_character(text: str) -> list[Part]:
    numbers = characters.numbers(text)
    return [
        Part(character, "?" if number == UNKNOWN else str(number))
        for character, number in zip(text, numbers, strict=True)
    ]


def by_byte(text: str) -> list[Part]:
    return [Part(f"{byte:02X}") for byte in text.encode()]


def facts(words: Labels, text: str, pieces: int, merges: int, used: int, step: int) -> str:
    """What the cuts come to. `used`: merges that the text needs; `step`: how many a reader wants done."""
    said = [words("vocabulary", size=words.thousands(256 + merges), merges=words.thousands(merges))]
    if text:
        said.append(words("each_piece", characters=words.number(len(text) / pieces)))
    if used:
        said.append(words("used", used=used, done=used if step == ALL_STEPS else min(step, used)))
    if used < step < ALL_STEPS:
        said.append(words("no_more", used=used, step=step))
    if unknown := [c for c in dict.fromkeys(text) if characters.numbers(c) == [UNKNOWN]]:
        said.append(words("not_in_table", characters=words.quoted(unknown)))
    return words.sentences(said)


def table(words: Labels, steps: list[Step]) -> str:
    """The latest merges of a text, the last one on top."""
    if not steps:
        return words["no_merge"]
    head = " | ".join(words[key] for key in ("rank", "pair", "becomes"))
    rows = [
        f"| {words.thousands(one.rank)} | {code(one.left)} + {code(one.right)} "
        f"| {code(one.left + one.right)} |"
        for one in reversed(steps[-LATEST:])
    ]
    return "\n".join([f"| {head} |\n|--:|---|---|", *rows])


def code(content: bytes) -> str:
    """Bytes as a piece in a table: spaces are seen, and no sign of a reader's text means anything there."""
    try:
        text = Part(content.decode()).shown
    except UnicodeDecodeError:
        text = content.hex(" ").upper()
    return "".join(sign if sign.isalnum() or not sign.isascii() else f"&#{ord(sign)};" for sign in text)


# Compare languages


def compare(
    run: Runner, words: Labels, *, content: str, trained_on: str, merges: int
) -> Iterator[dict[str, Any]]:
    """The same content in three languages, in pieces, in numbers, and by the size of the vocabulary."""
    texts = {language: words.demo.labels[f"same_{content}"][language] for language in LANGUAGES}
    if not is_learned(trained_on):
        yield {"sides": drawn({words["learning"]: []}), "counts": words["learning"]}
    using = {language: cutter(text, trained_on) for language, text in texts.items()}
    sides = {
        words("side", language=words.name_of(language), n=len(pieces)): [Part(one.text) for one in pieces]
        for language, pieces in ((language, one.pieces(merges)) for language, one in using.items())
    }
    yield {
        "sides": drawn(sides),
        "counts": counted(words, using, merges),
        "curves": lines(
            {
                words.name_of(language): [(n, len(one.tokens(n))) for n in range(0, MOST + 1, EVERY)]
                for language, one in using.items()
            },
            "{:.0f}".format,  # ungrouped, the last one fits at the edge of a phone
            x=words["curves_x"],
            y=words["curves_y"],
            up=(0, max(len(text.encode()) for text in texts.values())),
            at=[EVERY * round(merges / EVERY)] * len(using),
        ),
    }


def counted(words: Labels, using: Mapping[str, Cutter], merges: int) -> str:
    """A table of what each language needs, and the dearest beside the cheapest."""
    pieces = {language: len(one.tokens(merges)) for language, one in using.items()}
    head = " | ".join(
        words[key] for key in ("in_language", "count_characters", "count_bytes", "count_pieces")
    )
    rows = [
        f"| {words.name_of(language)} | {len(one.text)} | {len(one.text.encode())} | {pieces[language]} |"
        for language, one in using.items()
    ]
    dearest, cheapest = max(pieces, key=pieces.__getitem__), min(pieces, key=pieces.__getitem__)
    said = words(
        "ratio",
        dearest=words.name_of(dearest),
        cheapest=words.name_of(cheapest),
        times=words.number(pieces[dearest] / pieces[cheapest]),
    )
    return "\n".join([f"| {head} |\n|---|--:|--:|--:|", *rows, "", said])


# The texts themselves


def show(run: Runner, words: Labels, *, corpus_of: str, number: int) -> dict[str, Any]:
    """The card of a corpus, and one of its documents."""
    language = words.spoken(LANGUAGES, corpus_of)
    its = card(language)
    said = [f"**{in_language(words, its.name)}**", *about(words, its)]
    documents = corpus(language, "train")
    lines_of = documents[(number - 1) % len(documents)].split("\n")
    return {"card": "\n\n".join(said), "document": "> " + "\n>\n> ".join(lines_of)}


def learn_ahead(stop: Event) -> None:
    """The merges of every choice, so that the first reader needn't wait."""
    for language in TRAINED_ON:
        if stop.is_set():
            return
        learned(language)


TABS = (
    Tab(
        "cut",
        (
            Words("text", longest=LONGEST),
            LanguageChoice("trained_on", TRAINED_ON, "all"),
            Slider("merges", 0, MOST, 1000, step=10),
            Slider("step", 0, ALL_STEPS, ALL_STEPS, step=1, play=True),
        ),
        (Chart("cuts"), Text("facts"), Text("merged")),
        cut,
        above=1,
    ),
    Tab(
        "compare",
        (
            Choice("content", CONTENTS, "weather"),
            LanguageChoice("trained_on", TRAINED_ON, "en"),
            Slider("merges", 0, MOST, 1000, step=10),
        ),
        (Chart("sides"), Text("counts"), Chart("curves")),
        compare,
        above=1,
    ),
    Tab(
        "texts",
        (LanguageChoice("corpus_of", ("page", *LANGUAGES), "page"), Number("number", 1, 1, 700)),
        (Text("card"), Text("document")),
        show,
        above=0,
    ),
)
STILL = ("cuts",)
AHEAD = (learn_ahead,)
