"""Chinese says when, where and how before what is done, and puts a measure word between number and noun."""

from __future__ import annotations

from typing import ClassVar

from demos.data.sentences.lexicon import lexicon
from demos.data.sentences.meaning import OWN, PRONOUNS, Meaning, Person, Thing
from demos.data.sentences.speech.common import Speech


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
