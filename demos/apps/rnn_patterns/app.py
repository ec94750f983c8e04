"""The five patterns of inputs and outputs, each with a trained net and a reader's own input, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import ceil
from threading import Event
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.apps.rnn_patterns.drawing import Column, Pixels, Vector, unrolled
from demos.data.avatars.ahead import READERS, portrait, readers_portraits
from demos.data.avatars.dataset import READERS_SEED, to_bytes
from demos.data.avatars.factors import BY_NAME, sample_rows
from demos.data.captions.grammar import LANGUAGES
from demos.data.sentences.pieces import START as BEGIN
from demos.data.sentences.pieces import written
from demos.data.sentiment.grammar import LABELS
from demos.data.sentiment.tokens import LONGEST, START, tokens
from demos.data.texts.characters import UNKNOWN, is_chinese, numbers
from demos.kit.app import Tab
from demos.kit.charts import heat_map
from demos.kit.controls import Choice, LanguageChoice, Seed, Slider, Words
from demos.kit.functions import Runner
from demos.kit.labels import Labels, plain
from demos.kit.remember import remembered
from demos.kit.shows import Chart, Text
from demos.kit.weights import read_card
from demos.models.captioner import captions
from demos.models.captioner.functions import describe
from demos.models.captioner.functions import states as states_of_caption
from demos.models.captioner.model import load_captioner
from demos.models.judge import load_judge
from demos.models.judge.functions import read as read_portrait
from demos.models.sentiment import load_nets
from demos.models.sentiment.functions import read as read_sentiment
from demos.models.tagger import gaps
from demos.models.tagger.functions import tag
from demos.models.tagger.model import DIRECTIONS, WEIGHTS, load_tagger
from demos.models.translation.functions import states as states_of_translation
from demos.models.translation.model import load_net
from demos.models.translation.reading import Sentence, on_reading, sentence, translation

CHARACTERS = 160  # of a reader's text
TAGGED = 90  # of them for the tagger, which goes letter by letter
UNITS = 32  # rows of the heat map
END = "■"
ALL = 100  # percent of the steps, as a film
FRAMES = 40  # of a film at most
SLOW, FAST = 0.25, 0.12  # seconds at least for a word, and for a letter
WAY = Slider("way", 0, ALL, ALL, step=2)
SEEN = ("glasses", "hat", "beard")
PORTRAIT = Seed("portrait", 47)
SHOWS = (Chart("figure"), Chart("moving"), Text("said"), Text("facts"))
Heat = NDArray[np.float64]


def steps(way: float, count: int) -> range:
    """The steps (from 1) that are shown one after the other: all up to the last, or every second or third of
    many; or the one that is so many percent of the way from the first to the last."""
    if way == ALL:
        return range(count, 0, -ceil(count / FRAMES))[::-1]
    now = 1 + round((count - 1) * way / ALL)
    return range(now, now + 1)


def rows(states: Sequence[Vector], count: int = UNITS) -> NDArray[np.float64]:
    """Vectors as the columns of a heat map, of which it has so many rows at most."""
    values = np.stack(states, 1)
    return values[:: ceil(len(values) / count)]


def vectors(states: Tensor) -> list[Vector]:
    """The rows (length, hidden) of a tensor."""
    return list(states.double().numpy())


def numbered(count: int) -> list[str]:
    """What stands below the columns of a heat map: every fifth number, and the first."""
    return [str(i) if i == 1 or i % 5 == 0 else "" for i in range(1, count + 1)]


def pixels(picture: Tensor) -> Pixels:
    """A picture (3, s, s) for a chart."""
    colors = to_bytes(picture[None])[0].permute(1, 2, 0).numpy()
    return np.dstack([colors, np.full(colors.shape[:2], 255, np.uint8)])


# One to one: a portrait, and what it wears


def one_to_one(run: Runner, words: Labels, *, portrait: int, what: str, count: int) -> dict[str, Any]:
    """Portraits and what the judge reads off each of them, by itself."""
    found = [seen(run, (portrait + i) % READERS, what) for i in range(count)]
    names = [words[f"seen_{what}_{value}"] for _, value, _ in found]
    nothing = np.zeros(1)  # the net has no state to be shown
    columns = [Column(picture, name, (nothing,)) for (picture, _, _), name in zip(found, names, strict=True)]
    least = "M" * 5  # even short answers get columns that a portrait fits into
    right = sum(value == truth for _, value, truth in found)
    return {
        "single": unrolled(columns, -1, [*names, least], linked=False),
        "facts": words(
            "read", what=words[f"what_{what}"], values=words.listed(names), right=right, count=count
        ),
    }


@remembered(256)
def seen(run: Runner, number: int, what: str) -> tuple[Pixels, str, str]:
    """A portrait, what the judge reads off it, and what is true."""
    picture, classes = portrait(number), BY_NAME[what].classes
    said = int(run(read_portrait, picture=picture)[what][0])
    truth = int(sample_rows(READERS_SEED, torch.tensor([number]))[what][0])
    return pixels(picture[0]), classes[said], classes[truth]


# One to many: a portrait, and its caption word by word


def one_to_many(run: Runner, words: Labels, *, portrait: int, way: float) -> Iterator[dict[str, Any]]:
    """The caption of a portrait in the page's language. The net reads each word that it wrote."""
    language = words.spoken(LANGUAGES)
    picture, found, states = caption(run, portrait, language)
    texts = [*found, END]
    for now in steps(way, len(texts)):
        columns = [Column(None if i else picture, texts[i], (states[i],), fed=i > 0) for i in range(now)]
        yield {
            "figure": unrolled(columns, now - 1, texts),
            "moving": heat_map({words["state"]: rows(states[:now])}, numbered(now)),
            "said": plain(captions.text_of(found[:now], language)),
        }
    yield {"facts": words("wrote", count=len(found))}


@remembered(64)
def caption(run: Runner, number: int, language: str) -> tuple[Pixels, list[str], list[Vector]]:
    """A portrait, the words of its greedy caption, and the state behind which each of them and the end was
    written."""
    picture = portrait(number)
    place = torch.tensor([LANGUAGES.index(language)])
    found = run(describe, picture=picture, language=place, beams=1)["words"][0, 0].tolist()
    said = captions.read(found)
    heard = torch.tensor([[captions.start(language), *found[: len(said)]]])
    states = run(states_of_caption, picture=picture, words=heard)["states"][0]
    return pixels(picture[0]), said, vectors(states)


# Many to one: a sentence, and whether it praises


def many_to_one(run: Runner, words: Labels, *, review: str, way: float) -> Iterator[dict[str, Any]]:
    """A sentence word by word, and its sentiment, of which nothing is said before the last word."""
    given = tokens(review.strip() or words["review_example"], LONGEST + 1)
    found = given[:LONGEST]
    logits, states = sentiment(run, tuple(token.number for token in found))
    chances = logits.double().softmax(0)
    label = words[f"feeling_{LABELS[int(chances.argmax())]}"]
    verdict = words("verdict", label=label, chance=words.chance(float(chances.max())))
    texts = [token.text if token.known else f"{token.text} ?" for token in found]
    for now in steps(way, len(found)):
        columns = [
            Column(text, None if i < len(found) - 1 else label, (states[i] if i < now else None,))
            for i, text in enumerate(texts)
        ]
        yield {
            "figure": unrolled(columns, now - 1, [*texts, label]),
            "moving": heat_map({words["state"]: rows(states[:now])}, numbered(now)),
            "said": verdict if now == len(found) else words("waits", left=len(found) - now),
        }
    unknown = list(dict.fromkeys(token.text for token in found if not token.known))
    remarks = [words("one_vector", count=len(states[0]))]
    remarks += [words("unknown", words=words.quoted(unknown[:8]))] if unknown else []
    remarks += [words("cut", longest=LONGEST)] if len(given) > LONGEST else []
    yield {"facts": words.sentences(remarks)}


@remembered(64)
def sentiment(run: Runner, found: tuple[int, ...]) -> tuple[Tensor, list[Vector]]:
    """The logits of a sentence's sentiment, and the states behind its words."""
    read = run(read_sentiment, numbers=torch.tensor([[START, *found]]))
    return read["gru"][0, -1], vectors(read["state"][0, 1:])


# Many to many, one after the other: a sentence, and its translation


def delayed(run: Runner, words: Labels, *, text: str, into: str, way: float) -> Iterator[dict[str, Any]]:
    """A sentence that is read, then its translation, piece by piece."""
    asked = sentence(text.strip() or words["text_example"], words.spoken(LANGUAGES), into)
    found = translation(run, asked, "gru")
    source, target = asked.shown(), [*found.texts(asked), END]
    encoder, decoder = states_of(run, asked, found.numbers)
    count = len(source)
    for now in steps(way, count + len(target)):
        columns = [Column(word, None, (encoder[i] if i < now else None,)) for i, word in enumerate(source)]
        columns += [Column(None, target[i], (decoder[i],), fed=i > 0) for i in range(now - count)]
        said = plain(written(target[:-1][: max(0, now - count)], asked.target))
        yield {
            "figure": unrolled(columns, now - 1, [*source, *target]),
            "moving": heat_map(
                both_nets(words, encoder[:now], decoder[: max(0, now - count)]), numbered(now)
            ),
            "said": said if now > count else words("reads", left=count - now),
        }
    names = {end: words.name_of(getattr(asked, end)) for end in ("source", "target")}
    remarks = [words("translated", read=count, wrote=len(target), **names), *on_reading(words, asked, into)]
    yield {"facts": words.sentences(remarks)}


@remembered(64)
def states_of(run: Runner, asked: Sentence, said: tuple[int, ...]) -> tuple[list[Vector], list[Vector]]:
    """The encoder's states at each of a sentence's numbers, of its reading from the left, and the decoder's
    behind which each number of the translation and the end was written."""
    read = torch.tensor([asked.numbers])
    found = run(
        states_of_translation,
        numbers=read,
        seen=torch.ones_like(read, dtype=torch.bool),
        written=torch.tensor([[BEGIN, *said]]),
    )
    encoder = found["encoder"][0]
    return vectors(encoder[:, : encoder.shape[1] // 2]), vectors(found["decoder"][0])


def both_nets(words: Labels, encoder: Sequence[Vector], decoder: Sequence[Vector]) -> Mapping[str, Heat]:
    """One map below the other; each is empty while the other net is at work."""
    first = rows(encoder, UNITS // 2)
    second = rows(decoder, UNITS // 2) if decoder else np.zeros((UNITS // 2, 0))
    return {
        words["encoder"]: np.pad(first, ((0, 0), (0, second.shape[1]))),
        words["decoder"]: np.pad(second, ((0, 0), (first.shape[1], 0))),
    }


# Many to many, in step: letters, and what stood behind each


def in_step(
    run: Runner, words: Labels, *, letters: str, direction: str, way: float
) -> Iterator[dict[str, Any]]:
    """A text without spaces and signs, letter by letter, and what the tagger puts behind each."""
    has_letters = bool(gaps.bare(letters)[0])
    characters, truth = gaps.bare(letters if has_letters else words["letters_example"])
    found, left, right = tagged(run, characters, direction)
    count, twice, language = len(characters), direction == "both", language_of(words, characters)
    for now in steps(way, 2 * count if twice else count):
        back = min(count, 2 * count - now) if twice else count  # how far the reading from the right has come
        read = min(now, count)
        columns = [
            Column(
                character,
                sign(found[i], language),
                (left[i] if i < read else None, *([right[i] if i >= back else None] if twice else [])),
            )
            for i, character in enumerate(characters)
        ]
        done = slice(back, count) if twice else slice(read)
        at = back if now > count else read - 1
        yield {
            "figure": unrolled(columns, at, []),
            "moving": heat_map(readings(words, left[:read], right[back:], twice), characters[:read], at),
            "said": f"{plain(characters)}\n\n### "
            + (plain(gaps.restored(characters[done], found[done], language)) or "…"),
        }
    remarks = [] if has_letters or not letters.strip() else [words["no_letters"]]
    remarks += compared(words, found, truth)
    missing = list(dict.fromkeys(c for c in characters if UNKNOWN in numbers(c)))
    remarks += [words("unknown", words=words.quoted(missing[:8]))] if missing else []
    scores = read_card(WEIGHTS).metrics
    found_by = {name: words.percent(scores[f"gaps.{language}.{name}"].value) for name in DIRECTIONS}
    yield {"facts": words.sentences([*remarks, words("on_card", **found_by)])}


def language_of(words: Labels, characters: str) -> str:
    """Chinese if there is a Chinese character in it; else the page's language, if that is another."""
    own = words.spoken(LANGUAGES)
    return "zh" if any(map(is_chinese, characters)) else "en" if own == "zh" else own


@remembered(64)
def tagged(run: Runner, characters: str, direction: str) -> tuple[list[int], list[Vector], list[Vector]]:
    """A tag for each character, and the states of the reading from the left and of the one from the right."""
    found = run(tag, numbers=torch.tensor([numbers(characters)]))
    return found[direction][0].argmax(1).tolist(), vectors(found["left"][0]), vectors(found["right"][0])


def sign(tag: int, language: str) -> str:
    """What stands in a box for a tag: nothing, a space that can be seen, or a sign."""
    return "␣" if tag == gaps.SPACE else gaps.WRITTEN[language == "zh"][tag].strip()


def readings(
    words: Labels, left: Sequence[Vector], right: Sequence[Vector], twice: bool
) -> Mapping[str, Heat]:
    """The states of one reading, or of two, of which the second began at the end."""
    if not twice:
        return {words["state"]: rows(left)}
    back = rows(right, UNITS // 2) if right else np.zeros((UNITS // 2, 0))
    return {
        words["from_left"]: rows(left, UNITS // 2),
        words["from_right"]: np.pad(back, ((0, 0), (len(left) - back.shape[1], 0))),
    }


def compared(words: Labels, found: Sequence[int], truth: Sequence[int]) -> list[str]:
    """How much of what stood in the reader's text was found; the end of it is no question. Nothing if
    there was nothing to find."""
    pairs = list(zip(found, truth, strict=True))[:-1]
    there = sum(true != gaps.NOTHING for _, true in pairs)
    if not there:
        return []
    hits = sum(true != gaps.NOTHING and said == true for said, true in pairs)
    extra = sum(true == gaps.NOTHING and said != true for said, true in pairs)
    remarks = [words("compared", there=there, hits=hits)]
    return [*remarks, words("extra", count=extra)] if extra else remarks


def ready(stop: Event) -> None:
    """The nets."""
    cpu = torch.device("cpu")
    for load in (load_judge, load_captioner, load_nets, partial(load_net, "gru"), load_tagger):
        if not stop.is_set():
            load(cpu)


TABS = (
    Tab(
        "one_to_one",
        (PORTRAIT, Choice("what", SEEN, "glasses"), Slider("count", 1, 3, 1, step=1)),
        (Chart("single"), Text("facts")),
        one_to_one,
    ),
    Tab("one_to_many", (PORTRAIT, WAY), SHOWS, one_to_many, above=2, pace=SLOW),
    Tab("many_to_one", (Words("review", longest=CHARACTERS), WAY), SHOWS, many_to_one, above=2, pace=SLOW),
    Tab(
        "delayed",
        (Words("text", longest=CHARACTERS), LanguageChoice("into", ("auto", *LANGUAGES), "auto"), WAY),
        SHOWS,
        delayed,
        above=2,
        pace=SLOW,
    ),
    Tab(
        "in_step",
        (Words("letters", longest=TAGGED), Choice("direction", DIRECTIONS, "both"), WAY),
        SHOWS,
        in_step,
        above=2,
        pace=FAST,
    ),
)
STILL = ("figure",)
AHEAD = (readers_portraits, ready)
