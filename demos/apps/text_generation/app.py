"""A net writes on from a reader's words: what it writes, what it chooses between at one character, and what
happens inside."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from threading import Event
from typing import Any

import torch
from torch import Tensor

from demos.data.texts import characters
from demos.data.texts.characters import END, START, UNKNOWN
from demos.data.texts.corpus import LANGUAGES
from demos.kit.app import Tab
from demos.kit.charts import BAR, Drawing, bars, heat_map
from demos.kit.controls import Action, Choice, LanguageChoice, Seed, Slider, State, Words
from demos.kit.functions import Runner, direct
from demos.kit.labels import Labels, plain
from demos.kit.random import uniform
from demos.kit.remember import remembered, remembered_end
from demos.kit.shows import Chart, Point, Text
from demos.kit.weights import read_card
from demos.models.text import KINDS, WEIGHTS, load_net, look, next_logits, numbered, write
from demos.models.text.evaluate import share_valid, words_of
from demos.models.text.functions import chosen_shares, drawn

LENGTH = 400  # characters written
CHUNK = 20  # characters between two looks at a text that is being written
LONGEST = 120  # characters of a reader's text
LIKELY = 10  # next characters with a bar
MANY = 20  # characters that a button draws
ROWS = 5  # of the table of scores

KIND = Choice("kind", KINDS, "lstm")
LANGUAGE = LanguageChoice("language", ("page", *LANGUAGES), "page")
TEMPERATURE = Slider("temperature", 0, 2, 0.7, step=0.05)
CHOSEN = (Slider("top_k", 0, 40, 0, step=1), Slider("top_p", 0.05, 1, 1.0, step=0.05))


def begun(text: str, words: Labels, language: str) -> str:
    """The reader's text as the table would write it, or the example in the page's language."""
    return characters.tidied(text) or (words["text_example"] if language == words.spoken(LANGUAGES) else "")


# Write


def compose(
    run: Runner,
    words: Labels,
    *,
    text: str,
    kind: str,
    temperature: float,
    language: str,
    seed: int,
    top_k: int,
    top_p: float,
) -> Iterator[dict[str, Any]]:
    """A text that goes on, a few characters more each time; in the end, what there is to say about it."""
    own = words.spoken(LANGUAGES, language)
    text = begun(text, words, own)
    new: list[int] = []
    for new, state in continued(run, text, own, kind, temperature, top_k, top_p, seed):
        written = as_text(new)
        some = {words["rows_state"]: units(state, UNITS).double().numpy()}
        columns = [visible(character) for character in written.replace("\n\n", "↵")]
        yield {"written": shown(text, written), "moving": heat_map(some, columns)}
    yield {"facts": words.sentences([*only(words, language), *remarks(words, text, new, own, kind)])}


@remembered_end(64)
def continued(
    run: Runner, text: str, language: str, kind: str, temperature: float, top_k: int, top_p: float, seed: int
) -> Iterator[tuple[list[int], Tensor]]:
    """The numbers that a net writes behind a text, so far, and its state (units, n) after each."""
    chances = uniform(seed, LENGTH, stream="text")
    known, new, states = numbered(text, language), list[int](), list[Tensor]()
    for start in range(0, LENGTH, CHUNK):
        more = run(
            write,
            numbers=torch.tensor([known + new]),
            chances=chances[None, start : start + CHUNK],
            **settings(temperature, top_k, top_p),
            language=language,
            kind=kind,
        )
        new = [*new, *more["numbers"][0].tolist()]
        states.append(more["state"][0])
        yield new, torch.cat(states, 1)


def settings(temperature: float, top_k: int, top_p: float) -> dict[str, Tensor]:
    """How the next character is chosen, as a batch of one; a `top_k` of 0 leaves none out."""
    most = int(top_k) or characters.size()
    return {
        "temperature": torch.tensor([float(temperature)]),
        "top_k": torch.tensor([most]),
        "top_p": torch.tensor([float(top_p)]),
    }


def shown(text: str, written: str) -> str:
    """The reader's text, marked, and what the net wrote."""
    given = f"<mark>{plain(text)}</mark>" if text else ""
    return given + plain(written)


def as_text(numbers: Sequence[int]) -> str:
    """What a net wrote; an empty line where the next text begins."""
    return "".join("\n\n" if n == START else characters.text_of([n]) for n in numbers)


def remarks(words: Labels, text: str, new: Sequence[int], language: str, kind: str) -> list[str]:
    """Unknown characters, how many words are words, a loop, and how well the net predicts texts."""
    written = as_text(new)
    said = unknown(words, text, language)
    valid = share_valid([written], language)
    if len(words_of(written, language)) > 1:
        said.append(words(f"valid_{'pairs' if language == 'zh' else 'words'}", share=words.percent(valid)))
    if length := looped(new):
        said.append(words("looped", length=length))
    card = read_card(WEIGHTS)
    metrics = card.metrics
    said.append(
        words(
            "on_card",
            bits=words.number(metrics[f"bits.{language}.{kind}"].value, 2),
            ngrams=words.number(metrics[f"ngram_bits.{language}"].value, 2),
        )
    )
    return said


def only(words: Labels, language: str) -> list[str]:
    """To a reader who chose a language: that the net knows no other one."""
    return [] if language == "page" else [words("only", language=words.name_of(language))]


def unknown(words: Labels, text: str, language: str) -> list[str]:
    """A sentence on characters that the nets of a language lack, if there are any."""
    missing = list(dict.fromkeys(c for c in text if UNKNOWN in numbered(c, language)))
    return [words("unknown", characters=plain(" ".join(missing[:8])))] if missing else []


def looped(new: Sequence[int]) -> int:
    """The length of what is written again and again at the end, at least three times; 0 if nothing is."""
    for length in range(1, len(new) // 3 + 1):
        last = new[-length:]
        if new[-2 * length : -length] == last and new[-3 * length : -2 * length] == last:
            return length
    return 0


# Character by character


def step(
    run: Runner,
    words: Labels,
    *,
    text: str,
    kind: str,
    temperature: float,
    of: str,
    top_k: int,
    top_p: float,
) -> dict[str, Any]:
    """The next character's distribution after a text, before and after temperature, top-k and top-p."""
    text, language = characters.tidied(text), words.spoken(LANGUAGES, of)
    logits = logits_after(run, text, language, kind)
    before, after = logits.double().softmax(0), shares_of(logits, temperature, top_k, top_p)
    most = max(float(before.max()), float(after.max()))
    return {
        "so_far": f"{plain(text)}<mark>&nbsp;</mark>" if text else words["empty"],
        "next": charted(words, logits, after, most),
        "before": charted(words, logits, before, most),
        "says": "\n\n".join([table(words, logits, before, after), *unknown(words, text, language)]),
    }


@remembered(256)
def logits_after(run: Runner, text: str, language: str, kind: str) -> Tensor:
    """Logits (size,) of the next character."""
    logits: Tensor = run(
        next_logits, numbers=torch.tensor([numbered(text, language)]), language=language, kind=kind
    )
    return logits[0]


def shares_of(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    """The probabilities (size,) that the next character is drawn with."""
    return chosen_shares(logits[None], **settings(temperature, top_k, top_p))[0]


def likely(logits: Tensor) -> list[int]:
    """The characters with the highest logits, the highest first: in both charts the same."""
    return logits.sort(descending=True, stable=True).indices[:LIKELY].tolist()


def charted(words: Labels, logits: Tensor, shares: Tensor, most: float) -> Drawing:
    values = {sign(words, number): float(shares[number]) for number in likely(logits)}
    return bars(values, partial(chance, words), most=most)


def chance(words: Labels, share: float) -> str:
    """A probability; 0 % only for what cannot come."""
    return words.chance(share) if share else words.percent(0)


def sign(words: Labels, number: int) -> str:
    """A character as it stands beside its bar."""
    return words["end"] if number == END else visible(characters.text_of([number]))


def visible(text: str) -> str:
    return text.replace(" ", "␣").replace("\n", "↵")


def table(words: Labels, logits: Tensor, before: Tensor, after: Tensor) -> str:
    """What softmax makes of the highest scores."""
    head = " | ".join(words[key] for key in ("character", "score", "power", "softmax", "drawn_with"))
    top = likely(logits)[:ROWS]
    rows = [
        f"| {plain(sign(words, n))} | {words.number(float(logits[n]), 2)} "
        f"| {words.number(float((logits[n] - logits[top[0]]).exp()), 3)} "
        f"| {words.chance(float(before[n]))} | {chance(words, float(after[n]))} |"
        for n in top
    ]
    return "\n".join([f"| {head} |\n|---|--:|--:|--:|--:|", *rows])


def longer(text: str, numbers: Sequence[int]) -> dict[str, str]:
    """The text with more characters; after its end, the next one begins."""
    for number in numbers:
        text = "" if number in (END, START) else text + characters.text_of([number])
    return {"text": text[-LONGEST:]}


def choose(point: Point, state: State) -> Mapping[str, Any]:
    """The text goes on with the character whose bar was clicked."""
    text = characters.tidied(state["text"])
    top = likely(logits_after(direct, text, state["of"], state["kind"]))
    return longer(text, [top[min(int(point[1] // BAR), len(top) - 1)]])


def draw_next(state: State) -> Mapping[str, Any]:
    """The text goes on with a character drawn as the bars say."""
    text = characters.tidied(state["text"])
    logits = logits_after(direct, text, state["of"], state["kind"])
    shares = shares_of(logits, state["temperature"], state["top_k"], state["top_p"])
    chance = torch.tensor([secrets.randbelow(1 << 53) / (1 << 53)], dtype=torch.float64)
    return longer(text, drawn(shares[None], chance).tolist())


def draw_many(state: State) -> Mapping[str, Any]:
    """The text goes on with some characters drawn in the same way."""
    text = characters.tidied(state["text"])
    chances = uniform(secrets.randbelow(1 << 53), 1, MANY)
    more = direct(
        write,
        numbers=torch.tensor([numbered(text, state["of"])]),
        chances=chances,
        **settings(state["temperature"], state["top_k"], state["top_p"]),
        language=state["of"],
        kind=state["kind"],
    )
    return longer(text, more["numbers"][0].tolist())


# Inside

UNITS = 32  # of a state; of a transformer's attention, all heads
GATES = {"lstm": ("input", "forget", "output"), "gru": ("reset", "update"), "transformer": ("attention",)}


def inside(
    run: Runner, words: Labels, *, sentence: str, kind: str, which: str, place: int, language: str
) -> dict[str, Any]:
    """What happens inside a net while it reads a text, up to one of its characters."""
    own = words.spoken(LANGUAGES, language)
    text = characters.tidied(sentence) or words["sentence_example"]
    read = text[:place]
    names = GATES.get(kind, ("state",)) if which == "gates" else ("state",)
    values = {name: seen(run, read if name == "attention" else text, own, kind, name) for name in names}
    values = {name: some[:, 1 : len(read) + 1] for name, some in values.items()}
    says = words(meaning(kind, which), count=max(map(len, values.values())))
    means = [
        words("mean", part=words[f"rows_{name}"], value=words.number(float(some[:, -1].mean()), 2))
        for name, some in values.items()
        if name in ("input", "forget", "output", "reset", "update")
    ]
    rows = UNITS // len(values)
    maps = {words[f"rows_{name}"]: units(some, rows).double().numpy() for name, some in values.items()}
    return {
        "map": heat_map(maps, [visible(character) for character in read]),
        "tells": words.sentences([says, *means, *only(words, language), *unknown(words, text, own)]),
    }


def meaning(kind: str, which: str) -> str:
    """The label that says what a map shows."""
    if which == "gates":
        return "no_gates" if kind == "rnn" else f"says_{kind}"
    return "says_vector" if kind == "transformer" else "says_state"


@remembered(64)
def seen(run: Runner, text: str, language: str, kind: str, part: str) -> Tensor:
    """Values (rows, 1 + length) at the start of a text and at each of its characters; as a reader sees them,
    attention is scaled to a largest share of 1."""
    found: Tensor = run(
        look, numbers=torch.tensor([numbered(text, language)]), language=language, kind=kind, part=part
    )
    return found[0] / found[0].amax(1, keepdim=True) if part == "attention" else found[0]


def units(values: Tensor, count: int) -> Tensor:
    """Every so many rows of values (rows, length), at most `count`."""
    return values[:: -(-len(values) // count)]


def ready(stop: Event) -> None:
    """The nets that the page opens with, and the words of the corpora."""
    for language in LANGUAGES:
        if stop.is_set():
            return
        load_net(language, KIND.default, torch.device("cpu"))
        share_valid([""], language)


TABS = (
    Tab(
        "write",
        (Words("text", longest=LONGEST), KIND, TEMPERATURE, LANGUAGE, Seed("seed", 7)),
        (Text("written"), Chart("moving"), Text("facts")),
        compose,
        more=(CHOSEN,),
        above=1,
    ),
    Tab(
        "step",
        (
            Words("text", longest=LONGEST),
            Action("draw", draw_next, primary=True),
            Action("many", draw_many),
            KIND,
            TEMPERATURE,
            LanguageChoice("of", ("page", *LANGUAGES), "page"),
        ),
        (Text("so_far"), Chart("next", click=choose), Chart("before"), Text("says")),
        step,
        more=(CHOSEN,),
        above=2,
    ),
    Tab(
        "inside",
        (
            Words("sentence", longest=LONGEST),
            KIND,
            Choice("which", ("state", "gates"), "state"),
            Slider("place", 1, LONGEST, 30, step=1, play=True),
            LANGUAGE,
        ),
        (Chart("map"), Text("tells")),
        inside,
        above=1,
    ),
)
STILL = ("moving",)
AHEAD = (ready,)
