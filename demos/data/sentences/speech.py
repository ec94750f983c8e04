"""How each language says a meaning: one method for each kind of sentence.

Norwegian puts the verb second, agrees in three genders and says “nøkkelen sin” of the subject's own; English
needs “do” in questions and denials; Chinese says when, where and how before what is done, and puts a measure
word between number and noun.
"""

from __future__ import annotations

from typing import ClassVar

from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import OWN, PRONOUNS, Meaning, Person, Thing, person_of
from demos.data.texts.agreement import AGREEMENTS, Agreement, joined


class Speech:
    """What all languages share. Each kind of meaning is a method that gives the words of a sentence without
    its end mark."""

    language = ""
    ends = (".", "?")  # of what is said and of what is asked

    @property
    def grammar(self) -> Agreement:
        return AGREEMENTS[self.language]

    def sentence(self, meaning: Meaning) -> str:
        """The sentence, beginning with a capital letter where the script has any."""
        said = self.uncapitalized(meaning)
        return said[0].upper() + said[1:]

    def uncapitalized(self, meaning: Meaning) -> str:
        """The sentence as it would stand within another."""
        said: str = getattr(self, meaning.kind)(meaning)
        asks = meaning.mood in ("asks", "what", "who", "when", "where", "count")
        return said + self.ends[asks]

    def word(self, key: str) -> str:
        """A word as it stands; nothing for no word."""
        return lexicon()[key].words[self.language].base if key else ""

    def form(self, key: str, form: str, adjectives: tuple[str, ...] = ()) -> str:
        words = lexicon()
        described = [words[one].words[self.language] for one in adjectives]
        return self.grammar.form(words[key].words[self.language], form, described)

    def verb(self, key: str) -> tuple[str, ...]:
        return lexicon()[key].words[self.language].forms

    def at(self, place: str, relation: str = "") -> str:
        """In a place, or where in relation to a thing; nothing for no place."""
        if not place:
            return ""
        if not relation:
            return self.form(place, "in")
        return f"{self.word(relation)} {self.form(place, 'the')}"

    def owner(self, thing: Thing, subject: Person | None) -> str:
        """Whose a thing is; OWN stands for the subject’s pronoun."""
        return person_of(subject) if thing.owner == OWN else thing.owner


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


class Chinese(Speech):
    language = "zh"
    ends = ("。", "？")
    PEOPLE: ClassVar[dict[str, str]] = dict(
        zip(PRONOUNS, ("我", "你", "他", "她", "我们", "他们"), strict=True)
    )
    NUMBERS = ("", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
    # Before a verb, as it is said and as it is denied; a past verb is followed by 了.
    BEFORE: ClassVar[dict[str, tuple[str, str]]] = {
        "past": ("", "没有"),
        "future": ("要", "不会"),
        "want": ("想", "不想"),
        "can": ("能", "不能"),
        "must": ("必须", ""),
        "now": ("正在", "没有在"),
    }

    def who(self, person: Person) -> str:
        if isinstance(person, Thing):
            return self.noun(person)
        return self.PEOPLE.get(person) or self.word(person)

    def noun(self, thing: Thing) -> str:
        key, words = thing.noun, tuple(reversed(thing.adjectives))  # 红色的大房子
        if thing.which in ("bare", "none"):
            return self.word(key)
        if thing.which != "whose":
            return self.form(key, thing.which, words)
        whose = "自己的" if thing.owner == OWN else f"{self.who(thing.owner)}的"
        return whose + self.form(key, "bare", words)

    def at(self, place: str, relation: str = "") -> str:
        """As it stands behind 在."""
        if not place:
            return ""
        if relation:
            return self.word(place) + self.word(relation)
        return self.word(place) if lexicon()[place].more.get("works") else self.form(place, "in")

    def clause(self, m: Meaning, subject: str, *rest: str) -> str:
        """When something is comes before or behind who it is."""
        time = self.word(m.time)
        said = time + subject if m.begins else subject + time
        return said + "".join(rest) + ("吗" if m.mood == "asks" else "")

    def does(self, m: Meaning, verb: str, thing: str = "") -> str:
        """The verb with what stands before and behind it."""
        before, denied = self.BEFORE.get(m.tense, ("", "不"))
        done = "了" if m.tense == "past" and m.mood != "denies" else ""
        return (denied if m.mood == "denies" else before) + verb + done + thing

    def act(self, m: Meaning) -> str:
        thing = "什么" if m.mood == "what" else self.noun(m.thing) if m.thing else ""
        place = f"在{self.at(m.place)}" if m.place else ""
        who = self.who(m.subject) if m.subject else "谁"
        when = "什么时候" if m.mood == "when" else ""
        verb = self.verb(m.verb)[0]
        if place and m.tense in self.BEFORE:  # 要在公园里跑步, but 在公园里跑了步
            before = self.BEFORE[m.tense][m.mood == "denies"].removesuffix("在")
            done = "了" if m.tense == "past" and m.mood != "denies" else ""
            return self.clause(m, who, when, before, place, verb, done, thing)
        return self.clause(m, who, when, place, self.does(m, verb, thing))

    def often(self, m: Meaning) -> str:
        return self.who(m.person) + self.word(m.word) + self.verb(m.verb)[0] + self.noun(m.it)

    def hobby(self, m: Meaning) -> str:
        who = self.who(m.subject) if m.subject else "谁"
        return self.clause(m, who, "不" if m.mood == "denies" else "", "喜欢", self.verb(m.verb)[0])

    def gift(self, m: Meaning) -> str:
        given = {"past": "给了", "future": "要给"}[m.tense]
        return self.clause(m, self.who(m.person), given, self.who(m.receiver), self.noun(m.it))

    def exists(self, m: Meaning) -> str:
        place = self.word(m.place) + (self.word(m.relation) or "里")
        thing = self.noun(m.it)
        if m.mood == "count":
            thing = f"几{self.form(m.it.noun, 'measure')}{self.word(m.it.noun)}"
        return self.clause(m, place, "没有" if m.mood == "denies" else "有", thing)

    def located(self, m: Meaning) -> str:
        who = self.noun(m.thing) if m.thing else self.who(m.subject or "")
        place = "哪里" if m.mood == "where" else self.at(m.place, m.relation)
        return self.clause(m, who, "不" if m.mood == "denies" else "", "在", place)

    def predicate(self, word: str, mood: str) -> str:
        """很大, 不大, 大吗, 太大了; 是红色的."""
        said = lexicon()[word].words["zh"].forms[0]
        if "/color/" in word:
            return f"{'不' if mood == 'denies' else ''}是{said}的"
        if mood == "too":
            return f"太{said}了"
        before = "" if mood == "asks" else "不" if mood == "denies" else "很"
        return "没有不舒服" if before + said == "不不舒服" else before + said

    def quality(self, m: Meaning) -> str:
        who = self.noun(m.thing) if m.thing else self.who(m.subject or "")
        return self.clause(m, who, self.predicate(m.word, m.mood))

    def contrast(self, m: Meaning) -> str:
        one, other = self.predicate(m.word, "says"), self.predicate(m.verb, "says")
        return f"{self.noun(m.it)}{one}，但是{self.noun(m.other_thing)}{other}"

    def compare(self, m: Meaning) -> str:
        word = lexicon()[m.word].words["zh"].forms[0]
        return self.clause(m, self.noun(m.it), "比", self.noun(m.other_thing), word)

    def has(self, m: Meaning) -> str:
        thing = self.noun(m.it)
        if m.mood == "count":
            thing = f"几{self.form(m.it.noun, 'measure')}{self.word(m.it.noun)}"
        return self.clause(m, self.who(m.person), "没有" if m.mood == "denies" else "有", thing)

    def lives(self, m: Meaning) -> str:
        town = "哪里" if m.mood == "where" else self.word(m.word)
        return self.clause(
            m, self.who(m.subject) if m.subject else "谁", "不" if m.mood == "denies" else "", "住在", town
        )

    def works(self, m: Meaning) -> str:
        place = "哪里" if m.mood == "where" else self.at(m.place)
        no = "不" if m.mood == "denies" else ""
        return self.clause(m, self.who(m.subject) if m.subject else "谁", no, "在", place, "工作")

    def travels(self, m: Meaning) -> str:
        town = "哪里" if m.mood == "where" else self.word(m.word)
        when = "什么时候" if m.mood == "when" else ""
        before, denied = self.BEFORE[m.tense]
        done = "了" if m.tense == "past" and m.mood != "denies" else ""
        how = denied if m.mood == "denies" else before
        return self.clause(m, self.who(m.person), when, how, self.word(m.verb), "去", done, town)

    def job(self, m: Meaning) -> str:
        return self.clause(m, self.who(m.person), "不" if m.mood == "denies" else "", "是", self.word(m.word))

    def named(self, m: Meaning) -> str:
        return f"{self.who(m.person)}叫{self.word(m.word) or '什么名字'}"

    def time_of(self, hour: tuple[int, int]) -> str:
        return f"{self.NUMBERS[hour[0]]}点{('', '一刻', '半', '三刻')[hour[1]]}"

    def clock(self, m: Meaning) -> str:
        return f"现在是{self.time_of(m.hour)}"

    def departure(self, m: Meaning) -> str:
        what = (f"去{self.word(m.word)}的" if m.word else "") + self.noun(m.it)
        does = "开始" if "events" in m.it.noun else "起飞" if m.it.noun.endswith("plane") else "开"
        hour = "几点" if m.mood == "when" else self.time_of(m.hour)
        return self.clause(m, what, hour, does)

    def weather(self, m: Meaning) -> str:
        place, no = self.word(m.place), m.mood == "denies"
        if m.word.startswith("falling"):
            return self.clause(m, place, "没有" if no else "在", self.word(m.word))
        before = "" if m.mood == "asks" else "不" if no else "很"
        return self.clause(m, place, before, self.word(m.word))

    def price(self, m: Meaning) -> str:
        return f"{self.noun(m.it)}{f'要{self.word(m.word)}克朗' if m.word else '多少钱'}"

    def age(self, m: Meaning) -> str:
        return f"{self.who(m.person)}{f'{self.word(m.word)}岁' if m.word else '多大年纪'}"


SPEECH: dict[str, Speech] = {"nb": Norwegian(), "en": English(), "zh": Chinese()}
