"""Norwegian puts the verb second, agrees in three genders and says “nøkkelen sin” of the subject's own."""

from __future__ import annotations

from typing import ClassVar

from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import OWN, PRONOUNS, Meaning, Person, Thing
from demos.data.sentences.speech.common import Speech
from demos.data.texts.agreement import joined


class Norwegian(Speech):
    language = "nb"
    SUBJECTS: ClassVar[dict[str, str]] = dict(
        zip(PRONOUNS, ("jeg", "du", "han", "hun", "vi", "de"), strict=True)
    )
    OBJECTS: ClassVar[dict[str, str]] = dict(
        zip(PRONOUNS, ("meg", "deg", "ham", "henne", "oss", "dem"), strict=True)
    )
    OWNERS: ClassVar[dict[str, tuple[str, ...]]] = {
        "I": ("min", "mi", "mitt"),
        "you": ("din", "di", "ditt"),
        "we": ("vår", "vår", "vårt"),
        OWN: ("sin", "si", "sitt"),
        "he": ("hans",) * 3,
        "she": ("hennes",) * 3,
        "they": ("deres",) * 3,
    }
    HOURS = ("", "ett", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv")
    AUXILIARIES: ClassVar[dict[str, str]] = {"future": "skal", "want": "vil", "can": "kan", "must": "må"}

    def article(self, key: str) -> str:
        return lexicon()[key].words["nb"].forms[0]

    def who(self, person: Person) -> str:
        if isinstance(person, Thing):
            return self.noun(person)
        return self.SUBJECTS[person] if person in PRONOUNS else self.word(person)

    def noun(self, thing: Thing) -> str:
        key, words = thing.noun, thing.adjectives
        if thing.which == "bare":
            return self.word(key)
        if thing.which == "none":
            return f"{'ikke noe' if self.article(key) == 'et' else 'ingen'} {self.word(key)}"
        if thing.which != "whose":
            return self.form(key, thing.which, words)
        if "/" in thing.owner:
            weak = [self.grammar.weak(lexicon()[one].words["nb"]) for one in words]  # type: ignore[attr-defined]
            return joined(self.grammar.genitive(self.word(thing.owner)), *weak, self.word(key))
        place = ("en", "ei", "et").index(self.article(key))
        return f"{self.form(key, 'the', words)} {self.OWNERS[thing.owner][place]}"

    def clause(
        self, m: Meaning, subject: str, finite: str, rest: str = "", asked: str = "", *, no: str = ""
    ) -> str:
        """Verb second: the subject before it or, where something else comes first, behind it."""
        no = "ikke" if m.mood == "denies" and not no else no
        time = self.word(m.time)
        if asked:
            return joined(asked, finite, subject, rest, time)
        if m.mood == "asks":
            return joined(finite, subject, rest, time)
        if m.begins:
            return joined(time, finite, subject, no, rest)
        return joined(subject, finite, no, rest, time)

    def conjugated(self, verb: tuple[str, ...], tense: str) -> tuple[str, str]:
        """The finite verb, and what of it stands behind subject and negation."""
        if tense in self.AUXILIARIES:
            return self.AUXILIARIES[tense], verb[0]
        finite, _, rest = verb[2 if tense == "past" else 1].partition(" ")
        return finite, rest

    def act(self, m: Meaning) -> str:
        finite, rest = self.conjugated(self.verb(m.verb), m.tense)
        thing = self.noun(m.thing) if m.thing else ""
        rest = joined(rest, thing, self.at(m.place))
        if m.mood == "who":
            return joined("hvem", finite, rest, self.word(m.time))
        asked = {"what": "hva", "when": "når"}.get(m.mood, "")
        return self.clause(m, self.who(m.person), finite, rest, asked)

    def often(self, m: Meaning) -> str:
        return joined(self.who(m.person), self.verb(m.verb)[1], self.word(m.word), self.noun(m.it))

    def hobby(self, m: Meaning) -> str:
        rest = f"å {self.verb(m.verb)[0]}"
        return f"hvem liker {rest}" if not m.subject else self.clause(m, self.who(m.subject), "liker", rest)

    def gift(self, m: Meaning) -> str:
        finite, rest = self.conjugated(("gi", "gir", "ga"), m.tense)
        other = self.OBJECTS.get(m.receiver) or self.word(m.receiver)
        return self.clause(m, self.who(m.person), finite, joined(rest, other, self.noun(m.it)))

    def exists(self, m: Meaning) -> str:
        thing, place = self.noun(m.it), self.at(m.place, m.relation)
        if m.mood == "count":
            return joined("hvor mange", thing, "er det", place)
        return joined("er det" if m.mood == "asks" else "det er", thing, place)

    def located(self, m: Meaning) -> str:
        who = self.subject_of(m)
        return self.clause(m, who, "er", self.at(m.place, m.relation), "hvor" if m.mood == "where" else "")

    def subject_of(self, m: Meaning) -> str:
        return self.noun(m.thing) if m.thing else self.who(m.subject or "")

    def predicate(self, m: Meaning, word: str, thing: Person | None) -> str:
        """An adjective behind a verb, which agrees with what it is said of."""
        adjective = lexicon()[word].words["nb"]
        if thing in ("we", "they") or (isinstance(thing, Thing) and thing.which in ("these", "those")):
            return adjective.forms[2]
        article = self.article(thing.noun) if isinstance(thing, Thing) else "en"
        return self.grammar.strong(adjective, article)  # type: ignore[attr-defined]

    def quality(self, m: Meaning) -> str:
        said = self.predicate(m, m.word, m.thing or m.subject)
        return self.clause(m, self.subject_of(m), "er", f"for {said}" if m.mood == "too" else said)

    def contrast(self, m: Meaning) -> str:
        one, other = self.predicate(m, m.word, m.it), self.predicate(m, m.verb, m.other_thing)
        return f"{self.noun(m.it)} er {one}, men {self.noun(m.other_thing)} er {other}"

    def compare(self, m: Meaning) -> str:
        more = str(lexicon()[m.word].more["more"])
        return self.clause(m, self.noun(m.it), "er", f"{more} enn {self.noun(m.other_thing)}")

    def has(self, m: Meaning) -> str:
        thing = self.noun(m.it)
        if m.mood == "count":
            return f"hvor mange {thing} har {self.who(m.person)}"
        mood = Meaning("has", "asks" if m.mood == "asks" else "says")
        return self.clause(mood, self.who(m.person), "har", thing)

    def lives(self, m: Meaning) -> str:
        town = self.form(m.word, "in") if m.word else ""
        return self.stays(m, "bor", town)

    def works(self, m: Meaning) -> str:
        return self.stays(m, "jobber", self.at(m.place))

    def stays(self, m: Meaning, finite: str, place: str) -> str:
        if not m.subject:
            return joined("hvem", finite, place)
        return self.clause(m, self.who(m.subject), finite, place, "hvor" if m.mood == "where" else "")

    def travels(self, m: Meaning) -> str:
        finite, rest = self.conjugated(("reise", "reiser", "reiste"), m.tense)
        town = self.form(m.word, "to") if m.word else ""
        asked = {"where": "hvor", "when": "når"}.get(m.mood, "")
        return self.clause(m, self.who(m.person), finite, joined(rest, town, self.word(m.verb)), asked)

    def job(self, m: Meaning) -> str:
        return self.clause(m, self.who(m.person), "er", self.word(m.word))

    def named(self, m: Meaning) -> str:
        who = self.who(m.person)
        return f"hva heter {who}" if m.mood == "asks" else f"{who} heter {self.word(m.word)}"

    def time_of(self, hour: tuple[int, int]) -> str:
        one, after = self.HOURS[hour[0]], self.HOURS[hour[0] % 12 + 1]
        return (one, f"kvart over {one}", f"halv {after}", f"kvart på {after}")[hour[1]]

    def clock(self, m: Meaning) -> str:
        return f"klokka er {self.time_of(m.hour)}"

    def departure(self, m: Meaning) -> str:
        leaves = "departures" in m.it.noun
        what = joined(self.noun(m.it), self.form(m.word, "to") if m.word else "")
        hour = f"klokka {self.time_of(m.hour)}" if m.hour[0] else ""
        return self.clause(m, what, "går" if leaves else "begynner", hour, "når" if m.mood == "when" else "")

    def weather(self, m: Meaning) -> str:
        falls = m.word.startswith("falling")
        place = self.form(m.place, "in") if m.place else ""
        rest = joined("" if falls else self.word(m.word), place)
        return self.clause(m, "det", self.word(m.word) if falls else "er", rest)

    def price(self, m: Meaning) -> str:
        what = self.noun(m.it)
        return f"{what} koster {self.word(m.word)} kroner" if m.word else f"hvor mye koster {what}"

    def age(self, m: Meaning) -> str:
        who = self.who(m.person)
        many = "gamle" if m.person in ("we", "they") else "gammel"
        return f"{who} er {self.word(m.word)} år {many}" if m.word else f"hvor {many} er {who}"
