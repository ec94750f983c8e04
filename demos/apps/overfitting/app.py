"""Character n-grams from babble to copied training text: what they write, and their losses by order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from threading import Event
from typing import Any

from demos.data.texts import characters
from demos.data.texts.characters import END, START
from demos.data.texts.corpus import LANGUAGES
from demos.kit.app import Tab
from demos.kit.charts import BAR, Drawing, bars, lines
from demos.kit.controls import Action, Choice, LanguageChoice, Seed, Slider, State, Words
from demos.kit.functions import Runner
from demos.kit.labels import Labels, plain
from demos.kit.shows import Chart, Point, Text
from demos.models.ngrams import HIGHEST, Trained, trained
from demos.models.ngrams.model import Shares, draw
from demos.models.ngrams.trained import Stretch, characters_of, copied, validation

LENGTH = 450  # characters written
LONGEST = 120  # characters of the text in the second tab
LIKELY = 10  # next characters with a bar
WHOLE = 1_000_000  # characters: more than any corpus has
AMOUNTS = {"1000": 1000, "5000": 5000, "20000": 20_000, "100000": 100_000, "whole": WHOLE}
STEPS = (1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000)  # of the curve by amount
MOST_BITS = 14.0  # where the axis of losses ends at the latest

# What the tabs have in common. The page's own language is spoken where a reader chose no other.
LANGUAGE = LanguageChoice("language", ("page", *LANGUAGES), "page")
ORDER = Slider("order", 0, HIGHEST, 5, step=1, play=True)
DISCOUNT = Slider("discount", 0.05, 0.95, 0.25, step=0.05)


# Write


def write(
    run: Runner,
    words: Labels,
    *,
    language: str,
    amount: str,
    order: int,
    discount: float,
    seed: int,
    temperature: float,
    least: int,
) -> dict[str, Any]:
    """A text by the model of an order, what of it is copied, and the losses of all orders."""
    language = words.spoken(LANGUAGES, language)
    one = trained(language, AMOUNTS[amount])
    text = written(language, amount, order, discount, seed, temperature)
    stretches = list(copied(text, one.text, least))
    training, unseen = losses(language, AMOUNTS[amount], discount)
    return {
        "written": marked(text, stretches),
        "facts": words.sentences(
            [on_copies(words, text, stretches, least), on_losses(words, order, training, unseen)]
        ),
        "by_order": curves(
            words, [*enumerate(training)], [*enumerate(unseen)], x=words["order_axis"], at=order
        ),
    }


@lru_cache(maxsize=64)
def written(language: str, amount: str, order: int, discount: float, seed: int, temperature: float) -> str:
    """A text that starts like a document, in characters of the language only."""
    model = trained(language, AMOUNTS[amount]).model
    allowed = characters.mask(language).numpy()
    numbers = model.write([START], order, discount, seed=seed, temperature=temperature, allowed=allowed)
    return "".join("\n\n" if n == END else characters.text_of([n]) for n in islice(numbers, LENGTH))


@lru_cache(maxsize=256)
def losses(language: str, amount: int, discount: float) -> tuple[list[float], list[float]]:
    return trained(language, amount).losses(language, discount)


def marked(text: str, stretches: Sequence[Stretch]) -> str:
    """The text as Markdown that means nothing, copied stretches marked; what two share goes to the first."""
    parts, end = [], 0
    for stretch in stretches:
        parts.append(plain(text[end : stretch.start]))
        parts.append(f"<mark>{plain(text[max(end, stretch.start) : stretch.end])}</mark>")
        end = stretch.end
    return "".join([*parts, plain(text[end:])])


def on_copies(words: Labels, text: str, stretches: Sequence[Stretch], least: int) -> str:
    if not stretches:
        return words("nothing_copied", least=least)
    taken = {place for one in stretches for place in range(one.start, one.end)}
    longest = max(one.end - one.start for one in stretches)
    return words("copied", share=words.percent(len(taken) / len(text)), longest=longest, least=least)


def on_losses(words: Labels, order: int, training: Sequence[float], unseen: Sequence[float]) -> str:
    """What the losses of an order mean beside those of the others."""
    best = min(range(len(unseen)), key=unseen.__getitem__)
    said = words(
        "losses",
        order=order,
        training=words.number(training[order], 2),
        unseen=words.number(unseen[order], 2),
    )
    which = "best_here" if best == order else "under" if order < best else "over"
    return words.sentences([said, words(which, best=best, least=words.number(unseen[best], 2))])


def curves(
    words: Labels,
    training: Sequence[tuple[float, float]],
    unseen: Sequence[tuple[float, float]],
    *,
    x: str,
    at: float | None = None,
    across: tuple[float, float] | None = None,
) -> Drawing:
    """Both losses; where a model expects next to nothing of what comes, the axis ends before."""
    most = min(MOST_BITS, max(1.0, *(y for _, y in [*training, *unseen])))
    return lines(
        {
            words["training_line"]: [(x, min(y, most)) for x, y in training],
            words["validation_line"]: [(x, min(y, most)) for x, y in unseen],
        },
        words.plain,
        x=x,
        y=words["bits_axis"],
        across=across,
        up=(0.0, 1.15 * most),  # room for the ring below the name of the axis
        at=() if at is None else (at, at),
    )


# Character by character


def step(
    run: Runner, words: Labels, *, text: str, of: str, amount: str, order: int, discount: float
) -> dict[str, Any]:
    """The most probable next characters after a text."""
    text, language = characters.tidied(text), words.spoken(LANGUAGES, of)
    likely = likely_after(text, language, amount, order, discount)
    return {
        "next": bars({sign(words, number): share for number, share in likely}, words.chance),
        "so_far": f"{plain(text)}<mark>&nbsp;</mark>" if text else words["empty"],
        "says": on_context(words, trained(language, AMOUNTS[amount]), text, order),
    }


def on_context(words: Labels, one: Trained, text: str, order: int) -> str:
    """How often the longest known context was seen, and whether it is shorter than the order."""
    state = one.model.context(context(text))
    used = one.model.used(state, order)
    level, number = one.model.levels[used], state[used]
    counts = {
        "seen": words.thousands(int(level.seen[number])),
        "different": words.thousands(int(level.different[number])),
    }
    if not used:
        return words("unknown_last" if order else "without_context", **counts)
    last = words.shared("quoted", text=plain(visible(text[-used:])))
    place = [words["beginning"]] * (used > len(text)) + [last] * bool(text)
    said = [words("with_context", context=words.listed(place), **counts)]
    if used < min(order, len(context(text))):
        said.append(words("shortened", order=order, used=used))
    return words.sentences(said)


def context(text: str) -> list[int]:
    return [START, *characters.numbers(text)]


@lru_cache(maxsize=64)
def likely_after(text: str, of: str, amount: str, order: int, discount: float) -> list[tuple[int, float]]:
    """Numbers and probabilities of the characters that come next most probably, the first one first."""
    p = probabilities(text, of, amount, order, discount)
    first = (-p).argsort(kind="stable")[:LIKELY]
    return [(int(number), float(p[number])) for number in first]


def probabilities(text: str, of: str, amount: str, order: int, discount: float) -> Shares:
    """What may follow a text in its language, and how probably (size of the table,)."""
    model = trained(of, AMOUNTS[amount]).model
    p = model.following(model.context(context(text)), order, discount) * characters.mask(of).numpy()
    return p / p.sum()


def sign(words: Labels, number: int) -> str:
    """A character as it stands beside its bar."""
    return words["end"] if number == END else visible(characters.text_of([number]))


def visible(text: str) -> str:
    return text.replace(" ", "␣").replace("\n", "↵")


def longer(text: str, number: int) -> dict[str, str]:
    """The text with one more character; after its end, the next one begins."""
    return {"text": "" if number == END else (text + characters.text_of([number]))[-LONGEST:]}


def choose(point: Point, state: State) -> Mapping[str, Any]:
    """The text goes on with the character whose bar was clicked."""
    likely = likely_after(**asked(state))
    return longer(state["text"], likely[min(int(point[1] // BAR), len(likely) - 1)][0])


def take_by_chance(state: State) -> Mapping[str, Any]:
    """The text goes on with a character drawn by its probability."""
    return longer(
        state["text"], draw(probabilities(**asked(state)), 1.0, secrets.randbelow(1 << 53) / (1 << 53))
    )


def take_first(state: State) -> Mapping[str, Any]:
    """The text goes on with the most probable character."""
    return longer(state["text"], likely_after(**asked(state))[0][0])


def asked(state: State) -> dict[str, Any]:
    return {**state, "text": characters.tidied(state["text"])}


# More text


def compare(
    run: Runner, words: Labels, *, language: str, order: int, discount: float
) -> Iterator[dict[str, Any]]:
    """The losses of one order by how much text was counted."""
    language = words.spoken(LANGUAGES, language)
    training: list[tuple[float, float]] = []
    unseen: list[tuple[float, float]] = []
    across = (0.0, characters_of(language, WHOLE) / 1000)
    for amount, losses_here in by_amount(language, discount):
        training.append((amount / 1000, losses_here[0][order]))
        unseen.append((amount / 1000, losses_here[1][order]))
        yield {"by_amount": curves(words, training, unseen, x=words["amount_axis"], across=across)}
    yield {
        "gap": words(
            "gap",
            order=order,
            few=words.number(unseen[0][1] - training[0][1], 2),
            many=words.number(unseen[-1][1] - training[-1][1], 2),
            characters=words.thousands(round(training[-1][0] * 1000)),
        )
    }


def by_amount(language: str, discount: float) -> Iterator[tuple[int, tuple[list[float], list[float]]]]:
    """Characters counted, and the losses of all orders, step by step."""
    whole = characters_of(language, WHOLE)
    for amount in (*(step for step in STEPS if step < whole), WHOLE):
        yield min(amount, whole), losses(language, amount, discount)


def ready(stop: Event) -> None:
    """The corpora, so that the first reader needn't wait for them."""
    for language in LANGUAGES:
        if stop.is_set():
            return
        validation(language)
        trained(language, AMOUNTS["20000"])


AMOUNT = Choice("amount", tuple(AMOUNTS), "20000")
TABS = (
    Tab(
        "write",
        (ORDER, AMOUNT, DISCOUNT, LANGUAGE, Seed("seed", 7)),
        (Text("written"), Text("facts"), Chart("by_order")),
        write,
        more=((Slider("temperature", 0, 2, 1.0, step=0.05), Slider("least", 10, 60, 20, step=1)),),
        above=1,
    ),
    Tab(
        "step",
        (
            Words("text", longest=LONGEST),
            Action("draw", take_by_chance, primary=True),
            Action("first", take_first),
            Slider("order", 0, HIGHEST, 2, step=1),
            AMOUNT,
            LanguageChoice("of", ("page", *LANGUAGES), "page"),
            DISCOUNT,
        ),
        (Text("so_far"), Chart("next", click=choose), Text("says")),
        step,
        above=2,
    ),
    Tab(
        "more_text",
        (ORDER, DISCOUNT, LANGUAGE),
        (Chart("by_amount"), Text("gap")),
        compare,
        above=1,
    ),
)
STILL = ("by_order",)
AHEAD = (ready,)
