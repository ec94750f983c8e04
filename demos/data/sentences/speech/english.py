"""English needs “do” in questions and denials."""

from __future__ import annotations

from typing import ClassVar

from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import PRONOUNS, Meaning, Person, Thing
from demos.data.sentences.speech.common import Speech
from demos.data.texts.agreement import joined


class English(Speech):
    language = "en"
    SUBJECTS: ClassVar[dict[str, str]] = dict(zip(PRONOUNS, PRONOUNS, strict=True))
    OBJECTS: ClassVar[dict[str, str]] = dict(
        zip(PRONOUNS, ("me", "you", "him", "her", "us", "them"), strict=True)
    )
    OWNERS: ClassVar[dict[str, str]] = dict(
        zip(PRONOUNS, ("my", "your", "his", "her", "our", "their"), strict=True)
    )
    HOURS = (
        "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    )  # fmt: skip
    TO_BE: ClassVar[dict[str, str]] = {"I": "am", "you": "are", "we": "are", "they": "are"}

    def who(self, person: Person) -> str:
        if isinstance(person, Thing):
            return self.noun(person)
        return self.SUBJECTS[person] if person in PRONOUNS else self.word(person)

    def noun(self, thing: Thing, subject: Person | None = None) -> str:
        key = thing.noun
        if thing.which == "bare":
            return self.word(key)
        if thing.which == "none":
            return f"no {self.word(key)}"
        if thing.which != "whose":
            return self.form(key, thing.which, thing.adjectives)
        owner = self.owner(thing, subject)
        whose = self.OWNERS.get(owner) or self.grammar.genitive(self.word(owner))
        return f"{whose} {self.form(key, 'bare', thing.adjectives)}"

    def third(self, subject: Person | None) -> bool:
        return subject not in ("I", "you", "we", "they")

    def be(self, subject: Person | None) -> str:
        if isinstance(subject, Thing) and subject.which in ("these", "those"):
            return "are"
        return self.TO_BE.get(str(subject), "is")

    def clause(
        self,
        m: Meaning,
        subject: Person,
        verb: tuple[str, ...],
        tense: str,
        rest: str,
        asked: str = "",
    ) -> str:
        """With an auxiliary in questions and denials; the time first or last."""
        who, time, third = self.who(subject), self.word(m.time), self.third(subject)
        base, present, past, going = verb
        if tense == "want":
            base, present = f"want to {base}", f"wants to {base}"
        if tense == "must":
            base, present = f"have to {base}", f"has to {base}"
        finite = past if tense == "past" else present if third else base
        helper, main = (
            {"past": "did", "future": "will", "can": "can", "now": self.be(subject)}.get(
                tense, "does" if third else "do"
            ),
            (going if tense == "now" else base),
        )
        if asked or m.mood == "asks":
            return joined(asked, helper, who, main, rest, time)
        if m.mood == "denies":
            no = "cannot" if helper == "can" else f"{helper} not"
            said = joined(who, no, main, rest)
        elif tense in ("future", "can", "now"):
            said = joined(who, helper, main, rest)
        else:
            said = joined(who, finite, rest)
        return joined(time, said) if m.begins else joined(said, time)

    def is_so(self, m: Meaning, subject: Person, rest: str, asked: str = "") -> str:
        """A sentence with a form of “be”."""
        who, be, time = self.who(subject), self.be(subject), self.word(m.time)
        if asked or m.mood == "asks":
            return joined(asked, be, who, rest, time)
        said = joined(who, be, "not" if m.mood == "denies" else "", rest)
        return joined(time, said) if m.begins else joined(said, time)

    def act(self, m: Meaning) -> str:
        thing = self.noun(m.thing, m.subject) if m.thing else ""
        rest = joined(thing, self.at(m.place))
        if not m.subject:
            return self.who_does(m, self.verb(m.verb), rest)
        asked = {"what": "what", "when": "when"}.get(m.mood, "")
        return self.clause(m, m.subject, self.verb(m.verb), m.tense, rest, asked)

    def who_does(self, m: Meaning, verb: tuple[str, ...], rest: str) -> str:
        base, present, past, going = verb
        does = {
            "past": past,
            "future": f"will {base}",
            "can": f"can {base}",
            "want": f"wants to {base}",
            "must": f"has to {base}",
            "now": f"is {going}",
        }.get(m.tense, present)
        return joined("who", does, rest, self.word(m.time))

    def often(self, m: Meaning) -> str:
        verb = self.verb(m.verb)[1 if self.third(m.person) else 0]
        return joined(self.who(m.person), self.word(m.word), verb, self.noun(m.it))

    def hobby(self, m: Meaning) -> str:
        like, rest = ("like", "likes", "liked", "liking"), f"to {self.verb(m.verb)[0]}"
        if not m.subject:
            return self.who_does(m, like, rest)
        return self.clause(m, m.subject, like, "", rest)

    def gift(self, m: Meaning) -> str:
        other = self.OBJECTS.get(m.receiver) or self.word(m.receiver)
        rest = joined(other, self.noun(m.it))
        return self.clause(m, m.person, ("give", "gives", "gave", "giving"), m.tense, rest)

    def exists(self, m: Meaning) -> str:
        thing, place = self.noun(m.it), self.at(m.place, m.relation)
        if m.mood == "count":
            return joined("how many", thing, "are there", place)
        be = "are" if m.it.which.isdigit() else "is"
        return joined(f"{be} there" if m.mood == "asks" else f"there {be}", thing, place)

    def located(self, m: Meaning) -> str:
        subject = m.thing or m.person
        return self.is_so(m, subject, self.at(m.place, m.relation), "where" if m.mood == "where" else "")

    def quality(self, m: Meaning) -> str:
        subject, said = m.thing or m.person, self.word(m.word)
        return self.is_so(m, subject, f"too {said}" if m.mood == "too" else said)

    def contrast(self, m: Meaning) -> str:
        one, other = self.word(m.word), self.word(m.verb)
        return f"{self.noun(m.it)} is {one}, but {self.noun(m.other_thing)} is {other}"

    def compare(self, m: Meaning) -> str:
        more = lexicon()[m.word].words["en"].forms[1]
        return self.is_so(m, m.it, f"{more} than {self.noun(m.other_thing)}")

    def has(self, m: Meaning) -> str:
        thing = self.noun(m.it)
        if m.mood == "count":
            return joined(
                "how many", thing, "does" if self.third(m.person) else "do", self.who(m.person), "have"
            )
        mood = Meaning("has", "asks" if m.mood == "asks" else "says")
        return self.clause(mood, m.person, ("have", "has", "had", "having"), "", thing)

    def lives(self, m: Meaning) -> str:
        return self.stays(
            m, ("live", "lives", "lived", "living"), f"in {self.word(m.word)}" if m.word else ""
        )

    def works(self, m: Meaning) -> str:
        return self.stays(m, ("work", "works", "worked", "working"), self.at(m.place))

    def stays(self, m: Meaning, verb: tuple[str, ...], place: str) -> str:
        if not m.subject:
            return self.who_does(m, verb, place)
        return self.clause(m, m.subject, verb, "", place, "where" if m.mood == "where" else "")

    def travels(self, m: Meaning) -> str:
        rest = joined(f"to {self.word(m.word)}" if m.word else "", self.word(m.verb))
        asked = {"where": "where", "when": "when"}.get(m.mood, "")
        return self.clause(m, m.person, ("go", "goes", "went", "going"), m.tense, rest, asked)

    def job(self, m: Meaning) -> str:
        return self.is_so(m, m.person, self.word(m.word))

    def named(self, m: Meaning) -> str:
        whose = (
            self.OWNERS[m.subject]
            if isinstance(m.subject, str)
            else self.grammar.genitive(self.who(m.subject))  # type: ignore[arg-type]
        )
        return f"what is {whose} name" if m.mood == "asks" else f"{whose} name is {self.word(m.word)}"

    def time_of(self, hour: tuple[int, int]) -> str:
        one, after = self.HOURS[hour[0]], self.HOURS[hour[0] % 12 + 1]
        return (f"{one} o’clock", f"a quarter past {one}", f"half past {one}", f"a quarter to {after}")[
            hour[1]
        ]

    def clock(self, m: Meaning) -> str:
        return f"it is {self.time_of(m.hour)}"

    def departure(self, m: Meaning) -> str:
        leaves = "departures" in m.it.noun
        what = joined(self.noun(m.it), f"to {self.word(m.word)}" if m.word else "")
        verb = ("leave", "leaves") if leaves else ("begin", "begins")
        hour = f"at {self.time_of(m.hour)}" if m.hour[0] else ""
        if m.mood == "says":
            return joined(what, verb[1], hour, self.word(m.time))
        return joined("when" if m.mood == "when" else "", "does", what, verb[0], hour, self.word(m.time))

    def weather(self, m: Meaning) -> str:
        place = f"in {self.word(m.place)}" if m.place else ""
        no = "not" if m.mood == "denies" else ""
        said, time = joined(self.word(m.word), place), self.word(m.time)
        if m.mood == "asks":
            return joined("is it", said, time)
        return joined(time, "it is", no, said) if m.begins else joined("it is", no, said, time)

    def price(self, m: Meaning) -> str:
        what = self.noun(m.it)
        return f"{what} costs {self.word(m.word)} kroner" if m.word else f"how much does {what} cost"

    def age(self, m: Meaning) -> str:
        who, be = self.who(m.person), self.be(m.person)
        return f"{who} {be} {self.word(m.word)} years old" if m.word else f"how old {be} {who}"
