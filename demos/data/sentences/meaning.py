"""What a sentence can say, whatever the language: its meanings, and how they are drawn.

A meaning gives each language all that it has to know: Norwegian which of two readings “her key” has, Chinese
whether something is one of many or known already. So each sentence has one meaning, and each meaning one
sentence in every language, which makes a translation right or wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from random import Random
from typing import TypeVar

from demos.data.sentences.lexicon import group, lexicon, noun

PRONOUNS = ("I", "you", "he", "she", "we", "they")
OWN = "own"  # whose something is: the subject’s
TIMES = ("past", "future", "now", "habit")  # tenses that have times of their own, in the lexicon
NUMBERS = tuple(str(number) for number in range(2, 13))
Item = TypeVar("Item")


@dataclass(frozen=True)
class Thing:
    """A noun with what stands before it. `which`: a, the, this, that, these, those, many, bare, a number from
    2 to 12, or whose: then `owner` is a pronoun, the key of a name, or OWN."""

    noun: str
    which: str = "the"
    adjectives: tuple[str, ...] = ()
    owner: str = ""


Person = str | Thing  # a pronoun, the key of a name, or somebody’s mother


@dataclass(frozen=True)
class Meaning:
    """What a sentence says. `kind` is a method of `speech.Speech`; what it doesn't need is empty."""

    kind: str
    mood: str = "says"  # denies, asks; or what is asked for: what, who, when, where, count
    subject: Person | None = None
    verb: str = ""
    tense: str = ""
    thing: Thing | None = None
    other: Person | None = None
    word: str = ""  # the key of a word that stands as it is: a job, a town, an adjective
    place: str = ""
    relation: str = ""  # of a place: on, under …; empty: in it
    time: str = ""
    begins: bool = False  # whether the time stands first
    hour: tuple[int, int] = (0, 0)  # and quarter

    # Where the kind needs it:

    @property
    def it(self) -> Thing:
        assert self.thing is not None
        return self.thing

    @property
    def person(self) -> Person:
        assert self.subject is not None
        return self.subject

    @property
    def other_thing(self) -> Thing:
        assert isinstance(self.other, Thing)
        return self.other

    @property
    def receiver(self) -> str:
        assert isinstance(self.other, str)
        return self.other


def person_of(subject: Person | None) -> str:
    """The pronoun that stands for a person; empty where its gender isn't known."""
    if isinstance(subject, Thing):
        return str(lexicon()[subject.noun].more.get("is", ""))
    if subject in PRONOUNS:
        return str(subject)
    return str(lexicon()[subject].more["is"]) if subject else ""


def things_of(meaning: Meaning) -> list[Thing]:
    """All nouns of a meaning with what stands before them."""
    values = (getattr(meaning, field.name) for field in fields(meaning))
    return [value for value in values if isinstance(value, Thing)]


def words_of(meaning: Meaning) -> frozenset[str]:
    """The names of the words whose combinations decide to which split a meaning belongs."""
    found = set[str]()
    for field in fields(meaning):
        value = getattr(meaning, field.name)
        if isinstance(value, Thing):
            found |= {value.noun, *value.adjectives, value.which if value.which.isdigit() else ""}
            found.add(value.owner if "/" in value.owner else "")
        elif isinstance(value, str) and "/" in value:
            found.add(value)
        elif isinstance(value, tuple) and value[0]:
            found |= {f"hour {value[0]}", f"quarter {value[1]}"}
    return frozenset(word.rpartition("/")[2] for word in found if word)


def meanings(seed: int) -> Iterator[Meaning]:
    """Meanings without end, each drawn by itself."""
    random = Random(seed)
    kinds, weights = [kind for kind, _ in KINDS], [weight for _, weight in KINDS]
    while True:
        meaning = random.choices(kinds, weights)[0](random)
        # In Norwegian, “den grønne boksen” is the green box and that green box.
        if not any(thing.which == "that" and thing.adjectives for thing in things_of(meaning)):
            yield meaning


# How each kind is drawn


def act(random: Random) -> Meaning:
    """Somebody does something to something."""
    verb = random.choice(group("verbs"))
    more = lexicon()[verb].more
    tenses = [
        "past",
        "past",
        "future",
        "want",
        "can",
        "must",
        *(["now", "habit"] if more.get("lasts") else []),
    ]
    tense = "past" if more.get("past") else random.choice(tenses)
    mood = chosen(random, tense, ["says"] * 5 + ["denies", "asks", "what", "who", "when"])
    subject = None if mood == "who" else someone(random)
    takes, knows = more["takes"], bool(more.get("the"))
    thing = None if mood == "what" else some(random, takes, subject, mood, known=knows)
    place = random.choice(group("nouns/places")) if more.get("lasts") and random.random() < 0.2 else ""
    return timed(random, Meaning("act", mood, subject, verb, tense, thing, place=place))


def activity(random: Random) -> Meaning:
    """Somebody swims, at some time, perhaps somewhere."""
    tense = random.choice(["past", "future", "want", "now", "habit", "must"])
    mood = chosen(random, tense, ["says"] * 4 + ["denies", "asks", "who", "when"])
    place = random.choice(group("nouns/places")) if random.random() < 0.4 else ""
    subject = None if mood == "who" else someone(random)
    verb = random.choice(group("activities"))
    return timed(random, Meaning("act", mood, subject, verb, tense, place=place))


def often(random: Random) -> Meaning:
    """Somebody often, always or never eats or drinks something."""
    verb, takes = random.choice([("eat", "dishes"), ("drink", "drinks")])
    thing = Thing(random.choice(noun(takes)), "bare")
    return Meaning(
        "often", "says", someone(random), f"verbs/{verb}", "habit", thing, word=random.choice(group("often"))
    )


def state(random: Random) -> Meaning:
    """Somebody needs or likes something."""
    verb = random.choice(group("states"))
    mood = random.choice(["says"] * 3 + ["denies", "asks", "what", "who"])
    more, subject = lexicon()[verb].more, None if mood == "who" else someone(random)
    likes = bool(more.get("those"))
    thing = some(random, more["takes"], subject, "denies" if likes else mood)
    if likes and random.random() < 0.5:
        kinds = random.choice(["food", "dishes", "drinks", "animals"])
        thing = Thing(random.choice(noun(kinds)), "bare" if kinds in ("dishes", "drinks") else "many")
    return Meaning("act", mood, subject, verb, "state", None if mood == "what" else thing)


def hobby(random: Random) -> Meaning:
    """Somebody likes to do something."""
    mood = random.choice(["says", "denies", "asks", "who"])
    subject = None if mood == "who" else someone(random)
    return Meaning("hobby", mood, subject, random.choice(group("activities")))


def gift(random: Random) -> Meaning:
    """Somebody gave somebody something."""
    subject = someone(random)
    other = random.choice([who for who in PRONOUNS if who != person_of(subject)])
    if {person_of(subject), other} <= {"I", "we"} or random.random() < 0.3:
        other = random.choice([name for name in group("people", unknown=True) if name != subject])
    thing = some(random, ["things", "reading", "food"], None, "says", indefinite=True)
    tense = random.choice(["past", "future"])
    mood = random.choice(["says", "says", "says", "asks"])
    return timed(random, Meaning("gift", mood, subject, "", tense, thing, other))


def exists(random: Random) -> Meaning:
    """There is something somewhere."""
    mood = random.choice(["says", "says", "says", "denies", "asks", "count"])
    place, relation = where(random)
    thing = described(random, random.choice(noun(random.choice(["animals", "things", "food", "reading"]))))
    if mood == "says":
        which = random.choice(["a", "a", *NUMBERS])
        thing = Thing(thing.noun, which, thing.adjectives)
    return Meaning("exists", mood, thing=plain(thing, mood), place=place, relation=relation)


def located(random: Random) -> Meaning:
    """Something or somebody is somewhere."""
    place, relation = where(random)
    mood = random.choice(["says", "says", "denies", "asks", "where"])
    if random.random() < 0.3:
        place = "" if mood == "where" else random.choice(group("nouns/places"))
        return Meaning("located", mood, someone(random), place=place)
    kind = random.choice(["animals", "things", "things", "reading"])
    thing = known(random, described(random, random.choice(noun(kind))))
    if mood == "where":
        place = relation = ""
    return Meaning("located", mood, thing=thing, place=place, relation=relation)


def quality(random: Random) -> Meaning:
    """Something or somebody is big."""
    mood = random.choice(["says", "says", "denies", "asks", "too"])
    subject, thing, word = judged(random)
    if mood == "too" and "/color/" in word:
        mood = "says"
    return Meaning("quality", mood, subject, thing=thing, word=word)


def contrast(random: Random) -> Meaning:
    """One thing is big, but another is small."""
    kinds = random.choice(
        [("animals", "beings"), ("things", "size"), ("things", "color"), ("large", "color")]
    )
    first, second = (known(random, Thing(key)) for key in different(random, noun(kinds[0])))
    one, other = different(random, group(f"adjectives/{kinds[1]}"))
    return Meaning("contrast", "says", thing=first, other=second, word=one, verb=other)


def compare(random: Random) -> Meaning:
    """One thing is bigger than another."""
    kinds = random.choice(
        [("animals", "beings"), ("things", "size"), ("large", "size"), ("family", "people")]
    )
    words = [key for key in group(f"adjectives/{kinds[1]}") if "more" in lexicon()[key].more]
    first, second = different(random, noun(kinds[0]))
    things = [
        owned(random, Thing(key)) if kinds[0] == "family" else known(random, Thing(key))
        for key in (first, second)
    ]
    mood = random.choice(["says", "says", "asks"])
    return Meaning("compare", mood, thing=things[0], other=things[1], word=random.choice(words))


def has(random: Random) -> Meaning:
    """Somebody has something."""
    mood = random.choice(["says", "says", "says", "denies", "asks", "count"])
    kind = random.choice(["things", "things", "reading", "animals", "large", "food"])
    thing = described(random, random.choice(noun(kind)))
    if mood == "says":
        thing = Thing(thing.noun, random.choice(["a", "a", *NUMBERS]), thing.adjectives)
    return Meaning("has", mood, someone(random), thing=plain(thing, mood))


def lives(random: Random) -> Meaning:
    """Somebody lives in a town."""
    mood = random.choice(["says", "says", "denies", "asks", "where", "who"])
    town = "" if mood == "where" else random.choice(group("towns", unknown=True))
    return Meaning("lives", mood, None if mood == "who" else someone(random), word=town)


def works(random: Random) -> Meaning:
    """Somebody works at a school."""
    places = [key for key in group("nouns/places") if lexicon()[key].more.get("works")]
    mood = random.choice(["says", "says", "denies", "asks", "where", "who"])
    place = "" if mood == "where" else random.choice(places)
    return Meaning("works", mood, None if mood == "who" else someone(random), place=place)


def travels(random: Random) -> Meaning:
    """Somebody went or will go to a town, perhaps by train."""
    tense = random.choice(["past", "future", "future", "want"])
    mood = chosen(random, tense, ["says", "says", "says", "denies", "asks", "where", "when"])
    verb = random.choice(group("vehicles")) if random.random() < 0.5 else ""
    town = "" if mood == "where" else random.choice(group("towns", unknown=True))
    return timed(random, Meaning("travels", mood, someone(random), verb, tense, word=town))


def job(random: Random) -> Meaning:
    """Somebody is a teacher."""
    mood = random.choice(["says", "says", "denies", "asks"])
    subject = someone(random)
    if subject in ("we", "they"):
        subject = random.choice(["he", "she"])
    return Meaning("job", mood, subject, word=random.choice(group("jobs")))


def named(random: Random) -> Meaning:
    """Somebody's name."""
    subject = random.choice(["I", "you", "he", "she", None])
    who = subject or owned(random, Thing(random.choice(noun("family"))))
    mood = random.choice(["says", "says", "asks"])
    name = random.choice(group("people", unknown=True))
    return Meaning("named", mood, who, word=name if mood == "says" else "")


def clock(random: Random) -> Meaning:
    """What time it is."""
    return Meaning("clock", "says", hour=(random.randint(1, 12), random.randrange(4)))


def departure(random: Random) -> Meaning:
    """When something leaves or begins, perhaps on some day."""
    mood = random.choice(["says", "says", "says", "asks", "when"])
    leaves = random.random() < 0.6
    thing = Thing(random.choice(group(f"nouns/{'departures' if leaves else 'events'}")))
    town = random.choice(group("towns", unknown=True)) if leaves and random.random() < 0.6 else ""
    days = [key for key in group("future") if lexicon()[key].words["nb"].base.startswith("på ")]
    time = random.choice(days) if random.random() < 0.4 else ""
    hour = (0, 0) if mood == "when" else (random.randint(1, 12), random.randrange(4))
    return Meaning("departure", mood, thing=thing, word=town, time=time, hour=hour)


def weather(random: Random) -> Meaning:
    """It is cold, or it is raining, somewhere."""
    word = random.choice([*group("weather"), *group("falling"), *group("falling")])
    mood = random.choice(["says", "says", "denies", "asks"])
    time = random.choice(group("today"))
    town = random.choice(group("towns", unknown=True)) if random.random() < 0.8 else ""
    begins = mood in ("says", "denies") and bool(town) and random.random() < 0.4
    return Meaning("weather", mood, word=word, time=time, place=town, begins=begins)


def price(random: Random) -> Meaning:
    """What something costs."""
    kind = random.choice(["things", "things", "reading", "food", "furniture"])
    thing = described(random, random.choice(noun(kind)), share=0.2)
    thing = Thing(thing.noun, random.choice(["this", "that"]), thing.adjectives)
    mood = random.choice(["says", "says", "count"])
    return Meaning("price", mood, thing=thing, word=random.choice(group("tens")) if mood == "says" else "")


def age(random: Random) -> Meaning:
    """How old somebody is."""
    mood = random.choice(["says", "says", "count"])
    return Meaning("age", mood, someone(random), word=random.choice(group("tens")) if mood == "says" else "")


KINDS = (
    (act, 34), (activity, 8), (often, 3), (state, 7), (hobby, 2), (gift, 5), (exists, 7), (located, 7),
    (quality, 14), (contrast, 3), (compare, 5), (has, 6), (lives, 2), (works, 2), (travels, 5), (job, 2),
    (named, 1), (clock, 2), (departure, 4), (weather, 3), (price, 3), (age, 2),
)  # fmt: skip


# What they are made of


def someone(random: Random) -> Person:
    """A subject: a pronoun, a name, or somebody's mother."""
    chance = random.random()
    if chance < 0.5:
        return random.choice(PRONOUNS)
    if chance < 0.8:
        return random.choice(group("people", unknown=True))
    return owned(random, Thing(random.choice(noun("family"))))


def owned(random: Random, thing: Thing, owners: Sequence[str] = PRONOUNS) -> Thing:
    return Thing(thing.noun, "whose", thing.adjectives, random.choice(owners))


def owners_for(subject: Person | None) -> list[str]:
    """Whose a thing can be so that each language can say it: the subject's own, or somebody else's."""
    own = person_of(subject)
    if not own:
        return ["I", "you", "we"]
    third = own in ("he", "she", "they")
    return [OWN if third and owner == own else owner for owner in PRONOUNS]


def some(
    random: Random,
    takes: Sequence[str],
    subject: Person | None,
    mood: str,
    *,
    known: bool = False,
    indefinite: bool = False,
) -> Thing:
    """What something is done to."""
    key = random.choice(noun(random.choice(takes)))
    if key.startswith(("nouns/dishes", "nouns/drinks")):
        return Thing(key, "bare")
    ways = ["this", "that", "these", "whose"]
    if mood != "denies":
        ways += ["a", "a", "a", "number"]
    if known:
        ways = ["the", "the", *ways]
    if indefinite:
        ways = ["a", "a", "number", "this"]
    way = random.choice(ways)
    thing = described(random, key)
    if way == "whose":
        names = [name for name in group("people") if name != subject]
        return owned(random, thing, [*owners_for(subject), random.choice(names)])
    return Thing(key, random.choice(NUMBERS) if way == "number" else way, thing.adjectives)


def described(random: Random, key: str, share: float = 0.35) -> Thing:
    """A noun, perhaps with an adjective or two."""
    if random.random() > share:
        return Thing(key)
    kind = key.split("/")[1]
    if kind == "animals":
        words = [random.choice(before(random.choice(["beings", "color"])))]
    elif kind == "food":
        words = [random.choice(["adjectives/color/red", "adjectives/color/green", "adjectives/size/big"])]
    elif kind in ("dishes", "drinks", "family", "departures", "events", "places"):
        words = []
    else:
        words = [random.choice(before("size")), random.choice(before("color"))]
        words = random.choice([words, words[:1], words[1:]])
    return Thing(key, "the", tuple(words))


def before(kind: str) -> list[str]:
    """The adjectives of a group that can stand before a noun."""
    return [key for key in group(f"adjectives/{kind}") if "behind" not in lexicon()[key].more]


def known(random: Random, thing: Thing) -> Thing:
    """Something that both know: the cat, this cat, my cat."""
    way = random.choice(["the", "the", "this", "that", "whose"])
    return owned(random, thing) if way == "whose" else Thing(thing.noun, way, thing.adjectives)


def plain(thing: Thing, mood: str) -> Thing:
    """As it stands in such a sentence: one in a question, any at all in a denial, many when one counts."""
    if mood == "says":
        return thing
    return Thing(thing.noun, {"asks": "a", "denies": "none", "count": "many"}[mood])


def judged(random: Random) -> tuple[Person | None, Thing | None, str]:
    """Something or somebody, and what can be said of it."""
    kind, words = random.choice(
        [
            ("animals", "beings"),
            ("things", "size"),
            ("things", "color"),
            ("large", "size"),
            ("large", "color"),
            ("dishes", "taste"),
            ("drinks", "taste"),
            ("food", "taste"),
            ("", "people"),
            ("", "people"),
            ("", "people"),
        ]
    )
    word = random.choice(group(f"adjectives/{words}"))
    if not kind:
        return someone(random), None, word
    key = random.choice(noun(kind))
    if kind in ("dishes", "drinks"):
        if kind == "drinks" and word.endswith("/good"):
            word = word.replace("good", "cold")  # 好吃 is said of food alone
        return None, Thing(key), word
    if random.random() < 0.4:
        return None, Thing(key, random.choice(["these", "those"])), word
    return None, known(random, Thing(key)), word


def where(random: Random) -> tuple[str, str]:
    """A place, and how something lies to it."""
    if random.random() < 0.4:
        return random.choice(group("nouns/places")), ""
    relation = random.choice(group("relations"))
    flat = [key for key in group("nouns/furniture") if "cupboard" not in key]
    return random.choice(flat if relation.endswith("/on") else [*flat, *group("nouns/large")]), relation


def different(random: Random, keys: Sequence[str]) -> list[str]:
    """Two of some keys."""
    return random.sample([key for key in keys if not lexicon()[key].is_unknown], 2)


def chosen(random: Random, tense: str, moods: Sequence[str]) -> str:
    """One of the moods that a tense can have."""
    never = {"habit": {"denies", "when"}, "must": {"denies", "when"}, "can": {"when"}, "want": {"when"}}
    never["now"] = {"when"}
    return random.choice([mood for mood in moods if mood not in never.get(tense, ())])


def timed(random: Random, meaning: Meaning) -> Meaning:
    """The meaning at some time that its tense allows, where it needs one or as chance has it."""
    always = meaning.tense in ("now", "habit")
    if meaning.mood == "when" or meaning.tense not in TIMES or not (always or random.random() < 0.6):
        return meaning
    time = random.choice(group(meaning.tense))
    begins = meaning.mood in ("says", "denies") and random.random() < 0.35
    return Meaning(**{**vars(meaning), "time": time, "begins": begins})
