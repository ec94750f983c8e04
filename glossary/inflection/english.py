"""English, in British and American spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Term
from .grammar import Form, Grammar, by_last_part, pairs, words

_PLURALS = pairs(
    "children child, feet foot, geese goose, lice louse, men man, mice mouse, oxen ox, people person, "
    "teeth tooth, women woman, dice die"
)
_PASTS = pairs(
    "bent bend, bound bind, bore bear, borne bear, blew blow, blown blow, broke break, broken break, "
    "built build, burnt burn, caught catch, clung cling, dealt deal, drawn draw, drew draw, driven drive, "
    "drove drive, drank drink, drunk drink, dug dig, fed feed, fell fall, fallen fall, felt feel, fought "
    "fight, found find, flew fly, flown fly, froze freeze, frozen freeze, given give, gave give, grew "
    "grow, grown grow, ground grind, held hold, hung hang, kept keep, laid lay, led lead, left leave, "
    "lent lend, lit light, lost lose, made make, meant mean, met meet, overrode override, overridden "
    "override, paid pay, ran run, rode ride, ridden ride, rang ring, rung ring, risen rise, rose rise, "
    "sank sink, sunk sink, sawn saw, sent send, shaken shake, shook shake, shone shine, shot shoot, "
    "shrank shrink, shrunk shrink, slid slide, sold sell, sought seek, spent spend, spoke speak, spoken "
    "speak, spun spin, stole steal, stolen steal, struck strike, stuck stick, swept sweep, swollen swell, "
    "swum swim, swam swim, swung swing, taken take, took take, taught teach, tore tear, torn tear, told "
    "tell, thrown throw, threw throw, thought think, understood understand, wore wear, worn wear, wove "
    "weave, woven weave, won win, wound wind, wrung wring, written write, wrote write"
)
_ENDINGS = (
    # plural, singular, what the base must look like: strictly regular forms first
    ("s", "", re.compile(r".*(?<![sxz])(?<!sh)$")),
    ("es", "", re.compile(r".*(?:[sxzo]|ch|sh)$")),
    ("ies", "y", re.compile(r".*[^aeiou]y$")),
    ("zzes", "z", re.compile(r".*z$")),
    ("sses", "s", re.compile(r".*[aeiou]s$")),
    ("ves", "f", re.compile(r".*(?:[aeo]|ai|ea|ie|oo|l|r)f$")),
    ("ves", "fe", re.compile(r".*ife$")),
    ("ices", "ix", re.compile(r".*r?ix$")),
    ("ices", "ex", re.compile(r".*(?:nd|rt|rt|p|c)ex$")),
    ("es", "is", re.compile(r".*[^aeiou]is$")),
    ("i", "us", re.compile(r".*[^s]us$")),
    ("a", "um", re.compile(r".*um$")),
    ("a", "on", re.compile(r".*on$")),
    ("ae", "a", re.compile(r".*a$")),
    ("eaux", "eau", re.compile(r".*eau$")),
)


_SINGULAR_SUBJECTS = words("he she it who")
_AUXILIARIES = words("he i she they we who can cannot could may might must shall should will would")
_DETERMINERS = words(
    "the a an this that these those each every all any no my your his her its our their whose"
)
_OBJECTS = words("it them him her us me you")
_SINGULAR = words("a an another each every one this")
_OPENERS = words("the a an this these those my your his her its our their")  # of an object
_PARTICLES = words("away back down off out up")
_CONJUNCTIONS = words("after and as because before but how if so that until what when whenever where while")
_DO = words("do does did don doesn didn")
_FRONTED = words(
    "above across after along among around as at before below between beyond by during for from in inside "
    "into of on over through to under until upon via when with within without"
)
_COPULAS = words("am are be been being is was were")
# Verbs whose past is spelled like the infinitive: “he cut”, but “he felt” is no form of “to felt”.
_UNCHANGED = words(
    "bet bid burst cast cost cut hit hurt input let offset output put quit read reset rid set shed shut slit "
    "split spread thrust typeset upset wed wet"
)
_ADJECTIVE = re.compile(r".*ive$")
_DEGREES = words("extremely quite rather so too very")
_NUMBERS = words(
    "one two three four five six seven eight nine ten hundred thousand million "
    "both few many more most several some"
)


@dataclass(frozen=True)
class English(Grammar):
    """Plurals, regular and inherited; verbs only where the term says that it is one."""

    def bases(self, word: str) -> Iterator[tuple[str, Form]]:
        yield word, Form.SAME
        for plural, singular, looks in _ENDINGS:
            if word.endswith(plural):
                base = word[: -len(plural)] + singular
                if len(base) > 1 and looks.match(base):
                    yield base, Form.PLURAL
        yield from by_last_part(word, _PLURALS)
        yield from self._verbs(word)

    def is_verb(self, term: Term) -> bool:
        return term.pos == "verb" or term.term.startswith("to ")

    def phrase_keys(self, word: str) -> tuple[str, ...]:
        """A term in the plural is found in the singular too: “boiled potatoes”, a boiled potato."""
        return (word, *(base for base, form in self.bases(word) if form == Form.PLURAL))

    def reads_as_verb(
        self, noun: str, form: Form, before: str, after: str, clause: tuple[str, ...] = ()
    ) -> bool:
        """“she tests”, “we anchor”, “can’t stand”, “to prompt it”; the noun “will” needs an article."""
        has_object = after in _OPENERS or after in _OBJECTS
        if form == Form.PLURAL:
            return before in _SINGULAR_SUBJECTS or (
                has_object and self._may_be_subject(before, clause) and not before.endswith("s")
            )
        if form != Form.SAME:
            return False
        if noun in _AUXILIARIES:
            return before not in _DETERMINERS
        if noun.endswith("ing"):  # “was dressing the children”; but “sampling the space” is both
            return before in _AUXILIARIES or (before in _COPULAS and has_object)
        if before == "":  # “cross the road”, “stand up”
            return has_object or after in _PARTICLES
        if before == "to" or (before.endswith("s") and before not in _DETERMINERS):  # “prices rise”
            is_subject = before != "to" and clause in ((), ("the",), ("these",))
            is_adverb = after.endswith("ly") and after != "only"
            has_adverbial = is_adverb or after in _CONJUNCTIONS or after in ("each", "every")
            return has_object or (is_subject and has_adverbial)
        if before == "not":  # “do not pose questions”
            return bool(clause) and (clause[-1] in _DO or clause[-1] in _AUXILIARIES)
        if before == "you":
            return has_object or not clause or clause[-1] in _CONJUNCTIONS
        if has_object and _DO.intersection(clause) and self._may_be_subject(before, clause):
            return True  # “does this key match the lock”
        return before in _AUXILIARIES or before in ("please", "t", "ll")

    def _may_be_subject(self, before: str, clause: tuple[str, ...]) -> bool:
        """Whether the word before is a noun that a verb may follow; not so in “in both layers the”."""
        no_nouns = _DETERMINERS | _NUMBERS | _COPULAS | self.prepositions
        main = [word for word in clause if word not in ("and", "but", "or", "so")]
        opening = main[0] if main else before
        return bool(before) and before not in no_nouns and opening not in _FRONTED

    def disagrees(self, noun: str, form: Form, forms: Form, before: str, earlier: str) -> bool:
        """“very negative” and “was negative” are no nouns, “that accounts for it” is no plural."""
        if form == Form.PLURAL and (before in _SINGULAR or (before == "that" and not earlier)):
            return True
        is_imperative = before == "be" and not earlier  # “be patient”
        is_adjective = is_imperative or (before in _COPULAS and _ADJECTIVE.match(noun))
        return form == Form.SAME and (before in _DEGREES or bool(is_adjective))

    def is_participle(self, verb: str, before: str) -> bool:
        return verb in _UNCHANGED and before in _COPULAS

    def is_other_verb(self, verb: str, before: str) -> bool:
        return before in ("he", "she", "it") and verb not in _UNCHANGED

    def may_be_noun(self, word: str, verb: str) -> bool:
        return word in (verb, f"{verb}s", f"{verb}es")

    def class_between(self, before: str, after: str) -> Form:
        """“more swarms”, but “they swarm”, “bees swarm”."""
        if before in _DETERMINERS or before in _NUMBERS or before in self.prepositions:
            return Form.SAME if before != "to" else Form.VERB
        if before == "s":  # the genitive's
            return Form.SAME
        if before in _COPULAS:  # “taxes are cut”
            return Form.VERB
        if before in _AUXILIARIES or before in ("you", "it") or before.endswith("s"):
            return Form.VERB
        return Form(0)

    def _verbs(self, word: str) -> Iterator[tuple[str, Form]]:
        """braises, braised, braising; chopped, chopping; fries, fried; froze, frozen."""
        yield from by_last_part(word, _PASTS, Form.VERB)
        for ending in ("s", "es", "d", "ed", "ing"):
            if word.endswith(ending) and len(word) - len(ending) > 1:
                stem = word[: -len(ending)]
                yield stem, Form.VERB
                if ending in ("ed", "ing"):
                    yield stem + "e", Form.VERB
                    if stem[-1] == stem[-2]:
                        yield stem[:-1], Form.VERB
                if stem.endswith("i") and ending in ("es", "ed"):
                    yield stem[:-1] + "y", Form.VERB


ENGLISH = English(
    prepositions=words("at by for from in of on to with without"),
    suffixes=("s",),
    before_nouns=words(
        "the a an this that these those my your his her its our their each every all any some both many no "
        "in on at by for from with of to as when if while use see"
    ),
    before_no_verb=_DETERMINERS | _COPULAS | words("very"),
    names_are_capitalized=True,
)
